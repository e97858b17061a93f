import CPostgreSQL
import Database

/// One place for a connection, and the transaction that runs on it. Used by one thread at a time.
///
/// The session behind it is made when it is first needed, and again when it was lost: the first statement of a transaction
/// may meet a connection that ended unseen, and is then sent once more on a new one, for nothing has been seen of the old one.
final class PostgresConnection: DatabaseConnection, @unchecked Sendable {
    // Guard: the pool gives it to one thread at a time.
    enum Role { case read, write }

    private let connector: Connector
    let leases: IDLeases
    private let turns: Turns
    private let isolation: PostgresOptions.Isolation
    /// How long the outcome of a commit is looked for.
    private let outcomeMilliseconds: Int64
    private(set) var session: Session?
    private let values = ParameterBuffer()

    private(set) var changedRowCount = 0
    /// The first error of this transaction; after it nothing of the transaction may be kept, and each statement throws it again.
    private(set) var fault: Fault?
    private var role = Role.read
    /// Whether BEGIN went out with a statement.
    private var hasBegun = false
    private var hasChanged = false
    private var cursorDepth = 0
    /// A cursor whose rows are not wanted any more; it is closed along with the next statement.
    private var unusedCursors: [Int] = []
    /// Statements that will be asked, and have not gone out.
    private var foreseen: [(sql: StaticString, parameters: [Value])] = []
    /// The answers of those that have.
    private var ahead: [(sql: StaticString, parameters: [Value], rows: PostgresRows)] = []
    private static let mostForeseen = 16
    private var actions: [@Sendable () -> Void] = []
    private var notices: [ChangeNotice] = []
    /// Ids asked for in this transaction, by sequence, so that enough are leased when there are too few.
    private(set) var askedIDs: [Sequence: Int64] = [:]
    private(set) var lackingSequence: Sequence?
    /// That this transaction said it would change, or this part of it; no more than some.
    private(set) var hotRows: [HotRow] = []
    /// Those that it has its turn at.
    private var turn: [HotRow] = []
    /// Those of them whose turn it has got on its way.
    private(set) var entered: [HotRow] = []
    /// How many turns had ended when it began.
    private var endedTurns: UInt64 = 0
    /// The number of the last write that had begun before its snapshot was made.
    private(set) var seenWrites: UInt64 = 0
    /// What there was of actions and notices when the present part began.
    private var partStart = (actions: 0, notices: 0)

    /// Of a delivery to as many as one transaction has.
    private static let mostHotRows = 64

    init(connector: Connector, leases: IDLeases, turns: Turns, _ options: PostgresOptions) {
        self.connector = connector
        self.leases = leases
        self.turns = turns
        isolation = options.isolation
        outcomeMilliseconds = options.outcomeMilliseconds
    }

    /// Makes the session where there is none.
    func open() throws(Fault) {
        if session == nil { session = try connector.connect() }
    }

    // MARK: Transactions

    /// - Parameter turn: the rows that it has its turn at.
    func begin(_ role: Role, turn: [HotRow] = []) {
        self.role = role
        self.turn = turn
        entered = []
        endedTurns = role == .write ? turns.endCount : 0
        seenWrites = 0
        hotRows = []
        fault = nil
        hasBegun = false
        hasChanged = false
        cursorDepth = 0
        unusedCursors = []
        forgetAhead()
        actions = []
        notices = []
        askedIDs = [:]
        lackingSequence = nil
        if let session, !session.isUsable() { self.session = nil }
    }

    /// Ends a transaction of which nothing is to be kept. The server is told, and not waited for.
    func end() {
        // A server that has become read-only will stay so for this session: the next one looks for the primary.
        let isUseless = fault?.kind == .readOnlyServer
        fault = nil
        actions = []
        notices = []
        guard let session else { return }
        if session.isLost || isUseless {
            self.session = nil
        } else if hasBegun {
            // What is still queued may fail, and what was sent together with it would fail too.
            session.sendUnanswered()
            session.send(.rollback)
            session.sendUnanswered()
        }
        hasBegun = false
    }

    // MARK: Parts

    /// Begins a part of the transaction that can be undone alone, with the turn at `rows` besides.
    func beginPart(turn rows: [HotRow]) throws {
        hotRows = []
        turn += rows
        partStart = (actions.count, notices.count)
        try execute("SAVEPOINT part")
    }

    /// Its statements may still be on their way.
    func keepPart() throws {
        closeCursors()
        try execute("RELEASE SAVEPOINT part")
    }

    /// Nothing is kept of the part. What it met was its own matter, not the server's.
    func undoPart() throws {
        fault = nil
        actions.removeLast(max(0, actions.count - partStart.actions))
        notices.removeLast(max(0, notices.count - partStart.notices))
        lackingSequence = nil
        // Those that it had are gone with it.
        unusedCursors = []
        try execute("ROLLBACK TO SAVEPOINT part")
        try execute("RELEASE SAVEPOINT part")
    }

    /// The actions of the present part.
    func takePartActions() -> [@Sendable () -> Void] {
        defer { actions.removeLast(max(0, actions.count - partStart.actions)) }
        return Array(actions.dropFirst(partStart.actions))
    }

    private func closeCursors() {
        guard let session else { return }
        for cursor in unusedCursors { session.send("CLOSE c\(cursor)") }
        unusedCursors = []
    }

    func commit() throws(Fault) {
        // Without a statement there is nothing to commit; without a change only whether what was read can be relied on.
        guard hasBegun, let session else { return }
        let mark = hasChanged ? CommitMark() : nil
        do {
            if let mark { try mark.send(on: session) }
        } catch {
            fault = error
            throw error
        }
        do throws(Fault) {
            session.send(.commit)
            let result = try session.receive("COMMIT", isCommit: true)
            defer { PQclear(result) }
            hasBegun = false
            guard PQcmdStatus(result).map({ String(cString: $0) }) == "COMMIT" else {
                throw Fault(.final, Failure(.serverBug, "a transaction that had failed was to be committed"))
            }
            if mark != nil { session.marked = Clock.milliseconds }
        } catch {
            fault = error
            guard error.kind == .lost, let mark else { throw error }
            // The server may have committed before the connection was lost.
            self.session = nil
            hasBegun = false
            let outcome: (isCommitted: Bool, session: Session)
            do throws(Fault) {
                outcome = try mark.resolve(after: session, error, by: connector, within: outcomeMilliseconds)
            } catch {
                // It may have been made, so it must not be run again.
                fault = error
                throw error
            }
            self.session = outcome.session
            if !outcome.isCommitted { throw error }
            fault = nil
        }
    }

    /// Keeps other nodes from the rows that it has its turn at; before the snapshot, which is to have what those before have committed.
    /// False where one of them has its turn, and still at `end`; nil: now. A connection that is lost afterwards goes on without: then
    /// others may stand in its way, and no more.
    func lockTurn(until end: Int64?) throws -> Bool {
        do { return try lock(turn.map(\.lockNumber), until: end) } catch { throw noted(error) }
    }

    private func lock(_ numbers: [Int64], until end: Int64?) throws(Fault) -> Bool {
        if let session {
            do {
                return try session.lock(numbers, until: end)
            } catch where error.kind == .lost {
                self.session = nil
            }
        }
        let session = try connector.connect()
        self.session = session
        return try session.lock(numbers, until: end)
    }

    /// Lets those of other nodes have their turns. The server is told, and not waited for.
    func giveOnTurn() {
        guard let session, !session.isLost else { return }
        session.unlockAll()
    }

    /// Gives on the turns that it has got on its way.
    func leaveEntered(isOpen: Bool = true) {
        for row in entered.reversed() { turns.giveOn(row, isOpen: isOpen) }
        entered = []
    }

    func takeActions() -> [@Sendable () -> Void] {
        defer { actions = [] }
        return actions
    }

    func takeNotices() -> [ChangeNotice] {
        defer { notices = [] }
        return notices
    }

    /// Runs a statement in a transaction of its own and gives the first column of its first row.
    func runAlone(_ sql: StaticString, _ parameters: [Value]) throws(Fault) -> Int64 {
        try open()
        guard let session else { throw Fault(.final, Failure(.serverBug, "no session")) }
        let statement = try session.prepared(sql, parameters)
        try values.fill(parameters, for: statement, sql)
        session.send(statement, values)
        let rows = PostgresRows(try session.receive("\(sql)"))
        return rows.count > 0 ? rows.integer(0) : 0
    }

    // MARK: DatabaseConnection

    var isRemote: Bool { true }

    func run(
        _ sql: StaticString, _ parameters: [Value], _ delivery: Delivery, row: (borrowing Row) throws -> Bool
    ) throws {
        if let fault { throw fault.failure }
        guard sql.hasPointerRepresentation, sql.utf8CodeUnitCount > 0 else {
            throw noted(Fault(.final, Failure(.serverBug, "no statement: \(sql)")))
        }
        changedRowCount = 0
        if let index = ahead.firstIndex(where: { $0.sql.utf8Start == sql.utf8Start && $0.parameters == parameters }) {
            return try Self.forEach(ahead.remove(at: index).rows, row)
        }
        if delivery == .inParts, PreparedStatement.isQuery(sql) {
            return try runShort(sql, parameters, row) ? () : runInParts(sql, parameters, row)
        }
        let rows: PostgresRows
        do {
            rows = PostgresRows(try onServer { session throws(Fault) in
                let statement = try session.prepared(sql, parameters)
                if self.role == .write, statement.mayHideChanges || !statement.isQuery { self.forgetAhead() }
                try self.sendForeseen(session, besides: sql, parameters)
                try self.values.fill(parameters, for: statement, sql)
                self.hasChanged = self.hasChanged || statement.mayHideChanges
                session.send(statement, self.values)
                return try session.receive("\(sql)", isWrite: self.role == .write)
            })
        } catch {
            throw noted(error)
        }
        takeAhead()
        changedRowCount = rows.changedCount
        if changedRowCount > 0 { hasChanged = true }
        try Self.forEach(rows, row)
    }

    private static func forEach(_ rows: PostgresRows, _ row: (borrowing Row) throws -> Bool) throws {
        let current = Row(source: rows)
        for index in 0..<rows.count {
            rows.move(to: index)
            if try !row(current) { return }
        }
    }

    // MARK: Statements that are foreseen

    func foresee(_ sql: StaticString, _ parameters: [Value]) {
        guard fault == nil, foreseen.count < Self.mostForeseen, sql.hasPointerRepresentation, PreparedStatement.isQuery(sql)
        else { return }
        if ahead.contains(where: { $0.sql.utf8Start == sql.utf8Start && $0.parameters == parameters }) { return }
        foreseen.append((sql, parameters))
    }

    /// Those that go along with a statement, but for itself.
    private func sendForeseen(_ session: Session, besides sql: StaticString, _ parameters: [Value]) throws(Fault) {
        if foreseen.isEmpty { return }
        foreseen.removeAll { $0.sql.utf8Start == sql.utf8Start && $0.parameters == parameters }
        // First all are prepared, for each of which the server may have to be asked.
        var statements: [PreparedStatement] = []
        for wish in foreseen { statements.append(try session.prepared(wish.sql, wish.parameters)) }
        for (wish, statement) in zip(foreseen, statements) {
            try values.fill(wish.parameters, for: statement, wish.sql)
            session.send(statement, values, isKept: true)
        }
    }

    private func takeAhead() {
        if foreseen.isEmpty { return }
        guard let kept = session?.takeKept() else { return }
        for (wish, rows) in zip(foreseen, kept) { ahead.append((wish.sql, wish.parameters, rows)) }
        foreseen = []
    }

    /// What was read before a change says nothing about what is there after it.
    private func forgetAhead() {
        if !foreseen.isEmpty { foreseen = [] }
        if !ahead.isEmpty { ahead = [] }
    }

    /// Queues it: it goes out with the next statement that is waited for, or with COMMIT. BEGIN goes out by itself with the first one, which
    /// may meet a connection that is lost.
    func execute(_ sql: StaticString, _ parameters: [Value] = []) throws {
        guard hasBegun, fault == nil, role == .write, let session, sql.hasPointerRepresentation, sql.utf8CodeUnitCount > 0 else {
            return try run(sql, parameters, .whole) { _ in true }
        }
        forgetAhead()
        do {
            let statement = try session.prepared(sql, parameters)
            try values.fill(parameters, for: statement, sql)
            session.send(statement, values)
        } catch {
            throw noted(error)
        }
        hasChanged = true
    }

    /// Brings the rows at once where they are few; false, and none has come, where they are more. Of a statement that had more the last
    /// time, that is not asked again.
    private func runShort(
        _ sql: StaticString, _ parameters: [Value], _ row: (borrowing Row) throws -> Bool
    ) throws -> Bool {
        if session?.probe(of: sql)?.isLong ?? false { return false }
        let rows: PostgresRows
        do {
            rows = PostgresRows(try onServer { session throws(Fault) in
                let probe = try session.prepared(sql, parameters, as: .probe)
                try self.sendForeseen(session, besides: sql, parameters)
                try self.values.fill(parameters, for: probe, sql)
                session.send(probe, self.values)
                return try session.receive("\(sql)", isWrite: self.role == .write)
            })
        } catch {
            throw noted(error)
        }
        takeAhead()
        // The cursor, which comes next, notes it.
        if rows.count > Session.probeLimit { return false }
        try Self.forEach(rows, row)
        return true
    }

    /// Brings the rows by a cursor: some with the answer to the statement, more as they are asked for. What the closure does
    /// not want is not read by anybody.
    private func runInParts(
        _ sql: StaticString, _ parameters: [Value], _ row: (borrowing Row) throws -> Bool
    ) throws {
        cursorDepth += 1
        let cursor = cursorDepth
        defer {
            cursorDepth -= 1
            unusedCursors.append(cursor)
        }
        var size = Session.probeLimit
        var rows: PostgresRows
        do {
            rows = PostgresRows(try onServer { session throws(Fault) in
                let statement = try session.prepared(sql, parameters, as: .cursor(cursor))
                try self.values.fill(parameters, for: statement, sql)
                session.send(statement, self.values)
                session.send("FETCH FORWARD \(size) FROM c\(cursor)")
                return try session.receive("\(sql)", isWrite: self.role == .write)
            })
        } catch {
            throw noted(error)
        }
        session?.probe(of: sql)?.isLong = rows.count == size
        while true {
            let current = Row(source: rows)
            for index in 0..<rows.count {
                rows.move(to: index)
                if try !row(current) { return }
            }
            if let fault { throw fault.failure }
            guard rows.count == size, let session else { return }
            // About a megabyte at a time, however large the rows are.
            size = max(1, min(1024, (1 << 20) / max(1, rows.byteCount / rows.count)))
            do {
                session.send("FETCH FORWARD \(size) FROM c\(cursor)")
                rows = PostgresRows(try session.receive("\(sql)", isWrite: role == .write))
            } catch {
                throw noted(error)
            }
        }
    }

    /// Runs `body` in the transaction, which begins with it where it is the first.
    private func onServer(
        _ body: (Session) throws(Fault) -> OpaquePointer
    ) throws(Fault) -> OpaquePointer {
        if hasBegun, let session {
            closeCursors()
            return try body(session)
        }
        if let session {
            do {
                return try first(body, on: session)
            } catch where error.kind == .lost {
                self.session = nil
            }
        }
        let session = try connector.connect()
        self.session = session
        return try first(body, on: session)
    }

    private func first(
        _ body: (Session) throws(Fault) -> OpaquePointer, on session: Session
    ) throws(Fault) -> OpaquePointer {
        hasBegun = true
        if role == .write { seenWrites = turns.begunWrites }
        session.send(role == .read ? .beginRead : isolation == .serializable ? .beginSerializable : .beginRepeatable)
        return try body(session)
    }

    func nextID(_ sequence: Sequence) throws -> Int64 {
        if let fault { throw fault.failure }
        guard role == .write else { throw Failure(.serverBug, "an id was asked for in a read") }
        askedIDs[sequence, default: 0] += 1
        if let id = leases.next(sequence) { return id }
        lackingSequence = sequence
        throw noted(Fault(.lacksIDs, Failure(.unavailable, "no ids left in \(sequence)")))
    }

    func willChange(_ rows: [HotRow]) throws {
        if let fault { throw fault.failure }
        var mustWait = false
        for row in rows where !hotRows.contains(row) {
            // For one that cannot be noted it could not stand in line either: it goes on, and may meet a conflict.
            guard hotRows.count < Self.mostHotRows else { break }
            hotRows.append(row)
            if turn.contains(row) { continue }
            switch turns.enter(row, since: endedTurns) {
            case .noLine: break
            case .hasTurn:
                turn.append(row)
                entered.append(row)
            case .mustWait: mustWait = true
            }
        }
        if mustWait { throw noted(Fault(.conflict, Failure(.unavailable, "others stand in line for this row"))) }
    }

    func afterCommit(_ action: @escaping @Sendable () -> Void) { actions.append(action) }

    func announce(_ notice: ChangeNotice) { notices.append(notice) }

    private func noted(_ error: Fault) -> Failure {
        if fault == nil { fault = error }
        return error.failure
    }
}

import CPostgreSQL
import Database
import Glibc

/// One connection to a server, and the statements that are prepared on it. Used by one thread at a time.
///
/// It is in libpq's pipeline mode always: commands are queued, and go out together with the sync that ends them, so BEGIN and the
/// first statement cost one round trip, and the end of a transaction that only read costs none: its answer is owed, and
/// read before the next one's. All commands up to a sync fail together.
final class Session: @unchecked Sendable {
    // Guard: the pool gives it to one thread at a time.
    let handle: OpaquePointer
    /// The row of `commit_mark` that is this session's.
    let slot = Int64.random(in: .min ... .max)
    /// When a transaction that wrote that row was committed last, by `Clock`; nil: never.
    var marked: Int64?
    /// Which process serves it, as text; told apart from a later one with the same number by its start.
    private(set) var processID = ""
    private(set) var processStart = ""
    /// Sets what is to be set in this session; nil: all is set.
    private let settingStatement: String?

    private(set) var statements: [StatementKey: PreparedStatement] = [:]
    private var nameCount = 0
    /// Commands that were queued since the last sync.
    private var queued: [Command] = []
    /// Answers that are kept, in the order of their commands.
    private var kept: [PostgresRows] = []
    /// Whether a command could not be queued, and those after it must not stand for it.
    private var isIncomplete = false
    /// Commands of batches that were sent, whose answers nobody has read.
    private var owed: [Int] = []
    /// Numbers of the advisory locks that it has for a transaction's turn.
    private var locks: [Int64] = []
    /// Frees it where the server does not answer; nil: it waits as long as it takes.
    private let watch: ServerWatch?
    private let wait: ServerWait?

    struct Command {
        /// Of a statement, by which a failure is told.
        var sql: StaticString?
        /// Whether its answer is kept, where it is not the last one.
        var isKept = false
    }

    struct StatementKey: Hashable {
        /// Of the literal's bytes: a literal has one address in its module and never changes.
        var address: UnsafePointer<UInt8>
        var form: Form
    }

    /// What a statement is prepared as.
    enum Form: Hashable {
        case whole
        /// Its first rows: one more than `Session.probeLimit` where there are more.
        case probe
        /// A cursor of this number.
        case cursor(Int)
    }

    /// Answers that are not longer come without a cursor, of whose statement the server would make a plan each time.
    static let probeLimit = 64

    init(_ parameters: ConnectionParameters, watch: ServerWatch? = nil) throws(Fault) {
        let opened = parameters.withPointers { PQconnectdbParams($0, $1, 0) }
        guard let opened else { throw Fault(.final, Failure(.unavailable, "no memory for a connection")) }
        handle = opened
        self.watch = watch
        wait = watch.map { _ in ServerWait(socket: PQsocket(opened)) }
        settingStatement = parameters.settingStatement
        guard PQstatus(opened) == CONNECTION_OK else { throw Fault(nil, on: opened, doing: "connect") }
        // Notices would go to the process's standard error.
        PQsetNoticeReceiver(opened, { _, _ in }, nil)
        guard PQserverVersion(opened) >= 130_000 else {
            throw Fault(.final, Failure(.unavailable, "the database is older than PostgreSQL 13"))
        }
        let encoding = PQparameterStatus(opened, "server_encoding").map { String(cString: $0) } ?? ""
        guard encoding == "UTF8" else {
            throw Fault(.final, Failure(.unavailable, "the database has the encoding \(encoding); it must be UTF8"))
        }
        if let wait { watch?.add(wait) }
    }

    deinit {
        if let wait { watch?.remove(wait) }
        PQfinish(handle)
    }

    /// Whether it must not be used any more.
    var isLost: Bool { isIncomplete || PQstatus(handle) == CONNECTION_BAD }

    /// One that is ready without the pipeline mode: each statement waits for its answer.
    static func simple(_ parameters: ConnectionParameters) throws -> Session {
        do throws(Fault) {
            let session = try Session(parameters)
            try session.applySettings()
            return session
        } catch {
            throw error.failure
        }
    }

    private func applySettings() throws(Fault) {
        guard let settingStatement else { return }
        let result = PQexec(handle, settingStatement)
        defer { PQclear(result) }
        guard result.map({ PQresultStatus($0) }) == PGRES_TUPLES_OK else { throw Fault(result, on: handle, doing: "begin a session") }
    }

    /// Prepares the verbs of transactions. Also says that the tables are in use (`UseLock`); throws where a copy is at work.
    func enterPipeline() throws(Fault) {
        guard PQenterPipelineMode(handle) == 1 else { throw Fault(nil, on: handle, doing: "enter the pipeline mode") }
        for verb in TransactionVerb.allCases { count(PQsendPrepare(handle, verb.name, verb.rawValue, 0, nil)) }
        if let settingStatement { send(settingStatement) }
        // What libpq knows of the process is a pooler's, where there is one.
        send(
            "SELECT backend_start, \(UseLock.shared), pid FROM pg_stat_activity WHERE pid = pg_backend_pid()", resultFormat: 0)
        let result = try receive("begin a session")
        defer { PQclear(result) }
        processStart = PQgetvalue(result, 0, 0).map { String(cString: $0) } ?? ""
        processID = PQgetvalue(result, 0, 2).map { String(cString: $0) } ?? ""
        if PQgetvalue(result, 0, 1).map({ String(cString: $0) }) == "f" {
            throw Fault(.final, Failure(.unavailable, UseLock.refusal))
        }
    }

    /// Whether it can still be used, as far as can be told without asking the server: one that ended has closed the socket.
    func isUsable() -> Bool {
        if isLost { return false }
        if !owed.isEmpty {
            if let watch { wait?.begin(watch.answerMilliseconds) }
            defer { wait?.finish() }
            return settle()
        }
        var descriptor = pollfd(fd: PQsocket(handle), events: Int16(POLLIN), revents: 0)
        if poll(&descriptor, 1, 0) == 0 { return true }
        return PQconsumeInput(handle) == 1 && !isLost
    }

    /// Of the server, as they stand in the parameters.
    var host: String { PQhost(handle).map { String(cString: $0) } ?? "" }
    var port: String { PQport(handle).map { String(cString: $0) } ?? "" }

    // MARK: Sending

    /// Queues a command that has no values. What cannot be queued is told when the answer is read.
    func send(_ sql: String, resultFormat: Int32 = 1) {
        count(PQsendQueryParams(handle, sql, 0, nil, nil, nil, nil, resultFormat))
    }

    func send(_ verb: TransactionVerb) { count(PQsendQueryPrepared(handle, verb.name, 0, nil, nil, nil, 1)) }

    func send(_ statement: PreparedStatement, _ values: ParameterBuffer, isKept: Bool = false) {
        count(values.withPointers { count, pointers, lengths, formats in
            PQsendQueryPrepared(handle, statement.name, count, pointers, lengths, formats, 1)
        }, Command(sql: statement.sql, isKept: isKept))
    }

    private func count(_ isQueued: Int32, _ command: Command = Command()) {
        if isQueued == 1 { queued.append(command) } else { isIncomplete = true }
    }

    /// The statement's prepared form, made now where there is none.
    func prepared(_ sql: StaticString, _ values: [Value], as form: Form = .whole) throws(Fault) -> PreparedStatement {
        let key = StatementKey(address: sql.utf8Start, form: form)
        if let statement = statements[key] { return statement }
        nameCount += 1
        let name = "s\(nameCount)"
        let text =
            switch form {
            case .whole: "\(sql)"
            case .probe: "SELECT * FROM (\(sql)) AS probe LIMIT \(Self.probeLimit + 1)"
            case .cursor(let number): "DECLARE c\(number) NO SCROLL CURSOR FOR \(sql)"
            }
        let types = values.map(PreparedStatement.suggestedType)
        count(PQsendPrepare(handle, name, text, Int32(clamping: types.count), types))
        count(PQsendDescribePrepared(handle, name))
        let description = try receive(text)
        defer { PQclear(description) }
        let statement = PreparedStatement(name: name, sql: sql, description: description)
        statements[key] = statement
        return statement
    }

    /// The statement's prepared form for a short answer, where there is one.
    func probe(of sql: StaticString) -> PreparedStatement? { statements[StatementKey(address: sql.utf8Start, form: .probe)] }

    // MARK: Turns

    /// Takes advisory locks outside of a transaction, in the order of `numbers`. False, and it has none, where others have one of them and
    /// it is not free at `end`; nil: now.
    func lock(_ numbers: [Int64], until end: Int64?) throws(Fault) -> Bool {
        // Those that a failure leaves it with are given back as well.
        locks = numbers
        guard let end else {
            send("SELECT bool_and(pg_try_advisory_lock(n)) FROM \(Self.rows(numbers))", resultFormat: 0)
            let result = try receive("take a turn")
            defer { PQclear(result) }
            if PQgetvalue(result, 0, 0).map({ String(cString: $0) }) == "t" { return true }
            unlockAll()
            return false
        }
        // One transaction, to the sync: where the lock does not come, the setting is as it was.
        send("SET statement_timeout = \(max(1, end - Clock.milliseconds))")
        send("SELECT pg_advisory_lock(n) FROM \(Self.rows(numbers))")
        send("RESET statement_timeout")
        do {
            PQclear(try receive("wait for a turn"))
            return true
        } catch where error.kind != .lost && Fault.timeouts.contains(error.state) {
            unlockAll()
            return false
        }
    }

    /// Does not wait for the answer: what is sent next comes after it.
    func unlockAll() {
        if locks.isEmpty { return }
        // It has not got one that it did not wait for to the end: that is a warning.
        send("SELECT pg_advisory_unlock(n) FROM \(Self.rows(locks))")
        sendUnanswered()
        locks = []
    }

    private static func rows(_ numbers: [Int64]) -> String {
        "unnest('{\(numbers.map { "\($0)" }.joined(separator: ","))}'::bigint[]) AS n"
    }

    // MARK: Receiving

    /// Sends what is queued and reads the answers; the last command's, which the caller clears. Throws the first error
    /// among them.
    func receive(_ what: @autoclosure () -> String, isWrite: Bool = true, isCommit: Bool = false) throws(Fault) -> OpaquePointer {
        if let watch { wait?.begin(isCommit ? watch.commitMilliseconds : watch.answerMilliseconds) }
        defer { wait?.finish() }
        let commands = queued
        queued.removeAll(keepingCapacity: true)
        guard !commands.isEmpty, PQpipelineSync(handle) == 1, settle() else { throw Fault(nil, on: handle, doing: what()) }
        let result = try answers(commands, what(), isWrite: isWrite)
        guard isIncomplete else { return result }
        PQclear(result)
        throw Fault(.lost, Failure(.unavailable, "a command could not be sent: \(what())"))
    }

    /// The answers that were kept for the last commands that were received.
    func takeKept() -> [PostgresRows] {
        defer { kept = [] }
        return kept
    }

    /// Sends what is queued and does not wait for the answers, which nobody wants.
    func sendUnanswered() {
        guard !queued.isEmpty else { return }
        if PQpipelineSync(handle) == 1 { owed.append(queued.count) }
        queued.removeAll(keepingCapacity: true)
    }

    /// Reads the answers that are owed. False where the connection is lost.
    private func settle() -> Bool {
        for count in owed {
            if let result = try? answers(Array(repeating: Command(), count: count), "", isWrite: true) { PQclear(result) }
            if isLost { return false }
        }
        owed.removeAll(keepingCapacity: true)
        return true
    }

    private var isBroken: Bool { PQstatus(handle) == CONNECTION_BAD }

    private func answers(_ commands: [Command], _ what: @autoclosure () -> String, isWrite: Bool) throws(Fault) -> OpaquePointer {
        var fault: Fault?
        var last: OpaquePointer?
        for command in commands {
            PQclear(last)
            last = PQgetResult(handle)
            switch last.map({ PQresultStatus($0) }) {
            case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_PIPELINE_ABORTED: break
            default: fault = fault ?? Fault(last, on: handle, doing: command.sql.map { "\($0)" } ?? what(), isWrite: isWrite)
            }
            if isBroken { break }
            while let more = PQgetResult(handle) { PQclear(more) }
            if fault == nil, command.isKept, let result = last {
                kept.append(PostgresRows(result))
                last = nil
            }
        }
        if !isBroken {
            // The answer to the sync.
            PQclear(PQgetResult(handle))
        }
        if isBroken { fault = fault ?? Fault(nil, on: handle, doing: what(), isWrite: isWrite) }
        if let fault {
            kept = []
            PQclear(last)
            throw isBroken && fault.kind != .lost ? Fault(.lost, fault.failure) : fault
        }
        guard let last else { throw Fault(nil, on: handle, doing: what()) }
        return last
    }
}

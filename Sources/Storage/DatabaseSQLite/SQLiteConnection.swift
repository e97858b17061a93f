import CSQLite
import Database
import Glibc

/// One connection to the file, with its prepared statements. Used by one thread at a time.
///
/// Guard: it has none of its own. The reader pool and the lead of the writers pass it from thread to thread under their locks.
final class SQLiteConnection: DatabaseConnection, @unchecked Sendable {
    enum Role { case writer, reader, checkpointer }
    enum Beginning { case deferred, immediate }

    let handle: OpaquePointer
    private(set) var changedRowCount = 0

    /// The first error of a statement in this transaction. After it nothing of the transaction may be kept: SQLite may have
    /// undone it already and would run what follows outside of one, and PostgreSQL refuses all that follows. So each
    /// further statement throws it again, and a closure that returns all the same has failed.
    private(set) var fault: Failure?

    /// Where ids come from; nil for connections that only read.
    var leases: IDLeases?
    private var actions: [@Sendable () -> Void] = []

    // By the address of the literal's bytes: a literal has one address in its module and never changes.
    private var statements: [UnsafePointer<UInt8>: Statement] = [:]
    // Pages in the log after the last commit; on the heap, for SQLite keeps its address.
    private let logPages: UnsafeMutablePointer<Int32>

    private let stepCounter: StepCounter?
    private let busyMilliseconds: Int32
    /// Of the thread that has it now.
    private var impatience: Impatience?

    private static let isConfigured: Bool = tegu_sqlite_configure() == SQLITE_OK

    init(path: String, role: Role, options: SQLiteOptions) throws {
        // Only costs speed where it is false: the library was in use before.
        _ = Self.isConfigured
        var opened: OpaquePointer?
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE
        let result = sqlite3_open_v2(path, &opened, flags, nil)
        guard result == SQLITE_OK, let opened else {
            let failure = Failure(opened, doing: "open \(path)")
            sqlite3_close_v2(opened)
            throw failure
        }
        handle = opened
        stepCounter = options.stepCounter
        busyMilliseconds = options.busyMilliseconds
        stepCounter?.watch(opened)
        logPages = .allocate(capacity: 1)
        logPages.initialize(to: 0)
        sqlite3_extended_result_codes(handle, 1)
        sqlite3_busy_timeout(handle, busyMilliseconds)
        if role == .writer {
            try execute("PRAGMA page_size = \(options.pageSize)")
            try useLog(within: options.busyMilliseconds)
        }
        try execute("""
            PRAGMA synchronous = \(options.isDurable ? "FULL" : "OFF");
            PRAGMA wal_autocheckpoint = 0;
            PRAGMA journal_size_limit = \(options.restartBytes);
            PRAGMA foreign_keys = OFF;
            PRAGMA trusted_schema = OFF;
            PRAGMA cell_size_check = ON;
            PRAGMA secure_delete = FAST;
            PRAGMA temp_store = MEMORY;
            PRAGMA cache_size = -\(options.cacheKibibytes);
            PRAGMA mmap_size = \(role == .reader ? options.mappedBytes : 0);
            PRAGMA query_only = \(role == .reader ? "ON" : "OFF");
            """)
        if role == .writer {
            sqlite3_wal_hook(handle, { pages, _, _, count in
                pages?.assumingMemoryBound(to: Int32.self).pointee = count
                return SQLITE_OK
            }, logPages)
        }
    }

    deinit {
        // Finalized first, so that the connection is closed here and now.
        statements.removeAll()
        sqlite3_close_v2(handle)
        logPages.deallocate()
    }

    /// The count of pages in the log after the last commit on this connection.
    var logPageCount: Int { Int(logPages.pointee) }

    /// Rows that statements have changed since it was opened.
    var totalChanges: Int { Int(sqlite3_total_changes64(handle)) }

    /// Runs statements that are no literal; never with values in them.
    func execute(_ sql: String) throws {
        guard sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK else { throw Failure(handle, doing: sql) }
    }

    /// Has the database use a write-ahead log, which stands in the file from then on.
    ///
    /// The one who makes a new database changes its mode alone, and whoever comes at that moment is refused without the
    /// busy time-out, lest the two wait for each other. So it is tried again here.
    private func useLog(within milliseconds: Int32) throws {
        var mode = ""
        for attempt in 0... {
            do {
                try run("PRAGMA journal_mode = WAL", []) { row in
                    mode = row.text(0)
                    return false
                }
                break
            } catch {
                let isBusy = sqlite3_errcode(handle) & 0xFF == SQLITE_BUSY
                guard isBusy, attempt < milliseconds else { throw error }
                fault = nil
                usleep(1000)
            }
        }
        // A file system without shared memory answers with the mode that it had.
        guard mode == "wal" else {
            throw Failure(.unavailable, "the database cannot have a write-ahead log here: its mode is \(mode)")
        }
    }

    /// Copies the log into the database file; a failure but for readers or writers who are in the way.
    func checkpoint(_ mode: Int32, _ pages: UnsafeMutablePointer<Int32>? = nil) -> Failure? {
        let result = sqlite3_wal_checkpoint_v2(handle, nil, mode, pages, nil)
        return result == SQLITE_OK || result & 0xFF == SQLITE_BUSY ? nil : Failure(handle, doing: "checkpoint")
    }

    // MARK: Transactions

    var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

    func begin(_ beginning: Beginning) throws {
        fault = nil
        actions = []
        try control(beginning == .deferred ? "BEGIN" : "BEGIN IMMEDIATE")
    }

    func commit() throws { try control("COMMIT") }

    /// False where the connection cannot get out of its transaction; it must then not be used again.
    @discardableResult
    func rollback() -> Bool {
        fault = nil
        actions = []
        if isInTransaction { try? control("ROLLBACK") }
        return !isInTransaction
    }

    func beginPart() throws { try control("SAVEPOINT part") }

    func keepPart() throws { try control("RELEASE part") }

    func undoPart() throws {
        try control("ROLLBACK TO part")
        try control("RELEASE part")
        fault = nil
        actions = []
    }

    /// The actions that were registered since the last call, or since the transaction or the part of it began.
    func takeActions() -> [@Sendable () -> Void] {
        defer { actions = [] }
        return actions
    }

    private func control(_ sql: StaticString) throws {
        let statement = try prepared(sql)
        defer { statement.reset() }
        guard sqlite3_step(statement.handle) == SQLITE_DONE else { throw Failure(handle, doing: "\(sql)") }
    }

    // MARK: DatabaseConnection

    /// SQLite makes each row when it is asked for, so the delivery is no matter.
    func run(
        _ sql: StaticString, _ parameters: [Value], _: Delivery = .whole, row: (borrowing Row) throws -> Bool
    ) throws {
        if let fault { throw fault }
        try impatience?.look()
        let statement: Statement
        do {
            statement = try prepared(sql)
            try statement.bind(parameters, sql, on: handle)
        } catch {
            throw noted(error)
        }
        statement.isRunning = true
        defer {
            statement.reset()
            changedRowCount = sqlite3_stmt_readonly(statement.handle) != 0 ? 0 : Int(sqlite3_changes(handle))
        }
        let current = Row(source: statement)
        while true {
            switch sqlite3_step(statement.handle) {
            case SQLITE_ROW:
                if try !row(current) { return }
                try impatience?.look()
            case SQLITE_DONE:
                return
            default:
                throw noted(Failure(handle, doing: "\(sql)"))
            }
        }
    }

    /// Has the statements that follow end where they do more than whoever is not to wait may; nil: where they end.
    func watch(for impatience: Impatience?) {
        guard self.impatience !== impatience else { return }
        self.impatience = impatience
        sqlite3_busy_timeout(handle, impatience == nil ? busyMilliseconds : 0)
        if let impatience {
            impatience.watch(handle)
        } else if let stepCounter {
            stepCounter.watch(handle)
        } else {
            sqlite3_progress_handler(handle, 0, nil, nil)
        }
    }

    func nextID(_ sequence: Sequence) throws -> Int64 {
        if let fault { throw fault }
        guard let leases else { throw Failure(.serverBug, "an id was asked for in a read") }
        do {
            return try leases.next(sequence)
        } catch {
            throw noted(error)
        }
    }

    func afterCommit(_ action: @escaping @Sendable () -> Void) { actions.append(action) }

    /// One process serves the file; commands beside it are rare, and it looks.
    func announce(_: ChangeNotice) {}

    private func noted(_ error: any Error) -> any Error {
        if fault == nil { fault = error as? Failure }
        return error
    }

    private func prepared(_ sql: StaticString) throws -> Statement {
        guard sql.hasPointerRepresentation else { throw Failure(.serverBug, "no statement: \(sql)") }
        if let statement = statements[sql.utf8Start] {
            // One that is asked for again while its rows are being read.
            if statement.isRunning { return try Statement(sql, on: handle) }
            return statement
        }
        let statement = try Statement(sql, on: handle)
        statements[sql.utf8Start] = statement
        return statement
    }
}

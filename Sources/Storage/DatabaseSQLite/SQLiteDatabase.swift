// DatabaseSQLite: one database file, through SQLite's C library. It owns connections, prepared statements, group commit, the
// leases of ids and the checkpoints of the write-ahead log, and all SQL that only SQLite speaks. It must never know
// what a table of the schema means, but for `sequence` and `schema_version`.
//
// Invariants: one connection writes, and only the thread that leads the writers touches it; what `write` returned was
// fsync'ed (WAL, synchronous=FULL); a reader's connection cannot write (query_only); another process may use the same
// file at any time.
//
// Start reading here, then Writer.swift and GroupCommit.swift.

package import Database
import Glibc
import Locks
import Threads

/// The embedded engine.
package final class SQLiteDatabase: Database {
    private let readers: ReaderPool
    let writer: Writer
    private let checkpointer: Checkpointer
    private let isClosed = Guarded(false)
    private let shortTime: UInt64
    /// Removed at the end; for tests.
    private let temporaryDirectory: String?

    /// Opens the database at `path`, whose directory must exist; makes it (0600) where it is missing, and brings its
    /// schema up to date.
    package convenience init(
        path: String, options: SQLiteOptions = SQLiteOptions(), progress: (MigrationProgress) -> Void = { _ in }
    ) throws {
        try self.init(
            path: path, options: options, migrations: Schema.migrations, temporaryDirectory: nil, progress: progress)
    }

    /// What `init` would do to the schema of the file, which must be there; nothing is changed.
    package static func plan(path: String) throws -> MigrationPlan {
        let connection = try SQLiteConnection(path: path, role: .reader, options: SQLiteOptions())
        return try Migrations.plan(on: SQLiteMigration(connection: connection))
    }

    /// A database in a directory of its own that goes when it is closed; for tests. It is not fsync'ed.
    package static func temporary(counter: StepCounter? = nil) throws -> SQLiteDatabase {
        let directory = try TemporaryDirectory.make()
        var options = SQLiteOptions()
        options.stepCounter = counter
        options.isDurable = false
        // A build for debugging takes long for what is short.
        options.shortTime = 1_000_000_000
        do {
            return try SQLiteDatabase(
                path: directory + "/database", options: options, migrations: Schema.migrations,
                temporaryDirectory: directory)
        } catch {
            TemporaryDirectory.remove(directory)
            throw error
        }
    }

    init(
        path: String, options: SQLiteOptions, migrations: [Migration], temporaryDirectory: String?,
        progress: (MigrationProgress) -> Void = { _ in }
    ) throws {
        // "file:" would be taken for a URI.
        let path = path.hasPrefix("/") ? path : "./" + path
        try DatabaseFile.create(at: path)
        let connection = try SQLiteConnection(path: path, role: .writer, options: options)
        try Migrations.apply(migrations, to: SQLiteMigration(connection: connection), progress: progress)
        let checkpointer = try Checkpointer(path: path, options: options)
        let writer = Writer(connection: connection, options: options) { [checkpointer] pages in
            checkpointer.logGrew(to: pages)
        }
        try checkpointer.start(pausing: writer)
        self.checkpointer = checkpointer
        self.writer = writer
        self.readers = ReaderPool(path: path, options: options)
        self.temporaryDirectory = temporaryDirectory
        shortTime = options.shortTime
    }

    deinit { close() }

    package func read<Result>(_ body: (borrowing ReadTransaction) throws -> Result) throws -> Result {
        let mark = try TransactionMark(self)
        defer { mark.remove() }
        let impatience = Impatience.ofThread
        let connection = try reader(impatience)
        defer { readers.putBack(connection) }
        connection.watch(for: impatience)
        defer { connection.watch(for: nil) }
        do {
            try connection.begin(.deferred)
            let result = try body(ReadTransaction(connection: connection))
            if let impatience, impatience.hasGivenUp { throw WouldWait() }
            // A body that went on after an error has not seen all that it asked for.
            if let fault = connection.fault { throw fault }
            return result
        } catch let failure as Failure {
            // Another process may have had the file for itself, for a moment. Who may wait waits, and tells what is wrong if it is.
            if let impatience { throw impatience.giveUp() }
            throw failure
        }
    }

    private func reader(_ impatience: Impatience?) throws -> SQLiteConnection {
        guard let impatience else { return try readers.take() }
        guard let free = readers.takeFree() else { throw impatience.giveUp() }
        return free
    }

    package func withoutWaiting<Result>(_ body: () throws -> Result) throws -> Result? { try Impatience.run(for: shortTime, body) }

    package func takesLong() throws(WouldWait) {
        if let impatience = Impatience.ofThread { throw impatience.giveUp() }
    }

    package func write<Result>(_ body: (borrowing WriteTransaction) throws -> Result) throws -> Result {
        // It waits for the disk, and for others.
        if let impatience = Impatience.ofThread { throw impatience.giveUp() }
        let mark = try TransactionMark(self)
        defer { mark.remove() }
        var result: Result?
        try withoutActuallyEscaping(body) { body in
            try writer.submit(WriteRequest(.transaction { connection in
                result = try body(WriteTransaction(connection: connection))
            }))
        }
        guard let result else { throw Failure(.serverBug, "a write that was committed and not run") }
        return result
    }

    package func integrityFaults() throws -> [String] {
        try read { tx in
            let structure = try tx.all("PRAGMA integrity_check") { $0.text(0) }.filter { $0 != "ok" }
            let references = try tx.all("PRAGMA foreign_key_check") {
                "row \($0.integer(1)) of \($0.text(0)) refers to a row of \($0.text(2)) that is not there"
            }
            return structure + references
        }
    }

    /// Waits for what runs, moves the log into the database file, and closes. Must not be called in a transaction's closure.
    package func close() {
        let isFirst = isClosed.withLock { isClosed in
            defer { isClosed = true }
            return !isClosed
        }
        guard isFirst else { return }
        checkpointer.stop()
        readers.close()
        writer.close()
        if let temporaryDirectory { TemporaryDirectory.remove(temporaryDirectory) }
    }
}

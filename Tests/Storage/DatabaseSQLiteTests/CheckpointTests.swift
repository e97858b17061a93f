import CSQLite
import Database
import Testing

@testable import DatabaseSQLite

@Suite("Copying the log")
struct CheckpointTests {
    private let folder: TemporaryFolder
    private let told = Collected<Failure.Code>()
    private var options = SQLiteOptions()

    init() throws {
        folder = try TemporaryFolder()
        options.checkpointFailed = { [told] failure in told.add(failure.code) }
    }

    @Test("what stops a copy is told, and the next one is tried all the same")
    func interrupted() throws {
        let database = try SQLiteDatabase.testing(folder.database)
        try database.insert(1)
        let checkpointer = try Checkpointer(path: folder.database, options: options)
        sqlite3_interrupt(checkpointer.connection.handle)
        _ = checkpointer.checkpoint(SQLITE_CHECKPOINT_PASSIVE)
        #expect(told.all == [.unavailable])
        #expect(checkpointer.checkpoint(SQLITE_CHECKPOINT_TRUNCATE) == 0)
        #expect(told.all == [.unavailable])
        #expect(folder.size(of: "-wal") == 0)
    }

    @Test("a reader that is in the way is no failure")
    func reader() throws {
        let database = try SQLiteDatabase.testing(folder.database)
        try database.insert(1)
        let checkpointer = try Checkpointer(path: folder.database, options: options)
        try database.read { tx in
            let found = try tx.first("SELECT id FROM item") { $0.integer(0) }
            #expect(found == 1)
            _ = checkpointer.checkpoint(SQLITE_CHECKPOINT_TRUNCATE)
        }
        #expect(told.all == [])
        #expect(folder.size(of: "-wal") > 0)
    }

    @Test("a copy that fails when the database is closed is told too")
    func closing() throws {
        let database = try SQLiteDatabase.testing(folder.database, options)
        try database.insert(1)
        try database.writer.pause { sqlite3_interrupt($0.handle) }
        database.close()
        #expect(told.all == [.unavailable])
    }
}

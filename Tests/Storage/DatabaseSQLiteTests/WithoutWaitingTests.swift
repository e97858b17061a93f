import Database
import Glibc
import Testing
import Threads

@testable import DatabaseSQLite

@Suite("Reads of a thread that must not wait")
struct WithoutWaitingTests {
    private let database: SQLiteDatabase
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        var options = SQLiteOptions()
        options.readerLimit = 1
        database = try SQLiteDatabase.testing(folder.database, options)
        for id in 1...3 { try database.insert(Int64(id)) }
    }

    private static let long: StaticString = """
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000) SELECT count(*) FROM n
        """

    @Test("what is short is read; no reader is opened for it")
    func short() throws {
        #expect(try database.withoutWaiting { try database.ids } == nil)
        _ = try database.ids
        #expect(try database.withoutWaiting { try database.ids } == [1, 2, 3])
        #expect(try database.withoutWaiting { [try database.ids, try database.ids] } == [[1, 2, 3], [1, 2, 3]])
    }

    @Test("where all readers are busy nobody waits for one")
    func busy() throws {
        _ = try database.ids
        let (taken, done) = (Semaphore(), Semaphore())
        let reader = try SystemThread.start { [database] in
            try? database.read { _ in
                taken.signal()
                done.wait()
            }
        }
        taken.wait()
        // Would never return if it waited.
        #expect(try database.withoutWaiting { try database.ids } == nil)
        done.signal()
        pthread_join(reader, nil)
        #expect(try database.withoutWaiting { try database.ids } == [1, 2, 3])
    }

    @Test("a statement that turns out long is ended, and its connection serves others as before")
    func long() throws {
        let count = { [database] in try database.read { tx in try tx.first(Self.long) { $0.integer(0) } } }
        #expect(try count() == 200_000)
        #expect(try database.withoutWaiting { try count() } == nil)
        #expect(try count() == 200_000)
        #expect(try database.withoutWaiting { try database.ids } == [1, 2, 3])
    }

    @Test("many short statements are long together")
    func many() throws {
        _ = try database.ids
        let read = try database.withoutWaiting { () throws -> Int in
            for _ in 0..<100_000 { _ = try database.ids }
            return 100_000
        }
        #expect(read == nil)
    }

    @Test("the steps of a counter are counted after it as before")
    func counter() throws {
        let counter = StepCounter()
        let counted = try SQLiteDatabase.temporary(counter: counter)
        let read = { _ = try counted.read { tx in try tx.first("SELECT 1") { $0.integer(0) } } }
        try read()
        _ = try counted.withoutWaiting(read)
        let before = counter.steps
        _ = try counted.read { tx in try tx.first(Self.long) { $0.integer(0) } }
        #expect(counter.steps - before > 200_000)
    }

    @Test("nothing is written")
    func writes() throws {
        _ = try database.ids
        let written = try database.withoutWaiting { () throws -> Bool in
            try database.insert(4)
            return true
        }
        #expect(written == nil)
        #expect(try database.ids == [1, 2, 3])
        try database.insert(4)
        #expect(try database.ids == [1, 2, 3, 4])
    }

    @Test("a result is not taken that was made without what could not be read")
    func swallowed() throws {
        let found: [Int64]?? = try database.withoutWaiting { try? database.ids }
        #expect(found == nil)
    }

    @Test("other errors are the caller's")
    func errors() throws {
        #expect(throws: Refusal(number: 7)) { try database.withoutWaiting { throw Refusal(number: 7) } }
        let refused = try database.withoutWaiting { () throws -> Int in throw WouldWait() }
        #expect(refused == nil)
    }
}

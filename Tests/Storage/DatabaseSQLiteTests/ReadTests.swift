import Database
import Glibc
import Testing

@testable import DatabaseSQLite

@Suite("Reads")
struct ReadTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test("a read sees one snapshot, whatever is committed meanwhile")
    func snapshot() throws {
        let database = try SQLiteDatabase.testing(folder.database)
        try database.insert(1)
        try database.read { tx in
            let before = try tx.count
            #expect(before == 1)
            let writer = try SystemThread.start { try? database.insert(2) }
            pthread_join(writer, nil)
            let after = try tx.count
            #expect(after == 1)
        }
        #expect(try database.ids == [1, 2])
    }

    @Test("more readers than connections: each has its turn")
    func waiting() throws {
        var options = SQLiteOptions()
        options.readerLimit = 2
        let database = try SQLiteDatabase.testing(folder.database, options)
        try database.insert(1)
        let results = Collected<[Int64]>()
        try onThreads(12) { _ in
            for _ in 0..<50 { if let ids = try? database.ids { results.add(ids) } }
        }
        #expect(results.all == Array(repeating: [1], count: 600))
    }

    @Test("an error in a read comes out, also where the closure caught it")
    func caught() throws {
        let database = try SQLiteDatabase.testing(folder.database)
        #expect(throws: Failure.self) {
            try database.read { tx in
                try? tx.forEach("SELECT nothing FROM nowhere") { _ in true }
                return 1
            }
        }
        #expect(throws: Refusal.self) {
            try database.read { tx in try tx.forEach("SELECT 1") { _ in throw Refusal() } }
        }
        #expect(try database.ids == [])
    }

    @Test("a reader keeps the snapshot that it had while the log is copied and started anew")
    func checkpointBesideReader() throws {
        var options = SQLiteOptions()
        options.checkpointBytes = 1
        options.restartBytes = 1
        let database = try SQLiteDatabase.testing(folder.database, options)
        for id in 1...20 { try database.insert(Int64(id), data: [UInt8](repeating: 7, count: 5000)) }
        try database.read { tx in
            let before = try tx.sum
            let writer = try SystemThread.start {
                for id in 21...40 { try? database.insert(Int64(id), data: [UInt8](repeating: 8, count: 5000)) }
            }
            pthread_join(writer, nil)
            let after = try tx.sum
            #expect(before == Int64(20 * 21 / 2 + 20 * 5000))
            #expect(after == before)
        }
        #expect(try database.ids == (1...40).map { Int64($0) })
        #expect(try database.integrityFaults() == [])
    }
}

extension ReadTransaction {
    fileprivate var count: Int64? { get throws { try first("SELECT count(*) FROM item") { $0.integer(0) } } }

    fileprivate var sum: Int64? {
        get throws { try first("SELECT sum(id + length(data)) FROM item") { $0.integer(0) } }
    }
}

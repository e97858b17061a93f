import Database
import Glibc
import Testing
import Threads

@testable import DatabaseSQLite

@Suite("Reads")
struct ReadTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

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
    fileprivate var sum: Int64? {
        get throws { try first("SELECT sum(id + length(data)) FROM item") { $0.integer(0) } }
    }
}

import Database
import FoundationEssentials
import Testing

@testable import DatabaseSQLite

@Suite("The file of the write-ahead log")
struct LogFileTests {
    private let directory: String

    init() throws { directory = try TemporaryDirectory.make() }

    private func bytes(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(filePath: directory + "/" + name)))
    }

    private func write(_ bytes: [UInt8], as name: String) throws {
        try Data(bytes).write(to: URL(filePath: directory + "/" + name))
    }

    @Test("it is made longer with zeros, never shorter, and what is in it stays")
    func lengthen() throws {
        try write([1, 2, 3], as: "log")
        let file = LogFile(path: directory + "/log")
        file.lengthen(to: 10_000)
        #expect(try bytes("log") == [1, 2, 3] + [UInt8](repeating: 0, count: 9_997))
        file.lengthen(to: 100)
        #expect(try bytes("log").count == 10_000)
        LogFile(path: directory + "/none").lengthen(to: 100)
        #expect(!FileManager.default.fileExists(atPath: directory + "/none"))
    }

    @Test("under writers without a pause it starts anew within its length, and all that was committed is there after a crash")
    func restarts() throws {
        var options = SQLiteOptions()
        options.checkpointBytes = 256 << 10
        options.restartBytes = 1 << 20
        let database = try SQLiteDatabase(path: directory + "/database", options: options)
        let body = [UInt8](repeating: 7, count: 64 << 10)
        for id in 1...300 as ClosedRange<Int64> {
            try database.write { tx in
                _ = try tx.execute(
                    "INSERT INTO blob (id, reference_count, data) VALUES ($1, 1, $2)", [.integer(id), .bytes(body)])
            }
        }
        // 300 times 64 KiB were logged.
        let log = try bytes("database-wal")
        #expect(log.count >= 1 << 20 && log.count < 10 << 20)

        // What a crash leaves: the files as they are, without a close.
        try write(try bytes("database"), as: "copy")
        try write(log, as: "copy-wal")
        let copy = try SQLiteDatabase(path: directory + "/copy")
        #expect(try copy.read { tx in try tx.first("SELECT COUNT(*) FROM blob") { $0.integer(0) } } == 300)
        #expect(try copy.integrityFaults() == [])
        copy.close()
        database.close()
    }
}

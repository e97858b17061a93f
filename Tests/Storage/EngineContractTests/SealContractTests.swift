import Database
import TestEngines
import Testing

@Suite("Rows that are sealed, on each engine")
struct SealContractTests {
    private static let migrations = [
        Migration(number: 1, name: "test", sql: """
            CREATE TABLE sequence (name TEXT NOT NULL PRIMARY KEY, last BIGINT NOT NULL);
            CREATE TABLE counter (id BIGINT NOT NULL PRIMARY KEY, value BIGINT NOT NULL);
            INSERT INTO counter (id, value) VALUES (1, 5);
            INSERT INTO counter (id, value) VALUES (2, 5);
            """),
        // As it comes to tables that have rows.
        Migration(number: 2, name: "seal", sql: "ALTER TABLE counter ADD COLUMN sealed BIGINT CHECK (sealed IS NULL OR sealed = value);"),
    ]

    private func value(_ database: any Database, _ id: Int64) throws -> Int64? {
        try database.read { tx in try tx.first("SELECT value FROM counter WHERE id = $1", [.integer(id)]) { $0.integer(0) } }
    }

    @Test("a change fails as a temporary failure, and all of its transaction with it", arguments: TestEngine.allCases)
    func sealed(_ engine: TestEngine) throws {
        let store = try TestStore(engine)
        let database = try store.openAlone(Self.migrations)
        defer { database.close() }
        try database.write { tx in try tx.execute("UPDATE counter SET sealed = value WHERE id = 1") }
        let failure = #expect(throws: Failure.self) {
            try database.write { tx in
                try tx.execute("UPDATE counter SET value = value + 1 WHERE id = 2")
                try tx.execute("UPDATE counter SET value = value + 1 WHERE id = 1")
            }
        }
        #expect(failure?.code == .sealed && failure?.isTemporary == true)
        #expect(try value(database, 1) == 5)
        #expect(try value(database, 2) == 5)
        try database.write { tx in try tx.execute("UPDATE counter SET sealed = NULL WHERE id = 1") }
        try database.write { tx in try tx.execute("UPDATE counter SET value = value + 1 WHERE id = 1") }
        #expect(try value(database, 1) == 6)
    }

    @Test("those who write beside it are not in its way", arguments: TestEngine.allCases)
    func others(_ engine: TestEngine) throws {
        let store = try TestStore(engine)
        let database = try store.openAlone(Self.migrations)
        defer { database.close() }
        try database.write { tx in try tx.execute("UPDATE counter SET sealed = value WHERE id = 1") }
        let refused = Collected<Int64>()
        try onThreads(4) { thread in
            for _ in 0..<25 {
                let id = Int64(thread % 2 + 1)
                do {
                    try database.write { tx in try tx.execute("UPDATE counter SET value = value + 1 WHERE id = $1", [.integer(id)]) }
                } catch let failure as Failure where failure.code == .sealed {
                    refused.add(id)
                } catch {
                    Issue.record(error)
                }
            }
        }
        #expect(refused.all.count == 50 && Set(refused.all) == [1])
        #expect(try value(database, 1) == 5)
        #expect(try value(database, 2) == 55)
    }

    @Test("a writer that began before the seal does not pass it by", arguments: TestEngine.allCases)
    func race(_ engine: TestEngine) throws {
        let store = try TestStore(engine)
        let database = try store.openAlone(Self.migrations)
        defer { database.close() }
        let written = Collected<Int64>()
        try onThreads(3) { thread in
            do {
                if thread == 0 { try sealAndLook(database) } else { try write(database, written) }
            } catch {
                Issue.record(error)
            }
        }
        #expect(try value(database, 1) == 5 + Int64(written.all.count))
    }

    /// As long as it is sealed it is what it was.
    private func sealAndLook(_ database: any Database) throws {
        for _ in 0..<20 {
            let sealed = try database.write { tx in
                try tx.read.first("UPDATE counter SET sealed = value WHERE id = 1 RETURNING value") { $0.integer(0) }
            }
            for _ in 0..<5 { #expect(try value(database, 1) == sealed) }
            try database.write { tx in try tx.execute("UPDATE counter SET sealed = NULL WHERE id = 1") }
        }
    }

    private func write(_ database: any Database, _ written: Collected<Int64>) throws {
        for _ in 0..<100 {
            do {
                try database.write { tx in try tx.execute("UPDATE counter SET value = value + 1 WHERE id = 1") }
                written.add(1)
            } catch let failure as Failure where failure.isTemporary {}
        }
    }
}

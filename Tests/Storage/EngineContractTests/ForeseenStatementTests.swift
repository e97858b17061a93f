import Database
import TestEngines
import Testing

@Suite("Statements that are foreseen, on each engine")
struct ForeseenStatementTests {
    private static let names: StaticString = "SELECT number FROM item WHERE id = $1"
    private static let count: StaticString = "SELECT COUNT(*) FROM item"

    private func number(_ tx: borrowing ReadTransaction, of id: Int64) throws -> Int64? {
        try tx.first(Self.names, [.integer(id)]) { $0.integer(0) }
    }

    private func filled(_ engine: TestEngine) throws -> any Database {
        let database = try TestStore(engine).open()
        try database.write { tx in
            for id in 1...3 { try tx.execute("INSERT INTO item (id, number) VALUES ($1, $2)", [.integer(Int64(id)), .integer(Int64(id * 10))]) }
        }
        return database
    }

    @Test("what is foreseen is answered as if it were not, in any order, also in vain and more than once", arguments: TestEngine.allCases)
    func foreseen(_ engine: TestEngine) throws {
        try filled(engine).read { tx in
            for _ in 0..<3 {
                tx.foresee(Self.count)
                for id in 1...4 { tx.foresee(Self.names, [.integer(Int64(id))]) }
                #expect(try number(tx, of: 3) == 30)
                #expect(try number(tx, of: 1) == 10)
                #expect(try number(tx, of: 1) == 10)
                #expect(try number(tx, of: 4) == nil)
                var found: [Int64] = []
                try tx.forEach("SELECT id FROM item ORDER BY id") { found.append($0.integer(0)); return true }
                #expect(found == [1, 2, 3])
                #expect(try tx.first(Self.count) { $0.integer(0) } == 3)
                for id in 1...100 { tx.foresee(Self.names, [.integer(Int64(id))]) }
                #expect(try (1...3).map { try number(tx, of: $0) } == [10, 20, 30])
            }
        }
    }

    @Test("what was foreseen before a change is read after it", arguments: TestEngine.allCases)
    func changed(_ engine: TestEngine) throws {
        try filled(engine).write { tx in
            tx.read.foresee(Self.names, [.integer(1)])
            tx.read.foresee(Self.names, [.integer(2)])
            #expect(try number(tx.read, of: 3) == 30)
            try tx.execute("UPDATE item SET number = 11 WHERE id = 1")
            #expect(try number(tx.read, of: 1) == 11)
            tx.read.foresee(Self.names, [.integer(2)])
            #expect(try number(tx.read, of: 1) == 11)
            #expect(try tx.rowsChanged(by: "UPDATE item SET number = 22 WHERE id = 2") == 1)
            #expect(try number(tx.read, of: 2) == 22)
        }
    }

    @Test("bytes are found in bytes", arguments: TestEngine.allCases)
    func bytes(_ engine: TestEngine) throws {
        let places = try TestStore(engine).open().read { tx in
            try [[UInt8]([2, 3]), [0], [9], [1, 2, 3, 0, 255]].map { needle in
                try tx.first("SELECT instr($1, $2)", [.bytes([1, 2, 3, 0, 255]), .bytes(needle)]) { $0.integer(0) }
            }
        }
        #expect(places == [2, 4, 0, 1])
    }
}

import Database
import TestEngines
import Testing

@Suite("Sessions for statements that are made of names, on each engine")
struct TableSessionTests {
    private static let columns = [
        StoredTable.Column("id", .integer), StoredTable.Column("name", .text), StoredTable.Column("data", .bytes),
        StoredTable.Column("number", .integer),
    ]
    private static let insert = "INSERT INTO item (id, name, data, number) VALUES ($1, $2, $3, $4)"
    private static let select = "SELECT id, name, data, number FROM item WHERE id >= $1 ORDER BY id"

    @Test("tables are known with their columns and keys", arguments: TestEngine.allCases)
    func catalogue(_ engine: TestEngine) throws {
        let store = try TestStore(engine)
        let database = try store.open()
        defer { database.close() }
        let session = try store.session()
        #expect(Set(session.tables.keys) == ["sequence", "item"])
        #expect(try session.table("item") == StoredTable(name: "item", columns: Self.columns, key: ["id"]))
        #expect(throws: Failure.self) { try session.table("nothing") }
    }

    @Test("every value comes back as it was", arguments: TestEngine.allCases)
    func values(_ engine: TestEngine) throws {
        let store = try TestStore(engine)
        let database = try store.open()
        defer { database.close() }
        let session = try store.session()
        let rows: [[StoredValue]] = [
            [.integer(1), .text(Array("漢字 'quoted'".utf8)), .bytes([0, 1, 255]), .integer(.min)],
            [.integer(2), .text([]), .bytes([]), .integer(.max)],
            [.integer(3), .null, .null, .null],
        ]
        try session.transaction(isWriting: true) {
            for row in rows {
                let count = try session.execute(Self.insert, row)
                #expect(count == 1)
            }
        }
        #expect(try session.rows(Self.select, Self.columns, [.integer(1)]) == rows)
        #expect(try session.rows(Self.select, Self.columns, [.integer(4)]) == [])
        #expect(try session.execute("DELETE FROM item WHERE id > $1", [.integer(1)]) == 2)
        #expect(try database.read { tx in try tx.all("SELECT id FROM item") { $0.integer(0) } } == [1])
    }

    @Test("a transaction that fails leaves nothing, and the session goes on", arguments: TestEngine.allCases)
    func undone(_ engine: TestEngine) throws {
        let store = try TestStore(engine)
        let database = try store.open()
        defer { database.close() }
        let session = try store.session()
        let row: [StoredValue] = [.integer(1), .null, .null, .null]
        #expect(throws: Refusal.self) {
            try session.transaction(isWriting: true) {
                try session.execute(Self.insert, row)
                throw Refusal()
            }
        }
        #expect(throws: Failure.self) {
            try session.transaction(isWriting: true) {
                try session.execute(Self.insert, row)
                try session.execute(Self.insert, row)
            }
        }
        #expect(try session.rows(Self.select, Self.columns, [.integer(0)]) == [])
        try session.transaction(isWriting: true) { try session.execute(Self.insert, row) }
        #expect(try session.rows(Self.select, Self.columns, [.integer(0)]) == [row])
    }

    @Test("a snapshot does not see what others commit meanwhile", arguments: TestEngine.allCases)
    func snapshot(_ engine: TestEngine) throws {
        let store = try TestStore(engine)
        let database = try store.open()
        defer { database.close() }
        let session = try store.session()
        try session.begin(isWriting: false)
        #expect(try session.rows(Self.select, Self.columns, [.integer(0)]) == [])
        try database.write { tx in try tx.insert(7) }
        #expect(try session.rows(Self.select, Self.columns, [.integer(0)]) == [])
        try session.commit()
        #expect(try session.rows(Self.select, Self.columns, [.integer(0)]).count == 1)
    }
}

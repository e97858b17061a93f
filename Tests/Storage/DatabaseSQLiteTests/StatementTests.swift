import Database
import Testing

@testable import DatabaseSQLite

@Suite("Statements and rows")
struct StatementTests {
    private let folder: TemporaryFolder
    private let database: SQLiteDatabase

    init() throws {
        folder = try TemporaryFolder()
        database = try .testing(folder.database)
    }

    @Test("parameters may stand in any order and more than once")
    func order() throws {
        let texts = try database.read { tx in
            try tx.first("SELECT $2 || '-' || $1 || '-' || $2 || '-' || $10 || $3 || $4 || $5 || $6 || $7 || $8 || $9", [
                .text("one"), .text("two"), .text("3"), .text("4"), .text("5"), .text("6"), .text("7"), .text("8"), .text("9"),
                .text("ten"),
            ]) { $0.text(0) }
        }
        #expect(texts == "two-one-two-ten3456789")
    }

    @Test("values come back as they were sent")
    func values() throws {
        let bytes = (0...255).map { UInt8($0) }
        try database.read { tx in
            let found = try tx.all(
                "SELECT $1, $2, $3, $4, $5, $6, $7",
                [.null, .integer(.min), .text("h\u{0}é🦎"), .bytes(bytes), .text(""), .bytes([]), Value(true)]
            ) { row in
                // A row cannot be copied, and so not stand inside of an expectation.
                let isNull = (-1...7).map { row.isNull($0) }
                #expect(isNull == [true, true, false, false, false, false, false, false, true])
                let null = (row.integer(0), row.text(0), row.bytes(0), row.optionalText(0), row.optionalInteger(0))
                #expect(null == (0, "", [], nil, nil))
                let integers = [row.integer(1), row.optionalInteger(1)]
                #expect(integers == [.min, .min])
                let texts = [row.text(2), row.optionalText(2), row.optionalText(4)]
                #expect(texts == ["h\u{0}é🦎", "h\u{0}é🦎", ""])
                let blobs = [row.bytes(3), row.withBytes(3) { [UInt8]($0) }, row.bytes(5)]
                #expect(blobs == [bytes, bytes, []])
                let flag = row.flag(6)
                #expect(flag)
                // There are no such columns.
                let missing = (row.isNull(.max), row.bytes(.min))
                #expect(missing == (true, []))
                return true
            }
            #expect(found == [true])
        }
    }

    @Test("rows come until the closure has enough")
    func rows() throws {
        try database.write { tx in for id in 1...5 { try tx.insert(Int64(id)) } }
        var seen: [Int64] = []
        try database.read { tx in
            try tx.forEach("SELECT id FROM item ORDER BY id") { row in
                seen.append(row.integer(0))
                return seen.count < 3
            }
        }
        #expect(seen == [1, 2, 3])
        #expect(try database.read { tx in try tx.first("SELECT id FROM item WHERE id = $1", [.integer(9)]) { $0.integer(0) } }
            == nil)
    }

    @Test("a statement can be run while its own rows are being read")
    func nestedStatement() throws {
        try database.write { tx in for id in 1...3 { try tx.insert(Int64(id)) } }
        var pairs: [[Int64]] = []
        // The same literal at both levels: one place in the code, called from within itself.
        func read(_ tx: borrowing ReadTransaction, depth: Int, above: Int64) throws {
            try tx.forEach("SELECT id FROM item ORDER BY id") { row in
                let id = row.integer(0)
                if depth == 0 { pairs.append([above, id]) } else { try read(tx, depth: depth - 1, above: id) }
                return true
            }
        }
        try database.read { tx in try read(tx, depth: 1, above: 0) }
        #expect(pairs == (1...3).flatMap { outer in (1...3).map { [Int64(outer), Int64($0)] } })
    }

    @Test("the count of changed rows is the last statement's")
    func changes() throws {
        try database.write { tx in
            for id in 1...4 { try tx.insert(Int64(id)) }
            #expect(try tx.execute("UPDATE item SET name = NULL WHERE id > 1") == 3)
            #expect(try tx.execute("DELETE FROM item WHERE id = 77") == 0)
            #expect(try tx.read.first("DELETE FROM item WHERE id = 4 RETURNING id") { $0.integer(0) } == 4)
            #expect(try tx.execute("SELECT 1") == 0)
        }
        #expect(try database.ids == [1, 2, 3])
    }

    @Test("a wrong statement or list of values is a bug of the server, and the connection stays usable")
    func wrong() throws {
        let cases: [(StaticString, [Value])] = [
            ("SELECT nonsense", []), ("SELECT $1", []), ("SELECT 1", [.null]), ("SELECT $2", [.null, .null]),
            ("SELECT ?", [.null]), ("SELECT :name", [.null]), ("SELECT 1; SELECT 2", []), ("", []), ("SELECT $0", [.null]),
        ]
        for (sql, values) in cases {
            let failure = #expect(throws: Failure.self, "\(sql)") {
                try database.read { tx in try tx.forEach(sql, values) { _ in true } }
            }
            #expect(failure?.code == .serverBug, "\(sql)")
        }
        #expect(try database.ids == [])
    }

    @Test("a read cannot write")
    func queryOnly() throws {
        let failure = #expect(throws: Failure.self) {
            try database.read { tx in try tx.forEach("INSERT INTO item (id) VALUES (1)") { _ in true } }
        }
        #expect(failure?.code == .serverBug)
        #expect(try database.ids == [])
    }

    @Test("result codes become the codes that callers act on", arguments: [
        (13, 0, Failure.Code.storageFull), (10, 28, .storageFull), (10, 5, .unavailable), (10 | 19 << 8, 0, .storageFull),
        (5, 0, .unavailable), (7, 0, .unavailable), (9, 0, .unavailable), (11, 0, .damaged), (26, 0, .damaged),
        (19 | 8 << 8, 0, .constraint), (8, 0, .serverBug), (8 | 4 << 8, 0, .unavailable), (1, 0, .serverBug), (14, 28, .storageFull),
        (14, 2, .unavailable),
    ] as [(Int32, Int32, Failure.Code)])
    func codes(code: Int32, system: Int32, expected: Failure.Code) {
        #expect(Failure(sqlite: code, system: system, detail: "").code == expected)
    }
}

import Database
import TestEngines
import Testing

@Suite("Statements and rows, on each engine")
struct StatementContractTests {
    @Test("parameters may stand in any order and more than once", arguments: TestEngine.allCases)
    func order(_ engine: TestEngine) throws {
        let texts = try TestStore(engine).open().read { tx in
            try tx.first("SELECT $2 || '-' || $1 || '-' || $2 || '-' || $10 || $3 || $4 || $5 || $6 || $7 || $8 || $9", [
                .text("one"), .text("two"), .text("3"), .text("4"), .text("5"), .text("6"), .text("7"), .text("8"), .text("9"),
                .text("ten"),
            ]) { $0.text(0) }
        }
        #expect(texts == "two-one-two-ten3456789")
    }

    @Test("values come back as they were sent", arguments: TestEngine.allCases)
    func values(_ engine: TestEngine) throws {
        let bytes = (0...255).map { UInt8($0) }
        try TestStore(engine).open().read { tx in
            let found = try tx.all(
                "SELECT $1, $2, $3, $4, $5, $6, $7",
                [.null, .integer(.min), .text("hé🦎"), .bytes(bytes), .text(""), .bytes([]), Value(true)]
            ) { row in
                // A row cannot be copied, and so not stand inside of an expectation.
                let isNull = (-1...7).map { row.isNull($0) }
                #expect(isNull == [true, true, false, false, false, false, false, false, true])
                let null = (row.integer(0), row.text(0), row.bytes(0), row.optionalText(0), row.optionalInteger(0))
                #expect(null == (0, "", [], nil, nil))
                let integers = [row.integer(1), row.optionalInteger(1)]
                #expect(integers == [.min, .min])
                let texts = [row.text(2), row.optionalText(2), row.optionalText(4)]
                #expect(texts == ["hé🦎", "hé🦎", ""])
                let blobs = [row.bytes(3), row.withBytes(3) { [UInt8]($0) }, row.bytes(5)]
                #expect(blobs == [bytes, bytes, []])
                let flag = row.flag(6)
                #expect(flag)
                // There are no such columns.
                let missing = (row.isNull(.max), row.bytes(.min), row.integer(99))
                #expect(missing == (true, [], 0))
                return true
            }
            #expect(found == [true])
        }
    }

    @Test("numbers that the database computes are integers", arguments: TestEngine.allCases)
    func computed(_ engine: TestEngine) throws {
        let database = try TestStore(engine).open()
        let values: [Int64] = [0, 1, -1, 9999, 10_000, -10_000, 123_456_789_012_345_678, .max, .min + 1, 20_000, 100_000_000]
        try database.write { tx in
            for (id, value) in values.enumerated() {
                try tx.execute(
                    "INSERT INTO item (id, number, data) VALUES ($1, $2, $3)",
                    [.integer(Int64(id)), .integer(value), .bytes([1, 2, 3])])
            }
        }
        try database.read { tx in
            for (id, value) in values.enumerated() {
                let sum = try tx.first("SELECT SUM(number), 7 FROM item WHERE id = $1", [.integer(Int64(id))]) { row in
                    [row.integer(0), row.integer(1)]
                }
                #expect(sum == [value, 7])
            }
            let others = try tx.first("SELECT SUM(LENGTH(data)), COUNT(*), MAX(number), -1 FROM item") { row in
                (0..<4).map { row.integer($0) }
            }
            #expect(others == [33, 11, .max, -1])
            let none = try tx.first("SELECT SUM(number), MAX(number) FROM item WHERE id > 99") { row in
                [row.isNull(0), row.isNull(1)]
            }
            #expect(none == [true, true])
        }
    }

    @Test("texts are ordered and compared by their bytes", arguments: TestEngine.allCases)
    func collation(_ engine: TestEngine) throws {
        let database = try TestStore(engine).open()
        let names = ["B", "a", "Z", "_", "é", "e\u{301}", "f", "-a", "ab", "A b", "日", "🦎", "A", "\u{FFFD}", "a.ics", "a-b"]
        try database.write { tx in for (id, name) in names.enumerated() { try tx.insert(Int64(id), name) } }
        let sorted = names.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
        try database.read { tx in
            let found = try tx.all("SELECT name FROM item ORDER BY name") { $0.bytes(0) }
            #expect(found == sorted.map { Array($0.utf8) })
            for (index, name) in sorted.enumerated() {
                let after = try tx.all("SELECT name FROM item WHERE name > $1 ORDER BY name", [.text(name)]) { $0.bytes(0) }
                #expect(after == sorted[(index + 1)...].map { Array($0.utf8) })
            }
        }
    }

    @Test("rows come until the closure has enough", arguments: TestEngine.allCases)
    func rows(_ engine: TestEngine) throws {
        let database = try TestStore(engine).open()
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

    @Test("many rows come all, each once, and other statements may run meanwhile",
          arguments: TestEngine.allCases, [0, 1, 63, 64, 65, 1500])
    func parts(_ engine: TestEngine, _ count: Int) throws {
        let database = try TestStore(engine).open()
        try database.write { tx in
            for id in 0..<count { try tx.insert(Int64(id), "n\(id)", data: [UInt8](repeating: 1, count: id % 7 * 1000)) }
        }
        var seen: [Int64] = []
        var sizes = 0
        try database.read { tx in
            for _ in 0..<2 {
                seen = []
                try tx.forEach("SELECT id, data FROM item WHERE id >= $1 ORDER BY id", [.integer(0)]) { row in
                    let id = row.integer(0)
                    seen.append(id)
                    sizes += row.withBytes(1) { $0.count }
                    if id % 100 == 0 {
                        let name = try tx.first("SELECT name FROM item WHERE id = $1", [.integer(id)]) { $0.text(0) }
                        #expect(name == "n\(id)")
                        var isThere = false
                        try tx.forEach("SELECT 1 FROM item WHERE id = $1", [.integer(id)]) { _ in
                            isThere = true
                            return true
                        }
                        #expect(isThere)
                    }
                    return true
                }
                #expect(seen == (0..<count).map { Int64($0) })
            }
        }
        #expect(sizes == 2 * (0..<count).reduce(0) { $0 + $1 % 7 * 1000 })
    }

    @Test("a statement can be run while its own rows are being read", arguments: TestEngine.allCases)
    func nestedStatement(_ engine: TestEngine) throws {
        let database = try TestStore(engine).open()
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

    @Test("all rows come, in their order, however many there were the last time", arguments: TestEngine.allCases)
    func lengths(_ engine: TestEngine) throws {
        let database = try TestStore(engine).open()
        try database.write { tx in for id in 1...300 { try tx.insert(Int64(id)) } }
        for count: Int64 in [3, 64, 65, 66, 2, 300, 64, 0, 299, 1] {
            var found: [Int64] = []
            var first: [Int64] = []
            try database.read { tx in
                try tx.forEach("SELECT id FROM item WHERE id <= $1 ORDER BY id", [.integer(count)]) { row in
                    found.append(row.integer(0))
                    return true
                }
                try tx.forEach("SELECT id FROM item WHERE id <= $1 ORDER BY id", [.integer(count)]) { row in
                    first.append(row.integer(0))
                    return first.count < 2
                }
            }
            #expect(found == Array((1...300).prefix(Int(count))))
            #expect(first == Array(found.prefix(2)))
        }
    }

    @Test("a statement that fails undoes its transaction, whichever call tells of it", arguments: TestEngine.allCases)
    func failures(_ engine: TestEngine) throws {
        let database = try TestStore(engine).open()
        try database.write { tx in try tx.insert(1) }
        var failure: Failure?
        do {
            try database.write { tx in
                try tx.insert(2)
                try tx.execute("INSERT INTO item (id, name) VALUES (NULL, 'none')")
                try tx.insert(3)
                _ = try tx.read.first("SELECT 1") { $0.integer(0) }
            }
        } catch { failure = error as? Failure }
        #expect(failure?.code == .constraint)
        #expect(failure?.detail.contains("'none'") == true || engine == .sqlite)
        #expect(try database.ids == [1])
        try database.write { tx in
            try tx.insert(4)
            #expect(try tx.read.all("SELECT id FROM item ORDER BY id") { $0.integer(0) } == [1, 4])
            try tx.execute("UPDATE item SET name = 'four' WHERE id = 4")
            #expect(try tx.rowsChanged(by: "UPDATE item SET number = 1") == 2)
        }
        #expect(try database.ids == [1, 4])
    }

    @Test("a transaction that is given up after a statement of which nobody has heard leaves nothing to the next", arguments: TestEngine.allCases)
    func givenUp(_ engine: TestEngine) throws {
        struct GivenUp: Error {}
        let database = try TestStore(engine).open()
        try database.write { tx in try tx.insert(1) }
        for id: Int64 in 2...9 {
            #expect(throws: (any Error).self) {
                try database.write { tx in
                    _ = try tx.read.first("SELECT 1") { $0.integer(0) }
                    try tx.execute("INSERT INTO item (id) VALUES (1)")
                    throw GivenUp()
                }
            }
            try database.write { tx in try tx.insert(id) }
        }
        #expect(try database.ids == Array(1...9))
    }

    @Test("the count of changed rows is the last statement's", arguments: TestEngine.allCases)
    func changes(_ engine: TestEngine) throws {
        let database = try TestStore(engine).open()
        try database.write { tx in
            for id in 1...4 { try tx.insert(Int64(id)) }
            #expect(try tx.rowsChanged(by: "UPDATE item SET name = NULL WHERE id > 1") == 3)
            #expect(try tx.rowsChanged(by: "DELETE FROM item WHERE id = 77") == 0)
            #expect(try tx.read.first("DELETE FROM item WHERE id = 4 RETURNING id") { $0.integer(0) } == 4)
            #expect(try tx.rowsChanged(by: "SELECT 1") == 0)
            #expect(try tx.rowsChanged(by: "INSERT INTO item (id) VALUES (1) ON CONFLICT DO NOTHING") == 0)
        }
        #expect(try database.ids == [1, 2, 3])
    }

    @Test("a wrong statement or list of values is a bug of the server, and the connection stays usable",
          arguments: TestEngine.allCases)
    func wrong(_ engine: TestEngine) throws {
        let database = try TestStore(engine).open(connections: 1)
        let cases: [(StaticString, [Value])] = [
            ("SELECT nonsense", []), ("SELECT $1", []), ("SELECT 1", [.null]), ("SELECT $2", [.null, .null]),
            ("SELECT ?", [.null]), ("SELECT :name", [.null]), ("SELECT 1; SELECT 2", []), ("", []), ("SELECT $0", [.null]),
        ]
        for (sql, values) in cases {
            let each = #expect(throws: Failure.self, "\(sql)") {
                try database.read { tx in try tx.forEach(sql, values) { _ in true } }
            }
            #expect(each?.code == .serverBug, "\(sql)")
            let all = #expect(throws: Failure.self, "\(sql)") {
                _ = try database.read { tx in try tx.all(sql, values) { _ in true } }
            }
            #expect(all?.code == .serverBug, "\(sql)")
        }
        #expect(try database.ids == [])
    }

    @Test("a read cannot write", arguments: TestEngine.allCases)
    func queryOnly(_ engine: TestEngine) throws {
        let database = try TestStore(engine).open()
        let failure = #expect(throws: Failure.self) {
            try database.read { tx in try tx.forEach("INSERT INTO item (id) VALUES (1)") { _ in true } }
        }
        #expect(failure?.code == .serverBug)
        #expect(try database.ids == [])
    }
}

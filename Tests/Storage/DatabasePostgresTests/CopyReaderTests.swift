import Database
import TestEngines
import Testing

@testable import DatabasePostgres

@Suite("COPY in its binary form")
struct CopyReaderTests {
    private let table = StoredTable(
        name: "item", columns: [.init("id", .integer), .init("name", .text), .init("data", .bytes)], key: ["id"])
    private let rows: [[StoredValue]] = [
        [.integer(.min), .text([]), .bytes([])], [.integer(-1), .null, .null], [.integer(7), .text(Array("é".utf8)), .bytes([0, 255])],
        [.integer(.max), .text([0x27, 0x22, 0x5C, 0x0A]), .bytes([UInt8](repeating: 9, count: 600_000))],
    ]

    private func filled() throws -> (TemporarySchema, PostgresOptions) {
        let schema = try TemporarySchema(TestEngine.postgresOptions())
        _ = try PostgresDatabase.testing(schema)
        var options = try TestEngine.postgresOptions()
        options.connection += "&options=-csearch_path%3D\(schema.name)"
        return (schema, options)
    }

    @Test("what is written is read, in the order of the key")
    func roundTrip() throws {
        let (schema, options) = try filled()
        defer { _ = schema }
        let target = try PostgresTables(options, isWriting: true)
        try target.begin()
        #expect(try target.tables().map(\.name) == ["item", "sequence"])
        #expect(try target.tables().first == table)
        try target.beginInsert(into: table)
        for row in rows.reversed() { try target.insert(row) }
        try target.endInsert()
        try target.commit()
        let source = try PostgresTables(options, isWriting: false)
        try source.begin()
        #expect(try source.rowCount(of: table) == rows.count)
        var found: [[StoredValue]] = []
        try source.forEachRow(of: table) { found.append($0) }
        #expect(found == rows)
    }

    @Test("without a commit nothing is kept, and what the database refuses is an error")
    func refused() throws {
        let (schema, options) = try filled()
        defer { _ = schema }
        for text: [UInt8] in [[0], [0xFF]] {
            let target = try PostgresTables(options, isWriting: true)
            try target.begin()
            try target.beginInsert(into: table)
            try target.insert([.integer(1), .text(text), .null])
            #expect(throws: Failure.self) { try target.endInsert() }
        }
        #expect(try PostgresTables(options, isWriting: false).rowCount(of: table) == 0)
    }

    @Test("rows come out whole, however the bytes are cut")
    func pieces() throws {
        var bytes: [UInt8] = Array("PGCOPY\n".utf8) + [0xFF, 0x0D, 0x0A, 0] + [0, 0, 0, 0] + [0, 0, 0, 2, 1, 1]
        bytes += [0, 3] + [0, 0, 0, 8, 255, 255, 255, 255, 255, 255, 255, 254] + [0, 0, 0, 1, 0x61] + [255, 255, 255, 255]
        bytes += [0, 3] + [0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 1, 0] + [0, 0, 0, 0] + [0, 0, 0, 2, 1, 2] + [255, 255]
        let expected: [[StoredValue]] = [
            [.integer(-2), .text([0x61]), .null], [.integer(256), .text([]), .bytes([1, 2])],
        ]
        for size in 1...bytes.count {
            var reader = CopyReader(table)
            var found: [[StoredValue]] = []
            for start in stride(from: 0, to: bytes.count, by: size) {
                bytes[start..<min(start + size, bytes.count)].withUnsafeBytes { reader.append($0) }
                while let row = try reader.next() { found.append(row) }
            }
            #expect(found == expected)
            #expect(reader.isAtEnd)
        }
    }

    @Test("what is not understood is refused", arguments: [[0, 2] as [UInt8], [0, 3, 0, 0, 0, 4], [0, 3, 255, 255, 255, 254]])
    func malformed(row: [UInt8]) throws {
        var reader = CopyReader(table)
        let bytes = [UInt8](repeating: 0, count: 19) + row
        bytes.withUnsafeBytes { reader.append($0) }
        #expect(throws: Failure.self) { try reader.next() }
    }
}

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

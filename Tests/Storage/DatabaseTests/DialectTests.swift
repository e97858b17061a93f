import Testing

@testable import Database

@Suite("Dialect")
struct DialectTests {
    private let sql = """
        -- BLOB in a comment
        CREATE TABLE blob (
            id BIGINT NOT NULL PRIMARY KEY, -- the key
            other_id BIGINT NOT NULL,
            blob_id BIGINT,
            data BLOB,
            mark TEXT NOT NULL DEFAULT '--',
            BLOBS TEXT
        ) WITHOUT ROWID;
        """

    @Test("PostgreSQL's words stand where SQLite's stood, and only there")
    func postgres() {
        #expect(Dialect.postgres.translated(sql).split(separator: "\n").map { $0.trimmed } == [
            "CREATE TABLE blob (", "id BIGINT NOT NULL PRIMARY KEY,", "other_id BIGINT NOT NULL,", "blob_id BIGINT,",
            "data BYTEA,", "mark TEXT COLLATE \"C\" NOT NULL DEFAULT '--',", "BLOBS TEXT COLLATE \"C\"", ") ;",
        ])
    }

    @Test("a key of SQLite is the table's own")
    func sqlite() {
        #expect(Dialect.sqlite.translated(sql).split(separator: "\n").map { $0.trimmed } == [
            "CREATE TABLE blob (", "id INTEGER NOT NULL PRIMARY KEY,", "other_id BIGINT NOT NULL,", "blob_id BIGINT,",
            "data BLOB,", "mark TEXT NOT NULL DEFAULT '--',", "BLOBS TEXT", ") WITHOUT ROWID;",
        ])
    }
}

extension Substring {
    fileprivate var trimmed: String {
        var text = drop { $0 == " " }
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}

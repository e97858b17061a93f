package import Database
package import Grams

extension GramSegments {
    /// How long one may be in the making before it counts as left behind by a process that ended.
    private static let longest: Milliseconds = 600_000
    private static let pagesAtOnce = 200

    /// Begins a segment; nil where somebody else is making one for this scope.
    package static func begin(_ database: any Database, for scope: Int64, now: Milliseconds) throws -> Int64? {
        try database.write { tx in
            let isTaken = try tx.read.first(
                "SELECT 1 FROM gram_segment WHERE scope_id = $1 AND unfinished > $2", [.integer(scope), .integer(max(now - longest, 0))]
            ) { _ in true } ?? false
            if isTaken { return nil }
            return try insert(tx, scope, now)
        }
    }

    /// One more for who is making one.
    package static func another(_ database: any Database, for scope: Int64, now: Milliseconds) throws -> Int64 {
        try database.write { tx in try insert(tx, scope, now) }
    }

    private static func isInTheMaking(_ tx: borrowing ReadTransaction, _ segment: Int64) throws -> Bool {
        try tx.first("SELECT 1 FROM gram_segment WHERE id = $1 AND unfinished > 0", [.integer(segment)]) { _ in true } ?? false
    }

    private static func insert(_ tx: borrowing WriteTransaction, _ scope: Int64, _ now: Milliseconds) throws -> Int64 {
        let id = try tx.nextID(.node)
        // Below all others, and not among them.
        try tx.execute(
            """
            INSERT INTO gram_segment (id, scope_id, first_document, last_document, version, document_count, byte_count, documents,
                open, unfinished, made)
            VALUES ($1, $2, -1, -1, 0, 0, 0, $3, $3, $4, $4)
            """, [.integer(id), .integer(scope), .bytes([]), .integer(max(now, 1))])
        return id
    }

    /// False where the segment was taken away meanwhile: pages that came after its row went would never be removed.
    package static func write(_ database: any Database, _ pages: [GramPage], of segment: Int64) throws -> Bool {
        var start = 0
        while start < pages.count {
            let end = min(start + pagesAtOnce, pages.count)
            let isThere = try database.write { tx in
                guard try isInTheMaking(tx.read, segment) else { return false }
                for page in pages[start..<end] {
                    try tx.execute(
                        "INSERT INTO gram_page (segment_id, first_gram, data) VALUES ($1, $2, $3)",
                        [.integer(segment), .integer(page.firstGram), .bytes(page.data)])
                }
                return true
            }
            if !isThere { return false }
            start = end
        }
        return true
    }

    /// Puts finished segments into use in the place of others. False, and nothing is done, where one of these is not used any more, or
    /// a new one was taken away: somebody else was at work.
    package static func publish(
        _ tx: borrowing WriteTransaction, _ segments: [GramSegment], replacing old: [Int64]
    ) throws -> Bool {
        for id in old {
            let isUsed = try tx.read.first("SELECT 1 FROM gram_segment WHERE id = $1 AND unfinished IS NULL", [.integer(id)]) { _ in true }
            if isUsed != true { return false }
        }
        for segment in segments where try !isInTheMaking(tx.read, segment.id) { return false }
        for id in old { try retire(tx, id) }
        for segment in segments {
            try tx.execute(
                """
                UPDATE gram_segment SET first_document = $2, last_document = $3, version = $4, document_count = $5, byte_count = $6,
                    documents = $7, open = $8, unfinished = NULL WHERE id = $1
                """,
                [
                    .integer(segment.id), .integer(segment.first), .integer(segment.last), .integer(segment.version),
                    .integer(Int64(segment.documentCount)), .integer(Int64(segment.byteCount)), .bytes(segment.documents),
                    .bytes(segment.open.encoded),
                ])
        }
        return true
    }

    /// Takes all of a scope out of use: what its documents are has changed without its log telling so.
    package static func retire(_ tx: borrowing WriteTransaction, of scope: Int64) throws {
        // Not those that are already: this is called for one member after the other.
        try tx.execute(
            "UPDATE gram_segment SET unfinished = 0 WHERE scope_id = $1 AND (unfinished IS NULL OR unfinished > 0)", [.integer(scope)])
    }

    package static func retire(_ tx: borrowing WriteTransaction, _ segment: Int64) throws {
        try tx.execute("UPDATE gram_segment SET unfinished = 0 WHERE id = $1", [.integer(segment)])
    }

    /// Takes all out of use.
    package static func retireAll(_ tx: borrowing WriteTransaction) throws {
        try tx.execute("UPDATE gram_segment SET unfinished = 0 WHERE unfinished IS NULL OR unfinished > 0")
    }

    /// Removes pages of segments that are not used, and those that are in the making for too long; true where there may be more.
    package static func sweep(_ database: any Database, now: Milliseconds) throws -> Bool {
        try database.write { tx in
            let segment = try tx.read.first(
                "SELECT id FROM gram_segment WHERE unfinished IS NOT NULL AND unfinished <= $1 ORDER BY unfinished LIMIT 1",
                [.integer(now - longest)]) { $0.integer(0) }
            guard let segment else { return false }
            // Whoever may be making it still must not publish what is left of it.
            try tx.execute("UPDATE gram_segment SET unfinished = 0 WHERE id = $1 AND unfinished > 0", [.integer(segment)])
            let count = try tx.rowsChanged(
                by: """
                DELETE FROM gram_page WHERE segment_id = $1 AND first_gram IN (
                    SELECT first_gram FROM gram_page WHERE segment_id = $1 ORDER BY first_gram LIMIT $2)
                """, [.integer(segment), .integer(Int64(pagesAtOnce))])
            if count < pagesAtOnce { try tx.execute("DELETE FROM gram_segment WHERE id = $1", [.integer(segment)]) }
            return true
        }
    }

    /// Mailboxes and collections that have segments and are not there any more.
    package static func lost(_ tx: borrowing ReadTransaction) throws -> [Int64] {
        try tx.all(
            """
            SELECT DISTINCT scope_id FROM gram_segment WHERE unfinished IS NULL
                AND NOT EXISTS (SELECT 1 FROM mailbox WHERE mailbox.id = gram_segment.scope_id)
                AND NOT EXISTS (SELECT 1 FROM collection WHERE collection.id = gram_segment.scope_id)
            """
        ) { $0.integer(0) }
    }
}

package import Database
import Grams

/// Looks for segments that cannot be read. It changes nothing.
package enum GramConsistency {
    /// Calls `fault` with one line for each.
    package static func check(_ database: any Database, fault: (String) -> Void) throws {
        var last: Int64 = 0
        while let segment = try database.read({ tx in try next(tx, after: last) }) {
            last = segment.id
            let stored = try database.read { tx in
                // One that was put out of use since then has no pages any more.
                try isUsed(tx, segment.id) ? try GramSegments.pages(tx, of: segment.id, from: .min) : nil
            }
            guard let all = stored else { continue }
            let pages = all.filter { $0.firstGram >= 0 }
            var previous: Int64 = -1
            var isSound = pages.reduce(0) { $0 + $1.data.count } == segment.byteCount
            for page in pages where isSound {
                isSound = page.isSound(after: previous, documents: segment.documentCount)
                previous = page.firstGram
            }
            if segment.hasNames { isSound = isSound && MemberNames.count(all) == segment.documentCount }
            if !isSound { fault("texts of \(segment.scope), segment \(segment.id): its pages are not those that were written") }
        }
    }

    private static func next(
        _ tx: borrowing ReadTransaction, after id: Int64
    ) throws -> (id: Int64, scope: Int64, documentCount: Int, byteCount: Int, hasNames: Bool)? {
        try tx.first(
            """
            SELECT id, scope_id, document_count, byte_count,
                (SELECT COUNT(*) FROM collection WHERE collection.id = gram_segment.scope_id)
            FROM gram_segment WHERE id > $1 AND unfinished IS NULL ORDER BY id LIMIT 1
            """, [.integer(id)]
        ) { ($0.integer(0), $0.integer(1), Int(clamping: $0.integer(2)), Int(clamping: $0.integer(3)), $0.integer(4) > 0) }
    }

    private static func isUsed(_ tx: borrowing ReadTransaction, _ id: Int64) throws -> Bool {
        try tx.first("SELECT 1 FROM gram_segment WHERE id = $1 AND unfinished IS NULL", [.integer(id)]) { _ in true } ?? false
    }
}

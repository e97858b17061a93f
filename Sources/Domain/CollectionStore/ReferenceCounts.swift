import Database

/// Counts anew how often each blob is referred to, in one pass over the members for many blobs at a time: there is no
/// index from a blob to its members, and none is needed but here.
enum ReferenceCounts {
    struct Wrong {
        var blob: Int64
        var stored: Int64
        var counted: Int64
    }

    /// So many ids of blobs are counted at once, in 4 bytes each.
    static let span: Int64 = 1 << 20

    /// Where the spans with blobs in them begin, from `start` on: ids of other storages' blobs are far apart.
    static func nextSpan(_ tx: borrowing ReadTransaction, from start: Int64) throws -> Int64? {
        try tx.first("SELECT id FROM blob WHERE id >= $1 ORDER BY id LIMIT 1", [.integer(start)]) { $0.integer(0) }
    }

    /// The blobs from id `start` on, one span, whose count is wrong; at most `limit`.
    static func wrong(_ tx: borrowing ReadTransaction, from start: Int64, limit: Int) throws -> [Wrong] {
        let range: [Value] = [.integer(start), .integer(start + span)]
        var counts = [Int32](repeating: 0, count: Int(span))
        try tx.forEach(
            """
            SELECT blob_id FROM member WHERE blob_id >= $1 AND blob_id < $2
            UNION ALL SELECT blob_id FROM trash WHERE blob_id >= $1 AND blob_id < $2
            UNION ALL SELECT blob_id FROM past_member WHERE blob_id >= $1 AND blob_id < $2
            UNION ALL SELECT blob_id FROM attachment WHERE blob_id >= $1 AND blob_id < $2
            """, range
        ) { row in
            let index = Int(row.integer(0) - start)
            if counts.indices.contains(index) { counts[index] &+= 1 }
            return true
        }
        var found: [Wrong] = []
        try tx.forEach("SELECT id, reference_count FROM blob WHERE id >= $1 AND id < $2", range) { row in
            let index = Int(row.integer(0) - start)
            guard counts.indices.contains(index) else { return true }
            let counted = Int64(counts[index])
            if counted != row.integer(1) {
                found.append(Wrong(blob: row.integer(0), stored: row.integer(1), counted: counted))
            }
            return found.count < limit
        }
        return found
    }
}

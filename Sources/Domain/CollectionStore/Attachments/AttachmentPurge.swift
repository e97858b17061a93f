package import Database

/// Removes attachments to which no object refers, neither in a calendar nor in the trash.
///
/// Between the last reference and the end there is a time of grace: a client that takes an object away and PUTs it again, or
/// takes back an edit, still finds its attachments.
package enum AttachmentPurge {
    /// RFC 8607 §3.12.5. At most `limit` at a time; the count of those that went.
    package static func run(
        _ tx: borrowing WriteTransaction, now: Milliseconds, grace: Milliseconds, limit: Int
    ) throws -> Int {
        // Whoever drops a reference need not know what time it is.
        try tx.execute("UPDATE attachment SET unreferenced = $1 WHERE unreferenced = 0", [.integer(max(1, now))])
        let unused = try tx.read.all(
            """
            SELECT id, blob_id FROM attachment
            WHERE unreferenced IS NOT NULL AND unreferenced > 0 AND unreferenced <= $1
                AND NOT EXISTS (SELECT 1 FROM attachment_use WHERE attachment_id = attachment.id)
            LIMIT $2
            """, [.integer(now - grace), .integer(Int64(limit))]
        ) { (id: $0.integer(0), blob: $0.integer(1)) }
        for (id, blob) in unused {
            try tx.execute("DELETE FROM attachment WHERE id = $1", [.integer(id)])
            try Blobs.release(tx, blob)
        }
        return unused.count
    }

    /// Whether there is anything for `run` to look at: most of the time there is not, and nothing need be written.
    package static func isNeeded(_ tx: borrowing ReadTransaction) throws -> Bool {
        try tx.first("SELECT 1 FROM attachment WHERE unreferenced IS NOT NULL LIMIT 1") { _ in true } ?? false
    }
}

package import Database
package import Directory

/// The managed attachments, and which bytes of objects refer to them.
///
/// A reference hangs on the blob of an object's bytes, for it is these that name the attachment: what copies, moves, deletes or
/// restores an object need not know of attachments. The last object with those bytes takes its references with it, and an
/// attachment without any is removed a while later (`AttachmentPurge`).
package enum Attachments {
    /// More MANAGED-IDs than that of one object are not looked at.
    package static let maximumReferences = 1000
    /// No MANAGED-ID that was given here is longer.
    static let maximumIDLength = 255

    package static func find(_ tx: borrowing ReadTransaction, managedID: String) throws -> Attachment? {
        guard managedID.utf8.count <= maximumIDLength, !managedID.utf8.contains(0) else { return nil }
        return try tx.first(
            """
            SELECT id, managed_id, owner_id, filename, content_type, etag, size, blob_id, created
            FROM attachment WHERE managed_id = $1
            """, [.text(managedID)], row: read)
    }

    /// Keeps `content` as an attachment, which is to be referred to in the same transaction.
    package static func add(
        _ tx: borrowing WriteTransaction, managedID: String, filename: String?, content: MemberContent,
        in collection: Collection, now: Milliseconds
    ) throws {
        try tx.execute(
            """
            INSERT INTO attachment (id, managed_id, owner_id, filename, content_type, etag, size, blob_id, created, unreferenced)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0)
            """,
            [
                .integer(try tx.nextID(.node)), .text(managedID), .integer(collection.owner.rawValue), Value(filename),
                Value(content.facts.contentType), .text(content.etag), .integer(Int64(content.size)),
                .integer(try Blobs.store(tx, content)), .integer(now),
            ])
    }

    /// The collections with objects that refer to it; what is in the trash does not count. At most a thousand: first those of
    /// `principal`, then those of who added it.
    package static func collections(
        _ tx: borrowing ReadTransaction, referringTo attachment: Attachment, for principal: PrincipalID
    ) throws -> [Collection] {
        try tx.all(
            """
            SELECT member.collection_id
            FROM attachment_use JOIN member ON member.blob_id = attachment_use.blob_id
                JOIN collection ON collection.id = member.collection_id
            WHERE attachment_use.attachment_id = $1 AND member.attached_bytes IS NOT NULL
            GROUP BY member.collection_id, collection.owner_id
            ORDER BY CASE collection.owner_id WHEN $2 THEN 0 WHEN $3 THEN 1 ELSE 2 END, member.collection_id LIMIT 1000
            """, [.integer(attachment.id), .integer(principal.rawValue), .integer(attachment.owner.rawValue)]
        ) { CollectionID(rawValue: $0.integer(0)) }
        .compactMap { id in
            guard let collection = try Collections.find(tx, id), try Collections.isReachable(tx, collection) else { return nil }
            return collection
        }
    }

    /// Whether an object in a collection that refers to it is shown by `visibility`, and not only its time.
    package static func isShown(
        _ tx: borrowing ReadTransaction, _ attachment: Attachment, in collection: CollectionID, by visibility: Visibility
    ) throws -> Bool {
        let names = try tx.all(
            """
            SELECT member.name FROM attachment_use JOIN member ON member.blob_id = attachment_use.blob_id
            WHERE attachment_use.attachment_id = $1 AND +member.collection_id = $2 AND member.attached_bytes IS NOT NULL
            LIMIT 1000
            """, [.integer(attachment.id), .integer(collection.rawValue)]) { $0.text(0) }
        return try names.contains { try visibility.privacy(tx, in: collection, name: $0) == .open }
    }

    // MARK: References

    /// The attachments that some bytes refer to.
    struct References: Equatable {
        /// In their order. Empty where the bytes are another object's too, whose references are there already.
        var ids: [Int64] = []
        /// Of all of them together; nil: there are none.
        var size: Int?
    }

    /// What the bytes of a member to be refer to.
    static func named(
        _ tx: borrowing ReadTransaction, by content: MemberContent, in collection: Collection
    ) throws -> References {
        guard collection.kind == .calendar else { return References() }
        if case .blob(let blob) = content.place { return References(size: try stored(tx, by: blob).size) }
        return try existing(tx, content.facts.attachments)
    }

    /// Those of the MANAGED-IDs that there are.
    static func existing(_ tx: borrowing ReadTransaction, _ managedIDs: [String]) throws -> References {
        var references = References()
        for managedID in managedIDs.prefix(maximumReferences) {
            guard let attachment = try find(tx, managedID: managedID) else { continue }
            references.ids.append(attachment.id)
            references.size = (references.size ?? 0) &+ attachment.size
        }
        references.ids.sort()
        return references
    }

    /// What is kept of the bytes of a blob.
    static func stored(_ tx: borrowing ReadTransaction, by blob: Int64) throws -> References {
        var references = References()
        try tx.forEach(
            """
            SELECT attachment.id, attachment.size FROM attachment_use
            JOIN attachment ON attachment.id = attachment_use.attachment_id
            WHERE attachment_use.blob_id = $1 ORDER BY attachment.id
            """, [.integer(blob)]
        ) { row in
            references.ids.append(row.integer(0))
            references.size = (references.size ?? 0) &+ Int(truncatingIfNeeded: row.integer(1))
            return true
        }
        return references
    }

    static func use(_ tx: borrowing WriteTransaction, _ references: References, by blob: Int64) throws {
        for id in references.ids {
            try tx.execute(
                "INSERT INTO attachment_use (blob_id, attachment_id) VALUES ($1, $2) ON CONFLICT DO NOTHING",
                [.integer(blob), .integer(id)])
            try tx.execute(
                "UPDATE attachment SET unreferenced = NULL WHERE id = $1 AND unreferenced IS NOT NULL", [.integer(id)])
        }
    }

    /// Forgets what the bytes of a blob refer to, which are about to go.
    static func release(_ tx: borrowing WriteTransaction, by blob: Int64) throws {
        let ids = try tx.read.all("SELECT attachment_id FROM attachment_use WHERE blob_id = $1", [.integer(blob)]) {
            $0.integer(0)
        }
        if ids.isEmpty { return }
        try tx.execute("DELETE FROM attachment_use WHERE blob_id = $1", [.integer(blob)])
        for id in ids {
            try tx.execute(
                """
                UPDATE attachment SET unreferenced = 0 WHERE id = $1 AND unreferenced IS NULL
                    AND NOT EXISTS (SELECT 1 FROM attachment_use WHERE attachment_id = $1)
                """, [.integer(id)])
        }
    }

    static func read(_ row: borrowing Row) throws -> Attachment {
        Attachment(
            id: row.integer(0), managedID: row.text(1), owner: PrincipalID(rawValue: row.integer(2)),
            filename: row.optionalText(3), contentType: row.optionalText(4), etag: row.text(5),
            size: Int(truncatingIfNeeded: row.integer(6)), blobID: row.integer(7), created: row.integer(8))
    }
}

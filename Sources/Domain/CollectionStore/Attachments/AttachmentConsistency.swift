import Database

/// What `tegu check` and `tegu reindex` know of attachments: the references are a projection of the objects' bytes.
enum AttachmentConsistency {
    /// Whether the references that are kept of a member, in its row and of its blob, are those of its bytes.
    /// What bytes that nobody can read refer to stays what it was.
    static func isRight(_ database: any Database, _ member: Member, of found: MemberFacts?) throws -> Bool {
        // Nearly all objects have none, and are not asked for any.
        guard let managedIDs = found?.attachments, !managedIDs.isEmpty || member.attachedSize != nil else { return true }
        return try database.read { tx in
            let truth = try Attachments.existing(tx, managedIDs)
            return try truth == Attachments.stored(tx, by: member.blobID) && truth.size == member.attachedSize
        }
    }

    /// Sets the references of a blob; what its members' rows have to say is the result.
    static func correct(
        _ tx: borrowing WriteTransaction, blob: Int64, _ managedIDs: [String]
    ) throws -> Int? {
        let truth = try Attachments.existing(tx.read, managedIDs)
        if try truth != Attachments.stored(tx.read, by: blob) {
            try Attachments.release(tx, by: blob)
            try Attachments.use(tx, truth, by: blob)
        }
        return truth.size
    }

    /// Attachments after the one with `id`, in the order of their ids.
    private static func page(
        _ tx: borrowing ReadTransaction, after id: Int64, limit: Int
    ) throws -> [(attachment: Attachment, body: Blobs.Body?)] {
        try tx.all(
            """
            SELECT id, managed_id, owner_id, filename, content_type, etag, size, blob_id, created
            FROM attachment WHERE id > $1 ORDER BY id LIMIT $2
            """, [.integer(id), .integer(Int64(limit))], row: Attachments.read
        ).map { ($0, try Blobs.find(tx, $0.blobID)) }
    }

    /// Tells attachments whose bytes are not what they were, and references that lead nowhere.
    static func check(_ database: any Database, _ files: FileBlobStore, fault: (String) -> Void) throws {
        var last: Int64 = 0
        while true {
            let page = try database.read { tx in try Self.page(tx, after: last, limit: 32) }
            guard let end = page.last else { break }
            last = end.attachment.id
            for (attachment, body) in page {
                let label = "attachment \(attachment.id)"
                let object = StoredObject(member: attachment.asFile, body: body)
                guard let truth = try object.truth(in: .folder, files: files, facts: { _, _ in nil }) else {
                    let isThere = try database.read { tx in try Attachments.find(tx, managedID: attachment.managedID) != nil }
                    if isThere { fault("\(label): its bytes are missing") }
                    continue
                }
                if truth.size != attachment.size || !truth.etag.isIdentical(to: attachment.etag) {
                    fault("\(label): its bytes are not those that were stored")
                }
            }
        }
        let lost = try database.read { tx in try lostBlobs(tx, limit: 1000) }
        let wrong = try database.read { tx in try wrongStates(tx, limit: 1000) }
        for blob in lost { fault("the attachments of blob \(blob) are known, which is missing") }
        for id in wrong { fault("attachment \(id): whether it is referred to is not as it is kept") }
    }

    /// Sets right what no object's bytes tell; the count of rows.
    static func correct(_ database: any Database) throws -> Int {
        let limit = 500
        var count = 0
        while true {
            let isSound = try database.read { tx in
                try lostBlobs(tx, limit: 1).isEmpty && wrongStates(tx, limit: 1).isEmpty
            }
            if isSound { return count }
            count += try database.write { tx in
                let lost = try lostBlobs(tx.read, limit: limit)
                for blob in lost { try Attachments.release(tx, by: blob) }
                let wrong = try wrongStates(tx.read, limit: limit)
                for id in wrong {
                    try tx.execute(
                        """
                        UPDATE attachment SET unreferenced = CASE
                            WHEN EXISTS (SELECT 1 FROM attachment_use WHERE attachment_id = $1) THEN NULL ELSE 0 END
                        WHERE id = $1
                        """, [.integer(id)])
                }
                return lost.count + wrong.count
            }
        }
    }

    private static func lostBlobs(_ tx: borrowing ReadTransaction, limit: Int) throws -> [Int64] {
        try tx.all(
            """
            SELECT DISTINCT blob_id FROM attachment_use
            WHERE NOT EXISTS (SELECT 1 FROM blob WHERE blob.id = attachment_use.blob_id) LIMIT $1
            """, [.integer(Int64(limit))]
        ) { $0.integer(0) }
    }

    private static func wrongStates(_ tx: borrowing ReadTransaction, limit: Int) throws -> [Int64] {
        try tx.all(
            """
            SELECT id FROM attachment
            WHERE (unreferenced IS NULL) <> EXISTS (SELECT 1 FROM attachment_use WHERE attachment_id = attachment.id)
            LIMIT $1
            """, [.integer(Int64(limit))]
        ) { $0.integer(0) }
    }
}

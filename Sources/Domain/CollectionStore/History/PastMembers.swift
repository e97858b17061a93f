package import Database

/// What members were before their changes, until `storage.history-keep` is over: what `Rewind` brings back.
///
/// A row is valid from the change that made the member so (`Member.modseq`) up to the one that ended it. So what a collection held at a position of
/// its log is: its members whose modseq is no later, and the rows that began no later and ended after it.
package enum PastMembers {
    /// A member as it was, with its place in the log.
    struct Past {
        var member: Member
        var until: ModSeq
    }

    /// Keeps what `member` was up to the change `until`, with the reference to its bytes that the member had.
    static func keep(_ tx: borrowing WriteTransaction, _ member: Member, until: ModSeq, now: Milliseconds) throws {
        try tx.execute(
            """
            INSERT INTO past_member (collection_id, until_modseq, since_modseq, name, id, etag, size, component, uid, content_type, blob_id,
                created, modified, attached_bytes, ended)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
            """,
            [
                .integer(member.collectionID.rawValue), .integer(until.rawValue), .integer(member.modseq.rawValue), .text(member.name),
                .integer(member.id.rawValue), .text(member.etag), .integer(Int64(member.size)), .text(member.component),
                Value(member.uid), Value(member.contentType), .integer(member.blobID), .integer(member.created), .integer(member.modified),
                Value(member.attachedSize.map(Int64.init)), .integer(now),
            ])
    }

    /// The same of one whose bytes are referred to further on.
    static func keepShared(_ tx: borrowing WriteTransaction, _ member: Member, until: ModSeq, now: Milliseconds) throws {
        try tx.execute("UPDATE blob SET reference_count = reference_count + 1 WHERE id = $1", [.integer(member.blobID)])
        try keep(tx, member, until: until, now: now)
    }

    /// What a collection held at a position of its log and holds no more as it was then, in the order of the changes that ended it.
    static func all(_ tx: borrowing ReadTransaction, in collection: CollectionID, at position: ModSeq) throws -> [Past] {
        try tx.all(
            """
            SELECT collection_id, name, id, etag, size, since_modseq, component, uid, content_type, blob_id, created, modified,
                attached_bytes, until_modseq
            FROM past_member WHERE collection_id = $1 AND until_modseq > $2 AND since_modseq <= $2 ORDER BY until_modseq
            """, [.integer(collection.rawValue), .integer(position.rawValue)]
        ) { Past(member: try Members.read($0), until: ModSeq(rawValue: $0.integer(13))) }
    }

    /// Forgets what ended before `horizon`, at most `limit` rows at a time; the count of those that went.
    package static func purge(_ tx: borrowing WriteTransaction, before horizon: Milliseconds, limit: Int) throws -> Int {
        let rows = try tx.read.all(
            "SELECT collection_id, until_modseq, blob_id, attached_bytes FROM past_member WHERE ended < $1 ORDER BY ended LIMIT $2",
            [.integer(horizon), .integer(Int64(limit))]
        ) { (collection: $0.integer(0), until: $0.integer(1), blob: $0.integer(2), hasAttachments: !$0.isNull(3)) }
        var floors: [Int64: Int64] = [:]
        for row in rows {
            floors[row.collection] = max(floors[row.collection] ?? 0, row.until)
            try tx.execute(
                "DELETE FROM past_member WHERE collection_id = $1 AND until_modseq = $2", [.integer(row.collection), .integer(row.until)])
            try Blobs.release(tx, row.blob, hasAttachments: row.hasAttachments)
        }
        if rows.count == limit { return try raise(tx, floors, rows.count) }
        let properties = try tx.read.all(
            "SELECT collection_id, member_id, namespace, name, until_modseq FROM past_property WHERE ended < $1 LIMIT $2",
            [.integer(horizon), .integer(Int64(limit - rows.count))]
        ) { row in (row.integer(4), [Value.integer(row.integer(0)), .integer(row.integer(1)), .text(row.text(2)), .text(row.text(3)), .integer(row.integer(4))]) }
        for (until, key) in properties {
            if case .integer(let collection)? = key.first { floors[collection] = max(floors[collection] ?? 0, until) }
            try tx.execute(
                """
                DELETE FROM past_property
                WHERE collection_id = $1 AND member_id = $2 AND namespace = $3 AND name = $4 AND until_modseq = $5
                """, key)
        }
        return try raise(tx, floors, rows.count + properties.count)
    }

    private static func raise(_ tx: borrowing WriteTransaction, _ floors: [Int64: Int64], _ count: Int) throws -> Int {
        for (collection, floor) in floors.sorted(by: { $0.key < $1.key }) {
            try tx.execute(
                "UPDATE collection SET history_floor = $2 WHERE id = $1 AND history_floor < $2", [.integer(collection), .integer(floor)])
        }
        return count
    }

    /// A collection goes for good; the bytes are given back by whoever asks for them here.
    static func removeAll(_ tx: borrowing WriteTransaction, in collection: CollectionID) throws {
        let id = Value.integer(collection.rawValue)
        let blobs = try tx.read.all("SELECT blob_id, attached_bytes FROM past_member WHERE collection_id = $1", [id]) {
            (blob: $0.integer(0), hasAttachments: !$0.isNull(1))
        }
        for (blob, hasAttachments) in blobs { try Blobs.release(tx, blob, hasAttachments: hasAttachments) }
        try tx.execute("DELETE FROM past_member WHERE collection_id = $1", [id])
        try tx.execute("DELETE FROM past_property WHERE collection_id = $1", [id])
    }
}

package import Database

/// Listings of what a calendar shows. They cost one look into the index a member, and what the index is not certain of.
extension Members {
    /// As `forEach`, for those that are shown.
    package static func forEach(
        _ tx: borrowing ReadTransaction, in collection: CollectionID, after name: String?,
        shownBy visibility: Visibility?, row: (borrowing MemberView) throws -> Bool
    ) throws {
        guard let visibility else { return try forEach(tx, in: collection, after: name, row: row) }
        try forEachRow(tx, in: collection, after: name, shownBy: visibility) { try row(MemberView(row: $0)) }
    }

    /// As `page`, of those that are shown.
    package static func page(
        _ tx: borrowing ReadTransaction, in collection: CollectionID, after name: String?, limit: Int,
        shownBy visibility: Visibility?
    ) throws -> [Member] {
        guard let visibility else { return try page(tx, in: collection, after: name, limit: limit) }
        var members: [Member] = []
        if limit <= 0 { return members }
        try forEachRow(tx, in: collection, after: name, shownBy: visibility) { row in
            members.append(try read(row))
            return members.count < limit
        }
        return members
    }

    private static func forEachRow(
        _ tx: borrowing ReadTransaction, in collection: CollectionID, after name: String?,
        shownBy visibility: Visibility, row body: (borrowing Row) throws -> Bool
    ) throws {
        if visibility.window == .all {
            return try tx.forEach(
                """
                SELECT collection_id, name, id, etag, size, modseq, component, uid, content_type, blob_id, created, modified,
                    attached_bytes
                FROM member WHERE collection_id = $1 AND name > $2 AND ($3 = 0 OR COALESCE((SELECT is_private FROM search_text
                    WHERE search_text.collection_id = member.collection_id AND search_text.name = member.name), 1) = 0)
                ORDER BY name
                """, [.integer(collection.rawValue), .text(name ?? ""), Value(visibility.hidesPrivate)], row: body)
        }
        try tx.forEach(
            """
            SELECT collection_id, name, id, etag, size, modseq, component, uid, content_type, blob_id, created, modified,
                attached_bytes, (SELECT MAX(CASE WHEN starts < $4 AND (ends > $3 OR (starts = ends AND starts >= $3))
                        AND (weeks & $5) <> 0 THEN 1 + is_exact ELSE 0 END)
                 FROM occurrence
                 WHERE occurrence.collection_id = member.collection_id AND occurrence.name = member.name),
                CASE WHEN $6 = 0 THEN 0 ELSE COALESCE((SELECT is_private FROM search_text
                    WHERE search_text.collection_id = member.collection_id AND search_text.name = member.name), 1) END
            FROM member WHERE collection_id = $1 AND name > $2 ORDER BY name
            """, parameters(collection, name, visibility)
        ) { row in
            guard try !row.flag(14) && visibility.shows(tx, row.optionalInteger(13), blobID: row.integer(9)) else {
                return true
            }
            return try body(row)
        }
    }

    /// As `forEachEntry`, for those that are shown.
    package static func forEachEntry(
        _ tx: borrowing ReadTransaction, in collection: CollectionID, after name: String?,
        shownBy visibility: Visibility?, row body: (borrowing MemberView) throws -> Bool
    ) throws {
        guard let visibility else { return try forEachEntry(tx, in: collection, after: name, row: body) }
        if visibility.window == .all {
            return try tx.forEach(
                """
                SELECT name, id, etag FROM member
                WHERE collection_id = $1 AND name > $2 AND ($3 = 0 OR COALESCE((SELECT is_private FROM search_text
                    WHERE search_text.collection_id = member.collection_id AND search_text.name = member.name), 1) = 0)
                ORDER BY name
                """, [.integer(collection.rawValue), .text(name ?? ""), Value(visibility.hidesPrivate)]
            ) { try body(MemberView(entry: $0)) }
        }
        try tx.forEach(
            """
            SELECT name, id, etag, blob_id,
                (SELECT MAX(CASE WHEN starts < $4 AND (ends > $3 OR (starts = ends AND starts >= $3))
                        AND (weeks & $5) <> 0 THEN 1 + is_exact ELSE 0 END)
                 FROM occurrence
                 WHERE occurrence.collection_id = member.collection_id AND occurrence.name = member.name),
                CASE WHEN $6 = 0 THEN 0 ELSE COALESCE((SELECT is_private FROM search_text
                    WHERE search_text.collection_id = member.collection_id AND search_text.name = member.name), 1) END
            FROM member WHERE collection_id = $1 AND name > $2 ORDER BY name
            """, parameters(collection, name, visibility)
        ) { row in
            guard try !row.flag(5) && visibility.shows(tx, row.optionalInteger(4), blobID: row.integer(3)) else {
                return true
            }
            return try body(MemberView(entry: row))
        }
    }

    private static func parameters(_ collection: CollectionID, _ name: String?, _ visibility: Visibility) -> [Value] {
        let range = visibility.range
        return [
            .integer(collection.rawValue), .text(name ?? ""), .integer(range.lower), .integer(range.upper),
            .integer(range.weeks.rawValue), Value(visibility.hidesPrivate),
        ]
    }
}

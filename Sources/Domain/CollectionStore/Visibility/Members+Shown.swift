package import Database

/// Listings of what a calendar shows. They cost one look into the index a member, and what the index is not certain of.
extension Members {
    /// Whether one of a collection's members is shown as it is only to those who may do everything.
    package static func anyIsPrivate(_ tx: borrowing ReadTransaction, in collection: CollectionID) throws -> Bool {
        try tx.first(
            """
            SELECT 1 FROM member m LEFT JOIN search_text s ON s.collection_id = m.collection_id AND s.name = m.name
            WHERE m.collection_id = $1 AND COALESCE(s.is_private, 1) <> 0 LIMIT 1
            """, [.integer(collection.rawValue)]) { _ in true } ?? false
    }

    /// As `forEach`, for those that are shown.
    package static func forEach(
        _ tx: borrowing ReadTransaction, in collection: CollectionID, after name: String?,
        shownBy visibility: Visibility?, row: (borrowing MemberView) throws -> Bool
    ) throws {
        guard let visibility else { return try forEach(tx, in: collection, after: name, row: row) }
        try forEachRow(tx, in: collection, after: name, shownBy: visibility) { line, privacy in
            try MemberView.withMaskedTag(privacy, MemberID(rawValue: line.integer(2)), ModSeq(rawValue: line.integer(5))) {
                try row(MemberView(row: line, maskedTag: $0))
            }
        }
    }

    /// As `page`, of those that are shown.
    package static func page(
        _ tx: borrowing ReadTransaction, in collection: CollectionID, after name: String?, limit: Int,
        shownBy visibility: Visibility?
    ) throws -> [Member] {
        guard let visibility else { return try page(tx, in: collection, after: name, limit: limit) }
        var members: [Member] = []
        if limit <= 0 { return members }
        try forEachRow(tx, in: collection, after: name, shownBy: visibility) { row, privacy in
            let member = try read(row)
            members.append(privacy == .masked ? member.masked() : member)
            return members.count < limit
        }
        return members
    }

    /// As `with`, of one that is shown.
    package static func with(
        _ tx: borrowing ReadTransaction, in collection: CollectionID, name: String, shownBy visibility: Visibility?,
        _ body: (borrowing MemberView) throws -> Void
    ) throws -> Bool {
        guard let visibility else { return try with(tx, in: collection, name: name, body) }
        guard let member = try find(tx, in: collection, name: name), let shown = try visibility.shown(tx, member) else {
            return false
        }
        try MemberView.with(shown, body)
        return true
    }

    private static func forEachRow(
        _ tx: borrowing ReadTransaction, in collection: CollectionID, after name: String?,
        shownBy visibility: Visibility, row body: (borrowing Row, Privacy) throws -> Bool
    ) throws {
        if visibility.window == .all {
            return try tx.forEach(
                """
                SELECT collection_id, name, id, etag, size, modseq, component, uid, content_type, blob_id, created, modified,
                    attached_bytes, CASE WHEN $3 = 0 THEN 0 ELSE COALESCE((SELECT is_private FROM search_text
                        WHERE search_text.collection_id = member.collection_id AND search_text.name = member.name), 1) END
                FROM member WHERE collection_id = $1 AND name > $2 ORDER BY name
                """, [.integer(collection.rawValue), .text(name ?? ""), Value(visibility.hidesPrivate)]
            ) { row in
                let privacy = Privacy(rawValue: row.integer(13)) ?? .hidden
                return try privacy == .hidden || body(row, privacy)
            }
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
            let privacy = Privacy(rawValue: row.integer(14)) ?? .hidden
            guard try privacy != .hidden && visibility.shows(tx, row.optionalInteger(13), blobID: row.integer(9)) else {
                return true
            }
            return try body(row, privacy)
        }
    }

    /// As `forEachEntry`, for those that are shown.
    package static func forEachEntry(
        _ tx: borrowing ReadTransaction, in collection: CollectionID, after name: String?,
        shownBy visibility: Visibility?, row body: (borrowing MemberView) throws -> Bool
    ) throws {
        guard let visibility else { return try forEachEntry(tx, in: collection, after: name, row: body) }
        func entry(_ row: borrowing Row, _ privacy: Privacy, modseq: Int64) throws -> Bool {
            try MemberView.withMaskedTag(privacy, MemberID(rawValue: row.integer(1)), ModSeq(rawValue: modseq)) {
                try body(MemberView(entry: row, maskedTag: $0))
            }
        }
        if visibility.window == .all {
            return try tx.forEach(
                """
                SELECT name, id, etag, modseq, CASE WHEN $3 = 0 THEN 0 ELSE COALESCE((SELECT is_private FROM search_text
                    WHERE search_text.collection_id = member.collection_id AND search_text.name = member.name), 1) END
                FROM member WHERE collection_id = $1 AND name > $2 ORDER BY name
                """, [.integer(collection.rawValue), .text(name ?? ""), Value(visibility.hidesPrivate)]
            ) { row in
                let privacy = Privacy(rawValue: row.integer(4)) ?? .hidden
                return try privacy == .hidden || entry(row, privacy, modseq: row.integer(3))
            }
        }
        try tx.forEach(
            """
            SELECT name, id, etag, blob_id,
                (SELECT MAX(CASE WHEN starts < $4 AND (ends > $3 OR (starts = ends AND starts >= $3))
                        AND (weeks & $5) <> 0 THEN 1 + is_exact ELSE 0 END)
                 FROM occurrence
                 WHERE occurrence.collection_id = member.collection_id AND occurrence.name = member.name),
                CASE WHEN $6 = 0 THEN 0 ELSE COALESCE((SELECT is_private FROM search_text
                    WHERE search_text.collection_id = member.collection_id AND search_text.name = member.name), 1) END, modseq
            FROM member WHERE collection_id = $1 AND name > $2 ORDER BY name
            """, parameters(collection, name, visibility)
        ) { row in
            let privacy = Privacy(rawValue: row.integer(5)) ?? .hidden
            guard try privacy != .hidden && visibility.shows(tx, row.optionalInteger(4), blobID: row.integer(3)) else {
                return true
            }
            return try entry(row, privacy, modseq: row.integer(6))
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

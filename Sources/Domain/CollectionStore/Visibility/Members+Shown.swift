package import Database
import Directory

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
        try forEachRow(tx, in: collection, after: name, shownBy: visibility) { line, seen in
            try seen.withTag { try row(MemberView(row: line, $0, seenTag: $1)) }
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
        try forEachRow(tx, in: collection, after: name, shownBy: visibility) { row, seen in
            members.append(seen.applied(to: try read(row)))
            return members.count < limit
        }
        return members
    }

    /// As `with`, of one that is shown.
    /// - Parameter ahead: what was read before, of this name too.
    package static func with(
        _ tx: borrowing ReadTransaction, in collection: CollectionID, name: String, ahead: MembersAhead? = nil,
        shownBy visibility: Visibility?, _ body: (borrowing MemberView) throws -> Void
    ) throws -> Bool {
        if let ahead { return try with(tx, ahead, name: name, shownBy: visibility, body) }
        guard let visibility else { return try with(tx, in: collection, name: name, body) }
        guard let member = try find(tx, in: collection, name: name), let shown = try visibility.shown(tx, member) else {
            return false
        }
        try MemberView.with(shown, body)
        return true
    }

    private static func with(
        _ tx: borrowing ReadTransaction, _ ahead: MembersAhead, name: String, shownBy visibility: Visibility?,
        _ body: (borrowing MemberView) throws -> Void
    ) throws -> Bool {
        guard let found = ahead.find(name) else { return false }
        let shown: Member
        if let visibility {
            guard let seen = try visibility.shown(tx, found.member) else { return false }
            shown = seen
        } else {
            shown = found.member
        }
        guard let bytes = found.bytes else {
            try MemberView.with(shown, body)
            return true
        }
        try bytes.withUnsafeBytes { try MemberView.with(shown, bytes: $0, body) }
        return true
    }

    private static func forEachRow(
        _ tx: borrowing ReadTransaction, in collection: CollectionID, after name: String?,
        shownBy visibility: Visibility, row body: (borrowing Row, SeenForm) throws -> Bool
    ) throws {
        func seen(_ row: borrowing Row, _ place: Int) throws -> Bool {
            let seen = SeenForm(visibility, row, at: place, MemberID(rawValue: row.integer(2)), ModSeq(rawValue: row.integer(5))) {
                row.text(3)
            }
            return try seen.form == nil || body(row, seen)
        }
        if visibility.window == .all {
            return try tx.forEach(
                """
                SELECT collection_id, name, id, etag, size, modseq, component, uid, content_type, blob_id, created, modified,
                    attached_bytes, (SELECT is_private || COALESCE(shared_tag, '') FROM search_text
                        WHERE search_text.collection_id = member.collection_id AND search_text.name = member.name),
                    (SELECT tag FROM personal_alarm WHERE principal_id = $3 AND member_id = member.id)
                FROM member WHERE collection_id = $1 AND name > $2 ORDER BY name
                """, [.integer(collection.rawValue), .text(name ?? ""), .integer(visibility.asker?.rawValue ?? 0)]
            ) { row in try seen(row, 13) }
        }
        try tx.forEach(
            """
            SELECT collection_id, name, id, etag, size, modseq, component, uid, content_type, blob_id, created, modified,
                attached_bytes, (SELECT MAX(CASE WHEN starts < $4 AND (ends > $3 OR (starts = ends AND starts >= $3))
                        AND (weeks & $5) <> 0 THEN 1 + is_exact ELSE 0 END)
                 FROM occurrence
                 WHERE occurrence.collection_id = member.collection_id AND occurrence.name = member.name),
                CASE WHEN $6 = 0 THEN NULL ELSE (SELECT is_private || COALESCE(shared_tag, '') FROM search_text
                    WHERE search_text.collection_id = member.collection_id AND search_text.name = member.name) END,
                CASE WHEN $6 = 0 THEN NULL ELSE
                    (SELECT tag FROM personal_alarm WHERE principal_id = $7 AND member_id = member.id) END
            FROM member WHERE collection_id = $1 AND name > $2 ORDER BY name
            """, parameters(collection, name, visibility)
        ) { row in
            try !visibility.shows(tx, row.optionalInteger(13), blobID: row.integer(9)) || seen(row, 14)
        }
    }

    /// As `forEachEntry`, for those that are shown.
    package static func forEachEntry(
        _ tx: borrowing ReadTransaction, in collection: CollectionID, after name: String?,
        shownBy visibility: Visibility?, row body: (borrowing MemberView) throws -> Bool
    ) throws {
        guard let visibility else { return try forEachEntry(tx, in: collection, after: name, row: body) }
        func entry(_ row: borrowing Row, _ place: Int, modseq: Int64) throws -> Bool {
            let seen = SeenForm(visibility, row, at: place, MemberID(rawValue: row.integer(1)), ModSeq(rawValue: modseq)) { row.text(2) }
            return try seen.form == nil || seen.withTag { try body(MemberView(entry: row, $0, seenTag: $1)) }
        }
        if visibility.window == .all {
            return try tx.forEach(
                """
                SELECT name, id, etag, modseq, (SELECT is_private || COALESCE(shared_tag, '') FROM search_text
                    WHERE search_text.collection_id = member.collection_id AND search_text.name = member.name),
                    (SELECT tag FROM personal_alarm WHERE principal_id = $3 AND member_id = member.id)
                FROM member WHERE collection_id = $1 AND name > $2 ORDER BY name
                """, [.integer(collection.rawValue), .text(name ?? ""), .integer(visibility.asker?.rawValue ?? 0)]
            ) { row in try entry(row, 4, modseq: row.integer(3)) }
        }
        try tx.forEach(
            """
            SELECT name, id, etag, blob_id,
                (SELECT MAX(CASE WHEN starts < $4 AND (ends > $3 OR (starts = ends AND starts >= $3))
                        AND (weeks & $5) <> 0 THEN 1 + is_exact ELSE 0 END)
                 FROM occurrence
                 WHERE occurrence.collection_id = member.collection_id AND occurrence.name = member.name),
                CASE WHEN $6 = 0 THEN NULL ELSE (SELECT is_private || COALESCE(shared_tag, '') FROM search_text
                    WHERE search_text.collection_id = member.collection_id AND search_text.name = member.name) END,
                CASE WHEN $6 = 0 THEN NULL ELSE
                    (SELECT tag FROM personal_alarm WHERE principal_id = $7 AND member_id = member.id) END, modseq
            FROM member WHERE collection_id = $1 AND name > $2 ORDER BY name
            """, parameters(collection, name, visibility)
        ) { row in
            try !visibility.shows(tx, row.optionalInteger(4), blobID: row.integer(3)) || entry(row, 5, modseq: row.integer(7))
        }
    }

    private static func parameters(_ collection: CollectionID, _ name: String?, _ visibility: Visibility) -> [Value] {
        let range = visibility.range
        return [
            .integer(collection.rawValue), .text(name ?? ""), .integer(range.lower), .integer(range.upper),
            .integer(range.weeks.rawValue), Value(visibility.hidesPrivate || visibility.asker != nil),
            .integer(visibility.asker?.rawValue ?? 0),
        ]
    }
}

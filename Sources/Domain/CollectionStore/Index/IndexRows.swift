import Database

/// The rows that are a member's index. Each member of a calendar or book has one row of text, and those of its times.
enum IndexRows {
    static func read(_ tx: borrowing ReadTransaction, of member: Member) throws -> ObjectIndex {
        let (text, privacy, sharedTag) = try text(tx, in: member.collectionID, member.name)
        return ObjectIndex(
            occurrences: try occurrences(tx, in: member.collectionID, member.name, component: member.component) ?? [
                // Rows that an object of another kind left behind are no index of this one.
                Occurrence(start: Occurrence.beginning, end: .max, isFloating: false, isExact: false)
            ],
            text: text, privacy: privacy, sharedTag: sharedTag)
    }

    /// In the order of an `ObjectIndex`. Nil where there are rows of another component.
    private static func occurrences(
        _ tx: borrowing ReadTransaction, in collection: CollectionID, _ name: String, component: String
    ) throws -> [Occurrence]? {
        var isForeign = false
        // Sorted here: asked for that order, SQLite walks all rows of the collection, which are in it.
        let found = try tx.all(
            """
            SELECT is_floating, starts, ends, is_exact, busy, weeks, component FROM occurrence
            WHERE collection_id = $1 AND name = $2
            """, [.integer(collection.rawValue), .text(name)]
        ) { row -> Occurrence in
            if row.text(6) != component { isForeign = true }
            return Occurrence(
                start: row.integer(1), end: row.integer(2), isFloating: row.flag(0), isExact: row.flag(3),
                busy: Busy(rawValue: row.integer(4)) ?? .varies, weeks: YearWeeks(rawValue: row.integer(5)))
        }
        // What has a row for each part of the year is one (`Occurrence.rows`).
        return isForeign ? nil : ObjectIndex(occurrences: found).occurrences
    }

    private static func text(
        _ tx: borrowing ReadTransaction, in collection: CollectionID, _ name: String
    ) throws -> (ObjectIndex.Text, Privacy, sharedTag: String?) {
        try tx.first(
            "SELECT text, is_private, shared_tag FROM search_text WHERE collection_id = $1 AND name = $2",
            [.integer(collection.rawValue), .text(name)]
        ) {
            ($0.isNull(0) ? .unknown : .folded($0.bytes(0)), Privacy(rawValue: $0.integer(1)) ?? .hidden, $0.optionalText(2))
        } ?? (.none, .open, nil)
    }

    /// What is known of a member of a calendar; nil: nothing.
    static func privacy(_ tx: borrowing ReadTransaction, in collection: CollectionID, name: String) throws -> Privacy? {
        try tx.first(
            "SELECT is_private FROM search_text WHERE collection_id = $1 AND name = $2",
            [.integer(collection.rawValue), .text(name)]) { Privacy(rawValue: $0.integer(0)) ?? .hidden }
    }

    /// `ObjectIndex.sharedTag` as it is kept.
    static func sharedTag(_ tx: borrowing ReadTransaction, in collection: CollectionID, name: String) throws -> String? {
        try tx.first(
            "SELECT shared_tag FROM search_text WHERE collection_id = $1 AND name = $2",
            [.integer(collection.rawValue), .text(name)]) { $0.optionalText(0) } ?? nil
    }

    /// Whether a member of a calendar is known to be shown to nobody but who may do everything.
    static func isHidden(_ tx: borrowing ReadTransaction, in collection: CollectionID, name: String) throws -> Bool {
        try privacy(tx, in: collection, name: name) == .hidden
    }

    /// Puts the index of a member in the place of what is there.
    /// - Parameter isNew: whether the member was not there before: then there are no rows to ask for, and none to take away, which
    ///   would look at pages that others write to.
    static func write(
        _ tx: borrowing WriteTransaction, _ facts: MemberFacts, in collection: CollectionID, name: String, isNew: Bool = false
    ) throws {
        let key: [Value] = [.integer(collection.rawValue), .text(name)]
        let (index, component) = (facts.index, facts.component)
        // Most changes of an object leave its times alone.
        if try isNew || occurrences(tx.read, in: collection, name, component: component) != index.occurrences {
            if !isNew { try tx.execute("DELETE FROM occurrence WHERE collection_id = $1 AND name = $2", key) }
            for occurrence in index.occurrences { try insert(tx, occurrence, key, component) }
        }
        switch index.text {
        case .none:
            if !isNew { try tx.execute("DELETE FROM search_text WHERE collection_id = $1 AND name = $2", key) }
        case .unknown: try setText(tx, key, .null, index)
        case .folded(let bytes): try setText(tx, key, .bytes(bytes), index)
        }
    }

    private static func setText(
        _ tx: borrowing WriteTransaction, _ key: [Value], _ text: Value, _ index: ObjectIndex
    ) throws {
        try tx.execute(
            """
            INSERT INTO search_text (collection_id, name, text, is_private, shared_tag) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (collection_id, name) DO UPDATE SET text = EXCLUDED.text, is_private = EXCLUDED.is_private,
                shared_tag = EXCLUDED.shared_tag
            """, key + [text, .integer(index.privacy.rawValue), Value(index.sharedTag)])
    }

    private static func insert(
        _ tx: borrowing WriteTransaction, _ occurrence: Occurrence, _ key: [Value], _ component: String
    ) throws {
        for row in occurrence.rows {
            try tx.execute(
                """
                INSERT INTO occurrence (collection_id, name, is_floating, span, starts, ends, is_exact, component, busy,
                    weeks)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
                """,
                key + [
                    Value(occurrence.isFloating), .integer(row.span), .integer(occurrence.start),
                    .integer(occurrence.end), Value(occurrence.isExact), .text(component),
                    .integer(occurrence.busy.rawValue), .integer(row.weeks.rawValue),
                ])
        }
    }

    // MARK: Along with the member

    static func remove(_ tx: borrowing WriteTransaction, in collection: CollectionID, name: String) throws {
        let key: [Value] = [.integer(collection.rawValue), .text(name)]
        try tx.execute("DELETE FROM occurrence WHERE collection_id = $1 AND name = $2", key)
        try tx.execute("DELETE FROM search_text WHERE collection_id = $1 AND name = $2", key)
    }

    static func removeAll(_ tx: borrowing WriteTransaction, in collection: CollectionID) throws {
        try tx.execute("DELETE FROM occurrence WHERE collection_id = $1", [.integer(collection.rawValue)])
        try tx.execute("DELETE FROM search_text WHERE collection_id = $1", [.integer(collection.rawValue)])
        try GramSegments.retire(tx, of: collection.rawValue)
    }

    static func move(_ tx: borrowing WriteTransaction, _ member: Member, to collection: CollectionID, name: String)
        throws
    {
        try remove(tx, in: collection, name: name)
        let keys = keys(member, collection, name)
        try tx.execute(
            "UPDATE occurrence SET collection_id = $3, name = $4 WHERE collection_id = $1 AND name = $2", keys)
        try tx.execute(
            "UPDATE search_text SET collection_id = $3, name = $4 WHERE collection_id = $1 AND name = $2", keys)
    }

    static func copy(_ tx: borrowing WriteTransaction, _ member: Member, to collection: CollectionID, name: String)
        throws
    {
        let keys = keys(member, collection, name)
        try tx.execute(
            """
            INSERT INTO occurrence (collection_id, name, is_floating, span, starts, ends, is_exact, component, busy,
                weeks)
            SELECT $3, $4, is_floating, span, starts, ends, is_exact, component, busy, weeks
            FROM occurrence WHERE collection_id = $1 AND name = $2
            """, keys)
        try tx.execute(
            """
            INSERT INTO search_text (collection_id, name, text, is_private, shared_tag)
            SELECT $3, $4, text, is_private, shared_tag FROM search_text WHERE collection_id = $1 AND name = $2
            """, keys)
    }

    private static func keys(_ member: Member, _ collection: CollectionID, _ name: String) -> [Value] {
        [
            .integer(member.collectionID.rawValue), .text(member.name), .integer(collection.rawValue), .text(name),
        ]
    }

    // MARK: Rows without a member

    /// The names in a collection that have rows of an index and no member; at most `limit`.
    static func orphans(_ tx: borrowing ReadTransaction, in collection: CollectionID, limit: Int) throws -> [String] {
        try tx.all(
            """
            SELECT DISTINCT name FROM (
                SELECT collection_id, name FROM occurrence WHERE collection_id = $1
                UNION ALL SELECT collection_id, name FROM search_text WHERE collection_id = $1) AS indexed
            WHERE NOT EXISTS (
                SELECT 1 FROM member WHERE member.collection_id = indexed.collection_id AND member.name = indexed.name)
            ORDER BY name LIMIT $2
            """, [.integer(collection.rawValue), .integer(Int64(limit))]
        ) { $0.text(0) }
    }

    /// Collections that are not there and have rows of an index all the same.
    static func lostCollections(_ tx: borrowing ReadTransaction) throws -> [CollectionID] {
        try tx.all(
            """
            SELECT DISTINCT collection_id FROM (
                SELECT collection_id FROM occurrence UNION SELECT collection_id FROM search_text) AS indexed
            WHERE NOT EXISTS (SELECT 1 FROM collection WHERE collection.id = indexed.collection_id)
            """
        ) { CollectionID(rawValue: $0.integer(0)) }
    }
}

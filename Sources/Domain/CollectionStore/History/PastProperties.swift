import Database

/// What the properties of members were before their changes (`PastMembers`).
enum PastProperties {
    /// Keeps what a property is, or that it is not there, before the collection's next change: the caller is about to change it, and then
    /// records that, which gives it its time (`dated`). What changed twice in one change was what it was before the first.
    static func keepBeforeNextChange(
        _ tx: borrowing WriteTransaction, of collection: CollectionID, _ member: MemberID, namespace: String, name: String
    ) throws {
        try tx.execute(
            """
            INSERT INTO past_property (collection_id, member_id, namespace, name, until_modseq, value, ended)
            SELECT c.id, $2, $3, $4, c.modseq + 1, p.value, 9223372036854775807
            FROM collection c LEFT JOIN property p
                ON p.collection_id = c.id AND p.member_id = $2 AND p.namespace = $3 AND p.name = $4
            WHERE c.id = $1
            ON CONFLICT DO NOTHING
            """, [.integer(collection.rawValue), .integer(member.rawValue), .text(namespace), .text(name)])
    }

    /// Those that were kept before the change `until` ended now.
    static func dated(
        _ tx: borrowing WriteTransaction, of collection: CollectionID, _ member: MemberID, until: ModSeq, now: Milliseconds
    ) throws {
        try tx.execute(
            "UPDATE past_property SET ended = $4 WHERE collection_id = $1 AND member_id = $2 AND until_modseq = $3",
            [.integer(collection.rawValue), .integer(member.rawValue), .integer(until.rawValue), .integer(now)])
    }

    /// Keeps all that a member has, up to the change `until` with which it leaves.
    static func keepAll(
        _ tx: borrowing WriteTransaction, of collection: CollectionID, _ member: MemberID, until: ModSeq, now: Milliseconds
    ) throws {
        try keep(tx, of: collection, member, wereThere: true, until: until, now: now)
    }

    /// The same for one that has come by the change `until`: it had none of them here before.
    static func keepNone(
        _ tx: borrowing WriteTransaction, of collection: CollectionID, _ member: MemberID, until: ModSeq, now: Milliseconds
    ) throws {
        try keep(tx, of: collection, member, wereThere: false, until: until, now: now)
    }

    private static func keep(
        _ tx: borrowing WriteTransaction, of collection: CollectionID, _ member: MemberID, wereThere: Bool, until: ModSeq, now: Milliseconds
    ) throws {
        try tx.execute(
            """
            INSERT INTO past_property (collection_id, member_id, namespace, name, until_modseq, value, ended)
            SELECT collection_id, member_id, namespace, name, $3, CASE WHEN $5 <> 0 THEN value END, $4 FROM property
            WHERE collection_id = $1 AND member_id = $2
            ON CONFLICT DO NOTHING
            """,
            [
                .integer(collection.rawValue), .integer(member.rawValue), .integer(until.rawValue), .integer(now), Value(wereThere),
            ])
    }

    /// What a member had at a position of the log, where it was there then.
    static func all(
        _ tx: borrowing ReadTransaction, of collection: CollectionID, _ member: MemberID, at position: ModSeq
    ) throws -> [DeadProperties.Stored] {
        struct Name: Hashable {
            var namespace: [UInt8]
            var name: [UInt8]

            init(_ namespace: String, _ name: String) { (self.namespace, self.name) = (Array(namespace.utf8), Array(name.utf8)) }
        }
        var found: [Name: DeadProperties.Stored] = [:]
        for property in try DeadProperties.all(tx, of: collection, member) { found[Name(property.namespace, property.name)] = property }
        // The earliest change after the position says what there was; so it is the last to be taken back.
        try tx.forEach(
            """
            SELECT namespace, name, value FROM past_property
            WHERE collection_id = $1 AND member_id = $2 AND until_modseq > $3 ORDER BY until_modseq DESC
            """, [.integer(collection.rawValue), .integer(member.rawValue), .integer(position.rawValue)]
        ) { row in
            let stored = row.isNull(2) ? nil : DeadProperties.Stored(namespace: row.text(0), name: row.text(1), value: row.bytes(2))
            found[Name(row.text(0), row.text(1))] = stored
            return true
        }
        return found.values.sorted { ($0.namespace, $0.name) < ($1.namespace, $1.name) }
    }
}

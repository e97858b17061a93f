package import Database
package import Directory

/// What the members of a principal's collections, and the messages of its mailboxes, take of the room it was given. The counter is in the principal's row.
package enum Quota {
    /// Throws `StoreRefusal.quotaExceeded` where there is no room for `bytes` more.
    ///
    /// - Parameter batch: of changes of a collection of the owner's that it is for one of.
    package static func take(
        _ tx: borrowing WriteTransaction, _ bytes: Int, of owner: PrincipalID, with batch: ChangeBatch? = nil
    ) throws {
        if let batch { return try batch.take(tx, bytes) }
        if bytes <= 0 { return try release(tx, 0 &- bytes, of: owner) }
        try tx.willChange(.principal(owner))
        if tx.read.isRemote {
            // It is read, mostly along with something before it (`foresee`), and changed along with what comes next. Who has changed it
            // meanwhile has this transaction run again.
            try check(tx.read, bytes, of: owner)
            return try tx.execute(
                "UPDATE principal SET used_bytes = used_bytes + $2 WHERE id = $1", [.integer(owner.rawValue), .integer(Int64(bytes))])
        }
        let changed = try tx.rowsChanged(
            by: """
            UPDATE principal SET used_bytes = used_bytes + $2
            WHERE id = $1 AND (quota_bytes IS NULL OR used_bytes + $2 <= quota_bytes)
            """, [.integer(owner.rawValue), .integer(Int64(bytes))])
        if changed == 0 { throw StoreRefusal.quotaExceeded }
    }

    private static let room: StaticString = "SELECT used_bytes, quota_bytes FROM principal WHERE id = $1"

    /// Says that room will be taken.
    static func foresee(_ tx: borrowing ReadTransaction, of owner: PrincipalID) { tx.foresee(room, [.integer(owner.rawValue)]) }

    /// Throws `StoreRefusal.quotaExceeded` where `take` of `bytes` would: for changes of many steps, before the first.
    static func check(_ tx: borrowing ReadTransaction, _ bytes: Int, of owner: PrincipalID) throws {
        let (used, limit) = try state(tx, of: owner)
        if let limit, bytes > 0, Int64(bytes) > limit - used { throw StoreRefusal.quotaExceeded }
    }

    package static func release(
        _ tx: borrowing WriteTransaction, _ bytes: Int, of owner: PrincipalID, with batch: ChangeBatch? = nil
    ) throws {
        if let batch { return try batch.take(tx, 0 &- bytes) }
        if bytes == 0 { return }
        try tx.willChange(.principal(owner))
        try tx.execute(
            "UPDATE principal SET used_bytes = used_bytes - $2 WHERE id = $1",
            [.integer(owner.rawValue), .integer(Int64(bytes))])
    }

    /// What `used_bytes` must be: the sizes of all members that neither are in the trash nor stand in something that
    /// is; what its mailboxes say that they hold (`MailConsistency` looks at that); and its alarms on what is others' (`Overlays`); and what is above
    /// `DeadProperties.freeSize` of the properties of each of its collections and members.
    static func counted(_ tx: borrowing ReadTransaction, of owner: PrincipalID) throws -> Int64 {
        try tx.first(
            """
            WITH RECURSIVE live (id) AS (
                SELECT id FROM collection WHERE owner_id = $1 AND parent_id IS NULL AND trashed IS NULL
                UNION
                SELECT collection.id FROM live JOIN collection ON collection.parent_id = live.id
                WHERE collection.trashed IS NULL
            )
            SELECT COALESCE(SUM(member.size + COALESCE(member.attached_bytes, 0)), 0)
                + (SELECT COALESCE(SUM(byte_count), 0) FROM mailbox WHERE owner_id = $1 AND trashed IS NULL)
                + (SELECT COALESCE(SUM(size), 0) FROM personal_alarm WHERE principal_id = $1)
                + (SELECT CAST(COALESCE(SUM(n - $2), 0) AS BIGINT) FROM (
                    SELECT SUM(LENGTH(property.value)) AS n FROM live JOIN property ON property.collection_id = live.id
                    GROUP BY property.collection_id, property.member_id) AS sums WHERE n > $2)
            FROM live JOIN member ON member.collection_id = live.id
            """, [.integer(owner.rawValue), .integer(Int64(DeadProperties.freeSize))]
        ) { $0.integer(0) } ?? 0
    }

    /// Of all principals.
    package static func total(_ tx: borrowing ReadTransaction) throws -> Int64 {
        try tx.first("SELECT CAST(COALESCE(SUM(used_bytes), 0) AS BIGINT) FROM principal") { max(0, $0.integer(0)) } ?? 0
    }

    /// The principals after `id` in the order of their ids, with what `used_bytes` says.
    static func page(
        _ tx: borrowing ReadTransaction, after id: PrincipalID, limit: Int
    ) throws -> [(owner: PrincipalID, used: Int64)] {
        try tx.all(
            "SELECT id, used_bytes FROM principal WHERE id > $1 ORDER BY id LIMIT $2",
            [.integer(id.rawValue), .integer(Int64(limit))]
        ) {
            (PrincipalID(rawValue: $0.integer(0)), $0.integer(1))
        }
    }

    package static func correct(_ tx: borrowing WriteTransaction, of owner: PrincipalID) throws {
        try tx.execute(
            "UPDATE principal SET used_bytes = $2 WHERE id = $1",
            [.integer(owner.rawValue), .integer(try counted(tx.read, of: owner))])
    }

    /// Bytes in use, and bytes that may be used (nil: no limit).
    package static func state(_ tx: borrowing ReadTransaction, of owner: PrincipalID) throws -> (
        used: Int64, limit: Int64?
    ) {
        try tx.first(room, [.integer(owner.rawValue)]) {
            (max(0, $0.integer(0)), $0.optionalInteger(1))
        } ?? (0, nil)
    }
}

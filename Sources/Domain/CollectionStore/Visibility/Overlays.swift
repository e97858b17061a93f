package import Database
package import Directory

/// What somebody keeps for themselves alone on a member of a calendar that is not theirs: their alarms. It goes with the member, also into the
/// trash and back, and ends with it or with the principal; a grant that ends and comes back finds it again. It counts in their own quota.
package enum Overlays {
    package static func data(
        _ tx: borrowing ReadTransaction, of member: MemberID, for principal: PrincipalID
    ) throws -> [UInt8]? {
        try tx.first(
            "SELECT data FROM personal_alarm WHERE principal_id = $1 AND member_id = $2",
            [.integer(principal.rawValue), .integer(member.rawValue)]) { $0.bytes(0) }
    }

    /// Keeps `data`, or nothing where it is nil. Whether that is another than before. Throws `StoreRefusal.quotaExceeded`.
    package static func set(
        _ tx: borrowing WriteTransaction, _ data: [UInt8]?, on member: MemberID, for principal: PrincipalID
    ) throws -> Bool {
        let key: [Value] = [.integer(principal.rawValue), .integer(member.rawValue)]
        let before = try self.data(tx.read, of: member, for: principal)
        if before == data { return false }
        try Quota.take(tx, (data?.count ?? 0) &- (before?.count ?? 0), of: principal)
        guard let data else {
            try tx.execute("DELETE FROM personal_alarm WHERE principal_id = $1 AND member_id = $2", key)
            return true
        }
        try tx.execute(
            """
            INSERT INTO personal_alarm (principal_id, member_id, tag, size, data) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (principal_id, member_id) DO UPDATE SET tag = EXCLUDED.tag, size = EXCLUDED.size, data = EXCLUDED.data
            """, key + [.text(String(ETag.of(data).prefix(16))), .integer(Int64(data.count)), .bytes(data)])
        return true
    }

    /// Records that a member looks different to `principal`, and to nobody else.
    package static func changed(
        _ tx: borrowing WriteTransaction, _ member: Member, for principal: PrincipalID, now: Milliseconds
    ) throws {
        try ChangeLog.record(
            tx, in: member.collectionID, name: member.name, isRemoval: false, isCollection: false, of: principal, memberDelta: 0,
            now: now)
    }

    // MARK: Along with the member

    /// A member has another id now.
    static func move(_ tx: borrowing WriteTransaction, from old: MemberID, to new: MemberID) throws {
        try tx.execute(
            "UPDATE personal_alarm SET member_id = $2 WHERE member_id = $1", [.integer(old.rawValue), .integer(new.rawValue)])
    }

    /// A member, or one in the trash, goes for good.
    static func removeAll(_ tx: borrowing WriteTransaction, of member: MemberID) throws {
        let kept = try tx.read.all(
            "SELECT principal_id, size FROM personal_alarm WHERE member_id = $1 ORDER BY principal_id", [.integer(member.rawValue)]
        ) { (principal: PrincipalID(rawValue: $0.integer(0)), size: Int(clamping: $0.integer(1))) }
        if kept.isEmpty { return }
        for (principal, size) in kept { try Quota.release(tx, size, of: principal) }
        try tx.execute("DELETE FROM personal_alarm WHERE member_id = $1", [.integer(member.rawValue)])
    }

    /// All members of a collection go for good, also those in the trash.
    static func removeAll(_ tx: borrowing WriteTransaction, in collection: CollectionID) throws {
        let members = try tx.read.all(
            """
            SELECT member.id FROM member CROSS JOIN personal_alarm
            WHERE member.collection_id = $1 AND personal_alarm.member_id = member.id
            UNION
            SELECT trash.id FROM trash CROSS JOIN personal_alarm
            WHERE trash.collection_id = $1 AND personal_alarm.member_id = trash.id
            """, [.integer(collection.rawValue)]
        ) { MemberID(rawValue: $0.integer(0)) }
        for member in members { try removeAll(tx, of: member) }
    }

    /// The principal goes.
    static func removeAll(_ tx: borrowing WriteTransaction, of principal: PrincipalID) throws {
        try tx.execute("DELETE FROM personal_alarm WHERE principal_id = $1", [.integer(principal.rawValue)])
    }

    // MARK: Rows without a member

    /// At most `limit` ids of members that are nowhere. It reads all members once, where anybody keeps anything.
    static func orphans(_ tx: borrowing ReadTransaction, limit: Int) throws -> [MemberID] {
        if try tx.first("SELECT 1 FROM personal_alarm LIMIT 1", row: { _ in true }) == nil { return [] }
        return try tx.all(
            """
            SELECT member_id FROM personal_alarm EXCEPT SELECT id FROM member EXCEPT SELECT id FROM trash
            ORDER BY member_id LIMIT $1
            """, [.integer(Int64(limit))]
        ) { MemberID(rawValue: $0.integer(0)) }
    }

    /// Principals that are not there.
    static func lostPrincipals(_ tx: borrowing ReadTransaction) throws -> [PrincipalID] {
        try tx.all(
            """
            SELECT DISTINCT principal_id FROM personal_alarm
            WHERE NOT EXISTS (SELECT 1 FROM principal WHERE principal.id = personal_alarm.principal_id) ORDER BY principal_id
            """
        ) { PrincipalID(rawValue: $0.integer(0)) }
    }
}

package import Database

/// Who is in which group of this database. A group is a principal; its members are principals of any kind, other groups
/// too. A circle of groups is no error: who is in one of them is in all. Times are milliseconds since 1970.
package enum Groups {
    /// Of one group, and groups that one principal may be in through others: what is more does not count.
    package static let maximumMembers = 100_000
    package static let maximumGroups = 1_000

    /// Adds `member`; false where it is in the group already. Throws `DirectoryRefusal` notAGroup, groupInItself or
    /// tooManyMembers.
    @discardableResult
    package static func add(
        _ tx: borrowing WriteTransaction, _ member: Principal, to group: Principal, now: Int64
    ) throws -> Bool {
        guard group.kind == .group else { throw DirectoryRefusal.notAGroup }
        if member.id == group.id { throw DirectoryRefusal.groupInItself }
        let count = try tx.read.first(
            "SELECT COUNT(*) FROM group_member WHERE group_id = $1", [.integer(group.id.rawValue)]) { $0.integer(0) }
        if count ?? 0 >= Int64(maximumMembers) { throw DirectoryRefusal.tooManyMembers }
        let added = try tx.rowsChanged(
            by: "INSERT INTO group_member (group_id, member_id, joined) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
            [.integer(group.id.rawValue), .integer(member.id.rawValue), .integer(now)])
        if added > 0 { try changed(tx, member.id, in: [group.id]) }
        return added > 0
    }

    /// False where it was not in the group.
    @discardableResult
    package static func remove(_ tx: borrowing WriteTransaction, _ member: PrincipalID, from group: PrincipalID) throws
        -> Bool
    {
        let removed = try tx.rowsChanged(
            by: "DELETE FROM group_member WHERE group_id = $1 AND member_id = $2",
            [.integer(group.rawValue), .integer(member.rawValue)])
        if removed > 0 { try changed(tx, member, in: [group]) }
        return removed > 0
    }

    /// The groups that a directory elsewhere says somebody is in, in the order of their ids.
    static func groups(_ tx: borrowing ReadTransaction, of member: PrincipalID, saidBy directory: String) throws
        -> [PrincipalID]
    {
        try tx.all("""
            SELECT group_id FROM group_member WHERE member_id = $1 AND directory = $2 ORDER BY group_id LIMIT $3
            """, [.integer(member.rawValue), .text(directory), .integer(Int64(maximumGroups))]) {
            PrincipalID(rawValue: $0.integer(0))
        }
    }

    /// Makes what a directory says of somebody so. What an administrator here has said stays.
    static func follow(
        _ tx: borrowing WriteTransaction, _ member: PrincipalID, in groups: Set<PrincipalID>, saidBy directory: String,
        now: Int64
    ) throws {
        let before = Set(try Self.groups(tx.read, of: member, saidBy: directory))
        var changes = 0
        for group in before.subtracting(groups) {
            changes += try tx.rowsChanged(
                by: "DELETE FROM group_member WHERE group_id = $1 AND member_id = $2 AND directory = $3",
                [.integer(group.rawValue), .integer(member.rawValue), .text(directory)])
        }
        for group in groups.subtracting(before) where group != member {
            // Whatever the directory calls a group: nobody is a member of a user.
            changes += try tx.rowsChanged(
                by: """
                INSERT INTO group_member (group_id, member_id, directory, joined)
                SELECT id, CAST($2 AS BIGINT), CAST($3 AS TEXT), CAST($4 AS BIGINT) FROM principal WHERE id = $1 AND kind = 'group'
                ON CONFLICT DO NOTHING
                """,
                [.integer(group.rawValue), .integer(member.rawValue), .text(directory), .integer(now)])
        }
        if changes > 0 { try changed(tx, member, in: groups.symmetricDifference(before).sorted { $0.rawValue < $1.rawValue }) }
    }

    /// Ends all memberships that other directories than these have said: what nobody asks for any more must not count for
    /// ever. The number of rows.
    @discardableResult
    package static func keep(_ tx: borrowing WriteTransaction, onlySaidBy directories: Set<String>) throws -> Int {
        let said = try tx.read.all(
            "SELECT DISTINCT directory FROM group_member WHERE directory IS NOT NULL", []) { $0.text(0) }
        var removed = 0
        var groups: Set<PrincipalID> = []
        for directory in said where !directories.contains(directory) {
            let members = try tx.read.all("SELECT DISTINCT member_id FROM group_member WHERE directory = $1", [.text(directory)]) {
                PrincipalID(rawValue: $0.integer(0))
            }
            for member in members { try DirectoryChanges.note(tx, member) }
            groups.formUnion(try tx.read.all("SELECT DISTINCT group_id FROM group_member WHERE directory = $1", [.text(directory)]) {
                PrincipalID(rawValue: $0.integer(0))
            })
            removed += try tx.rowsChanged(by: "DELETE FROM group_member WHERE directory = $1", [.text(directory)])
        }
        if removed > 0 { try RightsGeneration.advanceMemberships(tx) }
        try OwnChanges.note(tx, ownOf: groups.sorted { $0.rawValue < $1.rawValue })
        return removed
    }

    private static func changed(_ tx: borrowing WriteTransaction, _ member: PrincipalID, in groups: [PrincipalID]) throws {
        try RightsGeneration.advanceMemberships(tx)
        try DirectoryChanges.note(tx, member)
        try OwnChanges.note(tx, ownOf: groups)
    }

    /// The principal is about to go: it is in no group, and nobody is in it. The groups that it was in.
    static func removeAll(_ tx: borrowing WriteTransaction, of id: PrincipalID) throws -> [PrincipalID] {
        let groups = try tx.read.all(
            "SELECT group_id FROM group_member WHERE member_id = $1 ORDER BY group_id", [.integer(id.rawValue)]
        ) { PrincipalID(rawValue: $0.integer(0)) }
        let removed = try tx.rowsChanged(
            by: "DELETE FROM group_member WHERE group_id = $1 OR member_id = $1", [.integer(id.rawValue)])
        if removed > 0 { try RightsGeneration.advanceMemberships(tx) }
        return groups
    }

    /// The direct members of a group, in the order of their ids, at most `limit`.
    package static func members(_ tx: borrowing ReadTransaction, of group: PrincipalID, limit: Int = maximumMembers) throws
        -> [PrincipalID]
    {
        try tx.all(
            "SELECT member_id FROM group_member WHERE group_id = $1 ORDER BY member_id LIMIT $2",
            [.integer(group.rawValue), .integer(Int64(limit))]) { PrincipalID(rawValue: $0.integer(0)) }
    }

    /// The groups that a principal is in directly, in the order of their ids.
    package static func groups(_ tx: borrowing ReadTransaction, of member: PrincipalID) throws -> [PrincipalID] {
        try tx.all(
            "SELECT group_id FROM group_member WHERE member_id = $1 ORDER BY group_id LIMIT $2",
            [.integer(member.rawValue), .integer(Int64(maximumGroups))]) { PrincipalID(rawValue: $0.integer(0)) }
    }

    /// A principal and all groups that it is in, also through others. Each group is looked at once, so that circles end.
    package static func closure(_ tx: borrowing ReadTransaction, of id: PrincipalID) throws -> Set<PrincipalID> {
        var found: Set<PrincipalID> = [id]
        var pending = [id]
        while let next = pending.popLast() {
            for group in try groups(tx, of: next) where !found.contains(group) {
                if found.count > maximumGroups { return found }
                found.insert(group)
                pending.append(group)
            }
        }
        return found
    }

    /// A principal and all groups that it is in, each with since when: of the chains of memberships that lead there, that which has
    /// held longest. Who left a group and came back is in it since then.
    package static func since(_ tx: borrowing ReadTransaction, of id: PrincipalID) throws -> [PrincipalID: Int64] {
        var found: [PrincipalID: Int64] = [:]
        var pending: [PrincipalID: Int64] = [id: .min]
        while let (next, since) = pending.min(by: { $0.value < $1.value }), found.count <= maximumGroups {
            pending[next] = nil
            found[next] = since
            try tx.forEach(
                "SELECT group_id, joined FROM group_member WHERE member_id = $1 ORDER BY group_id LIMIT $2",
                [.integer(next.rawValue), .integer(Int64(maximumGroups))]
            ) { row in
                let group = PrincipalID(rawValue: row.integer(0))
                let joined = max(since, row.optionalInteger(1) ?? .min)
                if found[group] == nil { pending[group] = min(pending[group] ?? joined, joined) }
                return true
            }
        }
        return found
    }
}

package import CollectionStore
package import Database
package import Directory

extension MailStore {
    /// What the asker may do. The owner may do everything, and no row is read for them.
    package func rights(
        _ tx: borrowing ReadTransaction, on mailbox: Mailbox, of owner: Principal, for asker: Asker
    ) throws -> MailRights {
        if mailbox.owner == asker.id { return .all }
        return try grants(tx, on: mailbox.id).reduce(into: MailRights()) { rights, grant in
            if asker.isReached(by: grant.grantee, ownerDomain: owner.domain) { rights.formUnion(grant.rights) }
        }
    }

    /// The mailboxes of others that the asker has `lookup` on, with what they may do, by owner and name. An owner that is no user (a
    /// group, a room, a resource) is the organisation.
    package func sharedMailboxes(
        _ tx: borrowing ReadTransaction, with asker: Asker
    ) throws -> [(mailbox: Mailbox, owner: Principal, rights: MailRights)] {
        var rights: [MailboxID: [Grantee: MailRights]] = [:]
        for grantee in asker.closure.map(Grantee.principal) {
            try tx.forEach(
                "SELECT mailbox_id, rights FROM mail_grant WHERE grantee = $1", [.integer(grantee.rawValue)]
            ) { row in
                rights[MailboxID(rawValue: row.integer(0)), default: [:]][grantee] = MailRights(rawValue: row.integer(1))
                return true
            }
        }
        // What is granted to all is shown to those of the owner's domain; others can have it by its name.
        for grantee in [Grantee.signedIn, .everybody] {
            try tx.forEach(
                """
                SELECT mail_grant.mailbox_id, rights FROM mail_grant JOIN mailbox ON mailbox.id = mail_grant.mailbox_id
                    JOIN principal ON principal.id = mailbox.owner_id
                WHERE grantee = $1 AND principal.domain = $2 AND mailbox.trashed IS NULL
                """, [.integer(grantee.rawValue), .text(asker.domain)]
            ) { row in
                rights[MailboxID(rawValue: row.integer(0)), default: [:]][grantee] = MailRights(rawValue: row.integer(1))
                return true
            }
        }
        var owners: [PrincipalID: Principal] = [:]
        var found: [(mailbox: Mailbox, owner: Principal, rights: MailRights)] = []
        for (id, grants) in rights {
            guard let mailbox = try MailboxRows.find(tx, id), mailbox.owner != asker.id else { continue }
            guard let owner = try owners[mailbox.owner] ?? LocalDirectory.find(tx, mailbox.owner) else { continue }
            owners[mailbox.owner] = owner
            let given = grants.reduce(into: MailRights()) { rights, grant in
                if asker.isReached(by: grant.key, ownerDomain: owner.domain) { rights.formUnion(grant.value) }
            }
            if given.contains(.lookup) { found.append((mailbox, owner, given.intersection(.all))) }
        }
        return found.sorted { a, b in
            a.owner.id == b.owner.id
                ? a.mailbox.name.utf8.lexicographicallyPrecedes(b.mailbox.name.utf8) : a.owner.id.rawValue < b.owner.id.rawValue
        }
    }

    /// GETACL, without the owner, in the order of the grantees' numbers.
    package func grants(_ tx: borrowing ReadTransaction, on mailbox: MailboxID) throws -> [MailGrant] {
        try tx.all(
            "SELECT grantee, rights FROM mail_grant WHERE mailbox_id = $1 ORDER BY grantee", [.integer(mailbox.rawValue)]
        ) {
            MailGrant(
                grantee: Grantee(rawValue: $0.integer(0)), rights: MailRights(rawValue: $0.integer(1)).intersection(.all))
        }
    }

    /// In the place of what the grantee had; without rights it is taken away. Throws `MailRefusal` notFound, tooManyGrants, or cannotBeGranted
    /// where the grantee is the owner.
    package func setGrant(
        _ tx: borrowing WriteTransaction, _ grant: MailGrant, on mailbox: MailboxID
    ) throws {
        guard let found = try MailboxRows.find(tx.read, mailbox) else { throw MailRefusal.notFound }
        if grant.grantee == .principal(found.owner) { throw MailRefusal.cannotBeGranted }
        let rights = grant.rights.intersection(.all)
        let key: [Value] = [.integer(mailbox.rawValue), .integer(grant.grantee.rawValue)]
        if rights.isEmpty {
            let removed = try tx.rowsChanged(by: "DELETE FROM mail_grant WHERE mailbox_id = $1 AND grantee = $2", key)
            if removed == 0 { return }
        } else {
            let others = try tx.read.first(
                "SELECT COUNT(*) FROM mail_grant WHERE mailbox_id = $1 AND grantee <> $2", key) { $0.integer(0) }
            if others ?? 0 >= Int64(limits.grantsPerMailbox) { throw MailRefusal.tooManyGrants }
            try tx.execute(
                """
                INSERT INTO mail_grant (mailbox_id, grantee, rights) VALUES ($1, $2, $3)
                ON CONFLICT (mailbox_id, grantee) DO UPDATE SET rights = excluded.rights
                """, key + [.integer(rights.rawValue)])
        }
        try MailAccounts.listChanged(tx, of: found.owner)
        listChanged(tx, of: found.owner)
        // Who has it open looks anew what they may do.
        changed(tx, mailbox, of: found.owner, to: found.modseq)
    }

    /// Whether each one but the owner has a \Seen of their own there. What sharees have seen counts anew from then on.
    package func setOwnSeen(
        _ tx: borrowing WriteTransaction, of mailbox: MailboxID, _ hasOwnSeen: Bool, now: Milliseconds
    ) throws {
        guard let found = try MailboxRows.find(tx.read, mailbox) else { throw MailRefusal.notFound }
        if found.hasOwnSeen == hasOwnSeen { return }
        let (_, modseq) = try MailChangeLog.advance(tx, mailbox, by: MailboxDelta())
        try tx.execute(
            "UPDATE mailbox SET has_own_seen = $2 WHERE id = $1", [.integer(mailbox.rawValue), Value(hasOwnSeen)])
        try tx.execute("DELETE FROM mail_seen WHERE mailbox_id = $1", [.integer(mailbox.rawValue)])
        // Every message may look another way to somebody.
        try tx.execute(
            "UPDATE mail_message SET modseq = $2 WHERE mailbox_id = $1",
            [.integer(mailbox.rawValue), .integer(modseq.rawValue)])
        let all = found.uidNext > 1 ? UIDSet(1...(found.uidNext - 1)) : UIDSet()
        try MailChangeLog.record(tx, .flags, all, in: mailbox, modseq: modseq, now: now)
        changed(tx, mailbox, of: found.owner, to: modseq)
    }

    // MARK: Quota

    /// RFC 9208: STORAGE and MESSAGE of the owner's quota root.
    package func quota(_ tx: borrowing ReadTransaction, of owner: PrincipalID) throws -> MailQuota {
        let (used, limit) = try Quota.state(tx, of: owner)
        return MailQuota(
            usedBytes: used, byteLimit: limit, messageCount: Int(try MailAccounts.messageCount(tx, of: owner)),
            messageLimit: try MailAccounts.messageLimit(tx, of: owner).map { Int($0) })
    }

    /// How many messages an owner may have; nil: no limit. Octets are the principal's (`quota_bytes`), for all that it owns.
    package func setMessageLimit(_ tx: borrowing WriteTransaction, of owner: PrincipalID, _ limit: Int?) throws {
        try MailAccounts.open(tx, of: owner)
        try tx.execute(
            "UPDATE mail_account SET message_limit = $2 WHERE owner_id = $1",
            [.integer(owner.rawValue), Value(limit.map { Int64($0) })])
    }
}

package struct MailQuota: Sendable, Equatable {
    /// Of all that the owner has, in octets.
    package var usedBytes: Int64
    package var byteLimit: Int64?
    package var messageCount: Int
    package var messageLimit: Int?
}

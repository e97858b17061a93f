package import Database
package import Directory

/// What a grant to somebody is besides, where it was made by an invitation: what the two tell each other about it. What may be done is
/// the grant's to say, and where the collection stands the mount's.
package struct Invitation: Sendable, Equatable {
    package var collection: CollectionID
    package var sharee: PrincipalID
    /// What an answer names.
    package var uid: String
    /// As whom the sharer named the sharee.
    package var commonName: String?
    /// What the sharer calls the collection.
    package var summary: String?
    /// Whether the sharee has answered so.
    package var isAccepted: Bool

    package init(
        collection: CollectionID, sharee: PrincipalID, uid: String, commonName: String? = nil, summary: String? = nil,
        isAccepted: Bool = false
    ) {
        self.collection = collection
        self.sharee = sharee
        self.uid = uid
        self.commonName = commonName
        self.summary = summary
        self.isAccepted = isAccepted
    }
}

/// Somebody to whom a collection may be read by a grant on itself, and what became of that.
package struct Sharee: Sendable, Equatable {
    package enum Status: Sendable, Equatable {
        case unanswered, accepted, declined
    }

    package var id: PrincipalID
    package var grant: Grant
    /// Nil: it was granted without one.
    package var invitation: Invitation?
    package var status: Status
}

/// The rows of invitations.
package enum Invitations {
    /// Of a common name and of a summary, in bytes.
    package static let maximumTextLength = 1_000

    // MARK: Finding

    package static func find(_ tx: borrowing ReadTransaction, uid: String) throws -> Invitation? {
        try tx.first(
            "SELECT collection_id, grantee, uid, common_name, summary, is_accepted FROM invitation WHERE uid = $1",
            [.text(uid)]) { read($0, at: 0) }
    }

    package static func find(
        _ tx: borrowing ReadTransaction, to collection: CollectionID, for sharee: PrincipalID
    ) throws -> Invitation? {
        try tx.first(
            """
            SELECT collection_id, grantee, uid, common_name, summary, is_accepted FROM invitation
            WHERE collection_id = $1 AND grantee = $2
            """, [.integer(collection.rawValue), .integer(sharee.rawValue)]) { read($0, at: 0) }
    }

    private static func read(_ row: borrowing Row, at start: Int) -> Invitation {
        Invitation(
            collection: CollectionID(rawValue: row.integer(start)), sharee: PrincipalID(rawValue: row.integer(start + 1)),
            uid: row.text(start + 2), commonName: row.optionalText(start + 3), summary: row.optionalText(start + 4),
            isAccepted: row.flag(start + 5))
    }

    /// Users and groups with whom a collection itself is shared, in the order of their numbers; of `sharee` alone where one is given.
    package static func sharees(
        _ tx: borrowing ReadTransaction, of collection: CollectionID, only sharee: PrincipalID? = nil, now: Milliseconds
    ) throws -> [Sharee] {
        // A home's mounts are found by the owner: however many have the collection in theirs, one row is read for each.
        try tx.all(
            """
            SELECT g.collection_id, g.grantee, g.rights, g.expires, i.collection_id, i.grantee, i.uid, i.common_name, i.summary,
                i.is_accepted, COALESCE((SELECT MAX(m.is_hidden) FROM collection h
                    JOIN mount m ON m.collection_id = g.collection_id AND m.home_id = h.id
                    WHERE h.owner_id = g.grantee AND h.parent_id IS NULL), 0)
            FROM access_grant g LEFT JOIN invitation i ON i.collection_id = g.collection_id AND i.grantee = g.grantee
            WHERE g.collection_id = $1 AND g.grantee >= $2 AND g.grantee <= $3 ORDER BY g.grantee
            """,
            [.integer(collection.rawValue), .integer(sharee?.rawValue ?? 1), .integer(sharee?.rawValue ?? .max)]
        ) { row in
            let grant = Grants.read(row)
            let invitation = row.isNull(4) ? nil : read(row, at: 4)
            let answer: Sharee.Status = invitation?.isAccepted ?? true ? .accepted : .unanswered
            return Sharee(
                id: PrincipalID(rawValue: row.integer(1)), grant: grant, invitation: invitation,
                status: row.flag(10) ? .declined : answer)
        }.filter { $0.grant.isValid(at: now) && $0.grant.rights.contains(.read) }
    }

    /// Those of the collections in `parent` that are shared with a user or a group.
    package static func shared(
        _ tx: borrowing ReadTransaction, in parent: CollectionID, now: Milliseconds
    ) throws -> Set<CollectionID> {
        Set(try tx.all(
            """
            SELECT DISTINCT c.id FROM collection c JOIN access_grant g ON g.collection_id = c.id
            WHERE c.parent_id = $1 AND c.trashed IS NULL AND g.grantee > 0 AND (g.rights & 1) = 1
                AND (g.expires IS NULL OR g.expires > $2)
            """, [.integer(parent.rawValue), .integer(now)]) { CollectionID(rawValue: $0.integer(0)) })
    }

    package static func isShared(_ tx: borrowing ReadTransaction, _ collection: CollectionID, now: Milliseconds) throws -> Bool {
        try tx.first(
            """
            SELECT 1 FROM access_grant WHERE collection_id = $1 AND grantee > 0 AND (rights & 1) = 1
                AND (expires IS NULL OR expires > $2) LIMIT 1
            """, [.integer(collection.rawValue), .integer(now)]) { _ in true } ?? false
    }

    // MARK: Changing

    /// Writes one down, beside the grant that it is about.
    package static func set(_ tx: borrowing WriteTransaction, _ invitation: Invitation) throws {
        try tx.execute(
            """
            INSERT INTO invitation (collection_id, grantee, uid, common_name, summary, is_accepted) VALUES ($1, $2, $3, $4, $5, $6)
            ON CONFLICT (collection_id, grantee) DO UPDATE SET common_name = excluded.common_name, summary = excluded.summary,
                is_accepted = excluded.is_accepted
            """,
            [
                .integer(invitation.collection.rawValue), .integer(invitation.sharee.rawValue), .text(invitation.uid),
                Value(invitation.commonName), Value(invitation.summary), Value(invitation.isAccepted),
            ])
    }

    /// The sharee accepts: the collection stands in the home, also where it was deleted from there.
    package static func accept(
        _ tx: borrowing WriteTransaction, _ invitation: Invitation, as mount: Mount, now: Milliseconds
    ) throws {
        try Mounts.show(tx, mount, now: now)
        var invitation = invitation
        invitation.isAccepted = true
        try set(tx, invitation)
    }

    /// The sharee has taken the collection out of the home.
    static func declined(_ tx: borrowing WriteTransaction, _ mount: Mount) throws {
        try tx.execute(
            """
            UPDATE invitation SET is_accepted = 0 WHERE collection_id = $1
                AND grantee = (SELECT owner_id FROM collection WHERE id = $2)
            """, [.integer(mount.collection.rawValue), .integer(mount.home.rawValue)])
    }

    /// The grant is gone: there is nothing to answer any more.
    static func remove(
        _ tx: borrowing WriteTransaction, to collection: CollectionID, for sharee: PrincipalID, now: Milliseconds
    ) throws {
        guard let invitation = try find(tx.read, to: collection, for: sharee) else { return }
        try Notifications.withdraw(tx, uid: invitation.uid, of: sharee, now: now)
        try tx.execute(
            "DELETE FROM invitation WHERE collection_id = $1 AND grantee = $2",
            [.integer(collection.rawValue), .integer(sharee.rawValue)])
    }
}

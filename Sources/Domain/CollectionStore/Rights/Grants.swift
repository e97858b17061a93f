package import Database
package import Directory

/// Who may do what: the rows, and the one place where they are judged.
package enum Grants {
    /// On one collection.
    package static let maximumPerCollection = 1_000

    // MARK: Judging

    /// What the asker may do with a collection: all that is granted on it and on what it is in. `path` is the collection
    /// with those above it, in any order. The owner of the home may do everything, and no row is read for them.
    package static func rights(
        _ tx: borrowing ReadTransaction, on path: [CollectionID], of owner: Principal, for asker: Asker, now: Milliseconds
    ) throws -> Rights {
        if owner.id == asker.id { return .all }
        var rights: Rights = []
        var rest = path[...]
        // Mostly a calendar and its home: one question.
        while let first = rest.first {
            let part = rest.prefix(4)
            rest = rest.dropFirst(4)
            let ids = (0..<4).map { offset in
                Value.integer((part.count > offset ? part[part.startIndex + offset] : first).rawValue)
            }
            try tx.forEach(
                """
                SELECT collection_id, grantee, rights, expires FROM access_grant WHERE collection_id IN ($1, $2, $3, $4)
                """, ids
            ) { row in
                rights.formUnion(read(row).rights(of: asker, ownerDomain: owner.domain, now: now))
                return true
            }
        }
        return rights
    }

    /// Since when the asker may read a collection, without a break that is known of, neither of the grants nor of the memberships by
    /// which these reach the asker: `path` as above. Nil where they may not, or may as
    /// the owner.
    package static func readableSince(
        _ tx: borrowing ReadTransaction, on path: [CollectionID], of owner: Principal, for asker: Asker, now: Milliseconds
    ) throws -> Milliseconds? {
        if owner.id == asker.id { return nil }
        var since: Milliseconds?
        var memberships: [PrincipalID: Milliseconds]?
        for id in path {
            try tx.forEach(
                "SELECT collection_id, grantee, rights, expires, created FROM access_grant WHERE collection_id = $1",
                [.integer(id.rawValue)]
            ) { row in
                let grant = read(row)
                guard grant.rights(of: asker, ownerDomain: owner.domain, now: now).contains(.read) else { return true }
                var start = row.integer(4)
                if case .principal(let group) = grant.grantee, group != asker.id {
                    let joined = try memberships ?? Groups.since(tx, of: asker.id)
                    memberships = joined
                    start = max(start, joined[group] ?? .min)
                }
                since = min(since ?? start, start)
                return true
            }
        }
        return since
    }

    // MARK: Rows

    /// What is granted on a collection itself, also what has ended, in the order of the grantees' numbers.
    package static func all(_ tx: borrowing ReadTransaction, on collection: CollectionID) throws -> [Grant] {
        try tx.all(
            """
            SELECT collection_id, grantee, rights, expires FROM access_grant WHERE collection_id = $1 ORDER BY grantee
            """, [.integer(collection.rawValue)], row: read)
    }

    /// What is granted to exactly this grantee, in the order of the collections' numbers.
    package static func all(_ tx: borrowing ReadTransaction, to grantee: Grantee) throws -> [Grant] {
        try tx.all(
            """
            SELECT collection_id, grantee, rights, expires FROM access_grant WHERE grantee = $1 ORDER BY collection_id
            """, [.integer(grantee.rawValue)], row: read)
    }

    static func read(_ row: borrowing Row) -> Grant {
        Grant(
            collection: CollectionID(rawValue: row.integer(0)), grantee: Grantee(rawValue: row.integer(1)),
            rights: Rights(rawValue: row.integer(2)), expires: row.optionalInteger(3))
    }

    /// Grants, in the place of what the grantee had of the collection before; without rights it is taken away. Throws
    /// `StoreRefusal` tooManyGrants, or cannotBeGranted where the grantee is the owner.
    package static func set(
        _ tx: borrowing WriteTransaction, _ grant: Grant, on collection: Collection, now: Milliseconds
    ) throws {
        guard !grant.rights.isEmpty else {
            try remove(tx, grant.grantee, on: collection, now: now)
            return
        }
        if grant.grantee == .principal(collection.owner) { throw StoreRefusal.cannotBeGranted }
        // `created` is since when it lets the grantee read (`Rights.read`, bit 0): `readableSince`.
        let count = try tx.read.first(
            "SELECT COUNT(*) FROM access_grant WHERE collection_id = $1 AND grantee <> $2",
            [.integer(collection.id.rawValue), .integer(grant.grantee.rawValue)]) { $0.integer(0) }
        if count ?? 0 >= Int64(maximumPerCollection) { throw StoreRefusal.tooManyGrants }
        try tx.execute(
            """
            INSERT INTO access_grant (collection_id, grantee, rights, expires, created) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (collection_id, grantee) DO UPDATE SET rights = excluded.rights, expires = excluded.expires,
                created = CASE WHEN (access_grant.rights & 1) = 0 OR access_grant.expires <= excluded.created
                    THEN excluded.created ELSE access_grant.created END
            """,
            [
                .integer(collection.id.rawValue), .integer(grant.grantee.rawValue), .integer(grant.rights.rawValue),
                Value(grant.expires), .integer(now),
            ])
        // Who has deleted it from their home is offered it again.
        if case .principal(let id) = grant.grantee { try Mounts.forgetHidden(tx, of: collection.id, by: id) }
        try RightsGeneration.advance(tx)
    }

    /// False where nothing was granted.
    @discardableResult
    package static func remove(
        _ tx: borrowing WriteTransaction, _ grantee: Grantee, on collection: Collection, now: Milliseconds
    ) throws -> Bool {
        if case .principal(let id) = grantee { try Invitations.remove(tx, to: collection.id, for: id, now: now) }
        let removed = try tx.rowsChanged(
            by: "DELETE FROM access_grant WHERE collection_id = $1 AND grantee = $2",
            [.integer(collection.id.rawValue), .integer(grantee.rawValue)])
        if removed > 0 { try RightsGeneration.advance(tx) }
        return removed > 0
    }

    /// The principal is about to go.
    package static func removeAll(_ tx: borrowing WriteTransaction, to principal: PrincipalID) throws {
        try tx.execute("DELETE FROM invitation WHERE grantee = $1", [.integer(principal.rawValue)])
        let removed = try tx.rowsChanged(
            by: "DELETE FROM access_grant WHERE grantee = $1", [.integer(principal.rawValue)])
        if removed > 0 { try RightsGeneration.advance(tx) }
    }

    /// The collection is about to go, for good.
    static func removeAll(_ tx: borrowing WriteTransaction, on collection: CollectionID) throws {
        try tx.execute("DELETE FROM invitation WHERE collection_id = $1", [.integer(collection.rawValue)])
        let removed = try tx.rowsChanged(
            by: "DELETE FROM access_grant WHERE collection_id = $1", [.integer(collection.rawValue)])
        if removed > 0 { try RightsGeneration.advance(tx) }
    }

    /// Collections came, went or are in another place: who had something of them looks anew.
    static func placesChanged(_ tx: borrowing WriteTransaction, of tree: [Collection]) throws {
        for part in tree {
            let isGranted = try tx.read.first(
                "SELECT 1 FROM access_grant WHERE collection_id = $1 LIMIT 1", [.integer(part.id.rawValue)]) { _ in true }
            if isGranted == true { return try RightsGeneration.advance(tx) }
        }
    }
}

package import Database
package import Directory

/// Who acts for whom: what is granted to somebody on a whole calendar home.
package enum Delegation: Sendable, CaseIterable {
    case reading, writing

    /// How many owners one may act for; those with the lowest numbers.
    package static let maximumOwners = 1_000

    /// What who is made a delegate is granted.
    package var rights: Rights {
        switch self {
        case .reading: Role.reader.rights
        case .writing: Role.editor.rights
        }
    }

    /// What somebody is by their rights on a home; nil: no delegate.
    package init?(_ rights: Rights) {
        guard rights.contains(.read) else { return nil }
        self = rights.isSuperset(of: Role.editor.rights) ? .writing : .reading
    }

    /// The users and groups that act for the owner of `home` so, in the order of their numbers.
    package func delegates(
        _ tx: borrowing ReadTransaction, in home: Collection, now: Milliseconds
    ) throws -> [PrincipalID] {
        try grants(tx, in: home, now: now).compactMap { grant in
            if case .principal(let id) = grant.grantee { id } else { nil }
        }
    }

    private func grants(_ tx: borrowing ReadTransaction, in home: Collection, now: Milliseconds) throws -> [Grant] {
        try Grants.all(tx, on: home.id).filter { $0.isValid(at: now) && Delegation($0.rights) == self }
    }

    /// Makes exactly these its delegates of this kind; one of the other kind becomes one of this. Who is one already keeps what
    /// they have. Throws `StoreRefusal` as `Grants.set` does.
    package func setDelegates(
        _ tx: borrowing WriteTransaction, _ delegates: Set<PrincipalID>, in home: Collection, now: Milliseconds
    ) throws {
        var new = delegates
        for grant in try grants(tx.read, in: home, now: now) {
            guard case .principal(let id) = grant.grantee else { continue }
            if new.remove(id) == nil { try Grants.remove(tx, grant.grantee, on: home, now: now) }
        }
        for id in new.sorted(by: { $0.rawValue < $1.rawValue }) {
            let grant = Grant(collection: home.id, grantee: .principal(id), rights: rights)
            try Grants.set(tx, grant, on: home, now: now)
        }
    }

    /// For whom the asker acts, themselves or by their groups, in the order of the owners' numbers.
    package static func owners(
        _ tx: borrowing ReadTransaction, of delegate: Asker, now: Milliseconds
    ) throws -> [(owner: PrincipalID, delegation: Delegation)] {
        var rights: [PrincipalID: Rights] = [:]
        for grantee in delegate.closure.sorted(by: { $0.rawValue < $1.rawValue }) {
            try tx.forEach(
                """
                SELECT g.collection_id, g.grantee, g.rights, g.expires, c.owner_id
                FROM access_grant g JOIN collection c ON c.id = g.collection_id
                WHERE g.grantee = $1 AND c.kind = $2 AND c.owner_id <> $3
                """,
                [.integer(grantee.rawValue), .text(CollectionKind.calendarHome.rawValue), .integer(delegate.id.rawValue)]
            ) { row in
                let grant = Grants.read(row)
                if grant.isValid(at: now) { rights[PrincipalID(rawValue: row.integer(4)), default: []].formUnion(grant.rights) }
                return true
            }
        }
        return rights.sorted { $0.key.rawValue < $1.key.rawValue }
            .compactMap { owner, rights in Delegation(rights).map { (owner, $0) } }
            .prefix(maximumOwners).map { $0 }
    }
}

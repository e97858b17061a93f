package import Database
package import Directory

/// Another's collection as it stands in a home, with whose it is and what the sharee may do with it.
package struct SeenMount: Sendable {
    package var mount: Mount
    package var collection: Collection
    package var owner: Principal
    package var rights: Rights
}

extension Mounts {
    /// All that are to be seen in a home and may be read, by name. It costs a few questions, however many there are.
    package static func seen(
        _ tx: borrowing ReadTransaction, in home: CollectionID, by asker: Asker, now: Milliseconds
    ) throws -> [SeenMount] {
        let rows = try self.rows(tx, in: home)
        if rows.isEmpty { return [] }
        let owners = try LocalDirectory.find(tx, all: Set(rows.map(\.collection.owner)))
        let grants = try self.grants(tx, in: home, to: asker)
        return try rows.compactMap { row in
            guard let owner = owners[row.collection.owner] else { return nil }
            var rights: Rights = owner.id == asker.id ? .all : []
            if row.isBelowHome {
                for id in [row.collection.id, row.collection.parentID].compactMap({ $0 }) {
                    for grant in grants[id] ?? [] {
                        rights.formUnion(grant.rights(of: asker, ownerDomain: owner.domain, now: now))
                    }
                }
            } else {
                // A folder in others.
                let path = try Collections.path(tx, of: row.collection)
                guard path.last?.parentID == nil else { return nil }
                rights = try Grants.rights(tx, on: path.map(\.id), of: owner, for: asker, now: now)
            }
            guard rights.contains(.read) else { return nil }
            return SeenMount(mount: row.mount, collection: row.collection, owner: owner, rights: rights)
        }
    }

    /// One mount with its collection, where it is to be seen; whether it may be read is not asked.
    package static func place(
        _ tx: borrowing ReadTransaction, in home: CollectionID, name: String
    ) throws -> (mount: Mount, collection: Collection)? {
        try tx.first(
            """
            SELECT c.id, c.parent_id, c.owner_id, c.kind, c.name, c.modseq, c.log_floor, c.epoch, c.components,
                c.member_count, c.created, c.modified, c.origin, c.visible_past, c.visible_future, m.name
            FROM mount m JOIN collection c ON c.id = m.collection_id
            WHERE m.home_id = $1 AND m.name = $2 AND m.is_hidden = 0 AND c.trashed IS NULL
            """, [.integer(home.rawValue), .text(name)]
        ) { row in
            let collection = try Collections.read(row)
            return (Mount(home: home, name: row.text(15), collection: collection.id), collection)
        }
    }

    /// How much is shared in a home, hidden or not; no more than `limit` is counted.
    package static func count(_ tx: borrowing ReadTransaction, in home: CollectionID, upTo limit: Int) throws -> Int {
        let counted = try tx.first(
            "SELECT COUNT(*) FROM (SELECT 1 FROM mount WHERE home_id = $1 LIMIT $2) AS counted",
            [.integer(home.rawValue), .integer(Int64(max(1, limit)))]) { $0.integer(0) }
        return Int(clamping: counted ?? 0)
    }

    private static func rows(
        _ tx: borrowing ReadTransaction, in home: CollectionID
    ) throws -> [(mount: Mount, collection: Collection, isBelowHome: Bool)] {
        try tx.all(
            """
            SELECT c.id, c.parent_id, c.owner_id, c.kind, c.name, c.modseq, c.log_floor, c.epoch, c.components,
                c.member_count, c.created, c.modified, c.origin, c.visible_past, c.visible_future, m.name, p.parent_id
            FROM mount m JOIN collection c ON c.id = m.collection_id JOIN collection p ON p.id = c.parent_id
            WHERE m.home_id = $1 AND m.is_hidden = 0 AND c.trashed IS NULL AND p.trashed IS NULL ORDER BY m.name
            """, [.integer(home.rawValue)]
        ) { row in
            let collection = try Collections.read(row)
            return (Mount(home: home, name: row.text(15), collection: collection.id), collection, row.isNull(16))
        }
    }

    /// What is granted on what is shared there and on what that is in, as far as it may reach the asker.
    private static func grants(
        _ tx: borrowing ReadTransaction, in home: CollectionID, to asker: Asker
    ) throws -> [CollectionID: [Grant]] {
        var grants: [CollectionID: [Grant]] = [:]
        try tx.forEach(
            """
            WITH RECURSIVE reached (id) AS (
                SELECT p.id FROM principal p WHERE p.id = $2 UNION SELECT g.group_id FROM group_member g JOIN reached r ON g.member_id = r.id
            ), place (id) AS (
                SELECT m.collection_id FROM mount m WHERE m.home_id = $1
                UNION SELECT c.parent_id FROM mount m JOIN collection c ON c.id = m.collection_id WHERE m.home_id = $1
            )
            SELECT a.collection_id, a.grantee, a.rights, a.expires
            FROM place JOIN access_grant a ON a.collection_id = place.id
            WHERE a.grantee <= 0 OR a.grantee IN (SELECT id FROM reached)
            """, [.integer(home.rawValue), .integer(asker.id.rawValue)]
        ) { row in
            let grant = Grants.read(row)
            grants[grant.collection, default: []].append(grant)
            return true
        }
        return grants
    }
}

package import Database
package import Directory

/// The shared collections in the homes of those who may read them.
///
/// What stands in a home follows from the grants, to a user, to groups, to everybody; it is worked out when somebody looks
/// at the home after a change (`isStale`, `refresh`), and written down, so that the home's log tells what came and went. So a
/// group may have any number of members, and a grant that ends by its date needs nobody who waits for that. The
/// mount is only a place: whether its collection may be read is judged by the grants at every request.
package enum Mounts {
    /// In one home; those with the lowest numbers.
    package static let maximumPerHome = 1_000

    // MARK: Finding

    /// Nil also where the sharee has deleted it from the home.
    package static func find(_ tx: borrowing ReadTransaction, in home: CollectionID, name: String) throws -> Mount? {
        try tx.first(
            """
            SELECT home_id, name, collection_id FROM mount WHERE home_id = $1 AND name = $2 AND is_hidden = 0
            """, [.integer(home.rawValue), .text(name)], row: read)
    }

    /// Those that are to be seen, by name.
    package static func all(_ tx: borrowing ReadTransaction, in home: CollectionID) throws -> [Mount] {
        try tx.all(
            "SELECT home_id, name, collection_id FROM mount WHERE home_id = $1 AND is_hidden = 0 ORDER BY name",
            [.integer(home.rawValue)], row: read)
    }

    private static func read(_ row: borrowing Row) -> Mount {
        Mount(
            home: CollectionID(rawValue: row.integer(0)), name: row.text(1),
            collection: CollectionID(rawValue: row.integer(2)))
    }

    /// Whether a name in a home is a mount's, also a hidden one's.
    static func hasName(_ tx: borrowing ReadTransaction, in home: CollectionID, _ name: String) throws -> Bool {
        try tx.first(
            "SELECT 1 FROM mount WHERE home_id = $1 AND name = $2", [.integer(home.rawValue), .text(name)]
        ) { _ in true } ?? false
    }

    // MARK: Following the grants

    /// Whether the home's mounts may be others than those that are written down.
    package static func isStale(_ tx: borrowing ReadTransaction, in home: CollectionID, now: Milliseconds) throws -> Bool {
        try tx.first(
            """
            SELECT r.generation, s.generation, s.next_expiry
            FROM rights_state r LEFT JOIN mount_state s ON s.home_id = $1 WHERE r.id = 1
            """, [.integer(home.rawValue)]
        ) { row in
            row.optionalInteger(1) != row.integer(0) || (row.optionalInteger(2).map { $0 <= now } ?? false)
        } ?? false
    }

    /// What the grants say, against what is written down: each difference is a row of the home's log.
    package static func refresh(
        _ tx: borrowing WriteTransaction, in home: Collection, for asker: Asker, now: Milliseconds
    ) throws {
        guard let kind = home.kind.mountedKind else { return }
        let generation = try RightsGeneration.current(tx.read)
        let (wanted, nextExpiry) = try granted(tx.read, kind, to: asker, now: now)
        var versions: [CollectionID: Int64] = [:]
        for (id, version) in wanted.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            if versions.count == maximumPerHome { break }
            versions[id] = version
        }
        let rows = try tx.read.all(
            "SELECT name, collection_id, told_version, is_hidden FROM mount WHERE home_id = $1 ORDER BY name",
            [.integer(home.id.rawValue)]
        ) { (name: $0.text(0), id: CollectionID(rawValue: $0.integer(1)), version: $0.integer(2), isHidden: $0.flag(3)) }
        for row in rows {
            guard let version = versions.removeValue(forKey: row.id) else {
                try remove(tx, row.name, row.id, in: home, isHidden: row.isHidden, now: now)
                continue
            }
            if version == row.version { continue }
            if !row.isHidden { try tell(tx, row.name, in: home.id, isRemoval: false, now: now) }
            try tx.execute(
                "UPDATE mount SET told_version = $3 WHERE home_id = $1 AND name = $2",
                [.integer(home.id.rawValue), .text(row.name), .integer(version)])
        }
        for (id, version) in versions.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            try add(tx, id, version, in: home, now: now)
        }
        try tx.execute(
            """
            INSERT INTO mount_state (home_id, generation, next_expiry) VALUES ($1, $2, $3)
            ON CONFLICT (home_id) DO UPDATE SET generation = excluded.generation, next_expiry = excluded.next_expiry
            """, [.integer(home.id.rawValue), .integer(generation), Value(nextExpiry)])
    }

    /// The collections of a kind that the asker may read by grants on themselves, with their property versions; and when the
    /// first of those grants ends.
    private static func granted(
        _ tx: borrowing ReadTransaction, _ kind: CollectionKind, to asker: Asker, now: Milliseconds
    ) throws -> (wanted: [CollectionID: Int64], nextExpiry: Milliseconds?) {
        var wanted: [CollectionID: Int64] = [:]
        var nextExpiry: Milliseconds?
        let grantees = asker.closure.map(\.rawValue).sorted() + [Grantee.signedIn.rawValue, Grantee.everybody.rawValue]
        for grantee in grantees {
            try tx.forEach(
                """
                SELECT g.collection_id, g.rights, g.expires, c.property_version, p.domain
                FROM access_grant g JOIN collection c ON c.id = g.collection_id JOIN principal p ON p.id = c.owner_id
                WHERE g.grantee = $1 AND c.kind = $2 AND c.owner_id <> $3 AND c.trashed IS NULL
                """, [.integer(grantee), .text(kind.rawValue), .integer(asker.id.rawValue)]
            ) { row in
                // What is open to everybody is not put before those of other domains: they find it by its URL.
                if grantee <= 0, row.text(4) != asker.domain { return true }
                guard Rights(rawValue: row.integer(1)).contains(.read) else { return true }
                if let expires = row.optionalInteger(2) {
                    if expires <= now { return true }
                    nextExpiry = min(nextExpiry ?? expires, expires)
                }
                wanted[CollectionID(rawValue: row.integer(0))] = row.integer(3)
                return true
            }
        }
        // What stands in something that is in the trash is there no more.
        for id in wanted.keys {
            if let collection = try Collections.find(tx, id), try Collections.isReachable(tx, collection) { continue }
            wanted[id] = nil
        }
        return (wanted, nextExpiry)
    }

    private static func add(
        _ tx: borrowing WriteTransaction, _ id: CollectionID, _ version: Int64, in home: Collection, now: Milliseconds
    ) throws {
        // The name tells nothing of the owner's: it stands in tombstones after the right is gone.
        var name = "shared-\(id.rawValue)"
        while try Collections.isTaken(tx.read, name, in: home) { name += "-" }
        try tx.execute(
            "INSERT INTO mount (home_id, name, collection_id, told_version) VALUES ($1, $2, $3, $4)",
            [.integer(home.id.rawValue), .text(name), .integer(id.rawValue), .integer(version)])
        try tell(tx, name, in: home.id, isRemoval: false, now: now)
    }

    private static func remove(
        _ tx: borrowing WriteTransaction, _ name: String, _ id: CollectionID, in home: Collection, isHidden: Bool,
        now: Milliseconds
    ) throws {
        if !isHidden { try tell(tx, name, in: home.id, isRemoval: true, now: now) }
        try tx.execute(
            "DELETE FROM mount WHERE home_id = $1 AND name = $2", [.integer(home.id.rawValue), .text(name)])
        try tx.execute(
            "DELETE FROM mount_property WHERE home_id = $1 AND collection_id = $2",
            [.integer(home.id.rawValue), .integer(id.rawValue)])
    }

    private static func tell(
        _ tx: borrowing WriteTransaction, _ name: String, in home: CollectionID, isRemoval: Bool, now: Milliseconds
    ) throws {
        try ChangeLog.record(
            tx, in: home, name: name, isRemoval: isRemoval, isCollection: true, memberDelta: 0, now: now)
    }

    // MARK: Changing

    /// The sharee deletes it from the home: the right stays, and nothing of the owner's is touched.
    package static func hide(_ tx: borrowing WriteTransaction, _ mount: Mount, now: Milliseconds) throws {
        let changed = try tx.execute(
            "UPDATE mount SET is_hidden = 1 WHERE home_id = $1 AND name = $2 AND is_hidden = 0",
            [.integer(mount.home.rawValue), .text(mount.name)])
        if changed > 0 { try tell(tx, mount.name, in: mount.home, isRemoval: true, now: now) }
    }

    /// What a principal has deleted from its home may come back.
    static func forgetHidden(_ tx: borrowing WriteTransaction, of collection: CollectionID, by sharee: PrincipalID) throws {
        try tx.execute(
            """
            DELETE FROM mount WHERE collection_id = $1 AND is_hidden = 1
                AND home_id IN (SELECT id FROM collection WHERE owner_id = $2 AND parent_id IS NULL)
            """, [.integer(collection.rawValue), .integer(sharee.rawValue)])
    }

    /// Properties changed that all see: who has the collection in their homes is told when they look there.
    static func sharedPropertiesChanged(_ tx: borrowing WriteTransaction, of collection: CollectionID) throws {
        let changed = try tx.execute(
            """
            UPDATE collection SET property_version = property_version + 1
            WHERE id = $1 AND EXISTS (SELECT 1 FROM mount WHERE collection_id = $1)
            """, [.integer(collection.rawValue)])
        if changed > 0 { try RightsGeneration.advance(tx) }
    }

    /// The sharee's own properties changed.
    package static func propertiesChanged(_ tx: borrowing WriteTransaction, of mount: Mount, now: Milliseconds) throws {
        try tell(tx, mount.name, in: mount.home, isRemoval: false, now: now)
    }

    /// A home is about to go, for good. Mounts of a collection that goes are removed when their homes are looked at, which
    /// tells of it.
    static func removeAll(_ tx: borrowing WriteTransaction, in home: CollectionID) throws {
        let id = Value.integer(home.rawValue)
        try tx.execute("DELETE FROM mount WHERE home_id = $1", [id])
        try tx.execute("DELETE FROM mount_property WHERE home_id = $1", [id])
        try tx.execute("DELETE FROM mount_state WHERE home_id = $1", [id])
    }
}

extension CollectionKind {
    /// What of others may stand in a home of this kind.
    package var mountedKind: CollectionKind? {
        switch self {
        case .calendarHome: .calendar
        case .bookHome: .book
        case .fileHome: .folder
        case .calendar, .book, .folder: nil
        }
    }
}

package import Database
import Directory

/// The shared collections in the homes of those who may read them.
///
/// What stands in a home follows from the grants, to a user, to groups, to everybody; it is worked out when somebody looks
/// at the home after a change (`MountFreshness`, `refresh`), and written down, so that the home's log tells what came and went. So a
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

    /// Where a collection stands in a home, also where the sharee has deleted it from there.
    package static func find(
        _ tx: borrowing ReadTransaction, in home: CollectionID, of collection: CollectionID
    ) throws -> Mount? {
        try tx.first(
            "SELECT home_id, name, collection_id FROM mount WHERE collection_id = $1 AND home_id = $2",
            [.integer(collection.rawValue), .integer(home.rawValue)], row: read)
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

    /// What is written down and what the grants say, where they differ.
    package struct Differences: Sendable {
        fileprivate var gone: [Written] = []
        fileprivate var changed: [(row: Written, version: Int64)] = []
        fileprivate var new: [(id: CollectionID, version: Int64)] = []
        /// When the first grant that matters ends; nil: none does.
        package fileprivate(set) var nextExpiry: Milliseconds?

        package var isEmpty: Bool { gone.isEmpty && changed.isEmpty && new.isEmpty }
    }

    /// A mount as it is written down.
    fileprivate struct Written: Sendable {
        var name: String
        var id: CollectionID
        var toldVersion: Int64
        var isHidden: Bool
    }

    package static func differences(
        _ tx: borrowing ReadTransaction, in home: Collection, for asker: Asker, now: Milliseconds
    ) throws -> Differences {
        var differences = Differences()
        guard let kind = home.kind.mountedKind else { return differences }
        let (wanted, nextExpiry) = try granted(tx, kind, to: asker, now: now)
        differences.nextExpiry = nextExpiry
        var versions = Dictionary(
            uniqueKeysWithValues: wanted.sorted { $0.key.rawValue < $1.key.rawValue }.prefix(maximumPerHome).map { ($0.key, $0.value) })
        let rows = try tx.all(
            "SELECT name, collection_id, told_version, is_hidden FROM mount WHERE home_id = $1 ORDER BY name",
            [.integer(home.id.rawValue)]
        ) {
            Written(
                name: $0.text(0), id: CollectionID(rawValue: $0.integer(1)), toldVersion: $0.integer(2), isHidden: $0.flag(3))
        }
        for row in rows {
            guard let version = versions.removeValue(forKey: row.id) else {
                differences.gone.append(row)
                continue
            }
            if version != row.toldVersion { differences.changed.append((row, version)) }
        }
        differences.new = versions.sorted { $0.key.rawValue < $1.key.rawValue }.map { ($0.key, $0.value) }
        return differences
    }

    /// Writes down what the grants say: each difference is a row of the home's log.
    package static func refresh(
        _ tx: borrowing WriteTransaction, in home: Collection, for asker: Asker, now: Milliseconds
    ) throws {
        let differences = try differences(tx.read, in: home, for: asker, now: now)
        for row in differences.gone { try remove(tx, row, in: home, now: now) }
        for (row, version) in differences.changed {
            if !row.isHidden { try tell(tx, row.name, in: home.id, isRemoval: false, now: now) }
            try tx.execute(
                "UPDATE mount SET told_version = $3 WHERE home_id = $1 AND name = $2",
                [.integer(home.id.rawValue), .text(row.name), .integer(version)])
        }
        for (id, version) in differences.new { try add(tx, id, version, in: home, now: now) }
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
                    AND (c.origin IS NULL OR c.origin <> 'address-directory')
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
        // What stands in something that is in the trash is there no more; only folders can.
        if kind != .folder { return (wanted, nextExpiry) }
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
        while try Collections.isTaken(tx.read, name, in: home)
            || home.kind.holdsMembers && Members.find(tx.read, in: home.id, name: name) != nil
        {
            name += "-"
        }
        try tx.execute(
            "INSERT INTO mount (home_id, name, collection_id, told_version) VALUES ($1, $2, $3, $4)",
            [.integer(home.id.rawValue), .text(name), .integer(id.rawValue), .integer(version)])
        try tell(tx, name, in: home.id, isRemoval: false, now: now)
    }

    private static func remove(
        _ tx: borrowing WriteTransaction, _ row: Written, in home: Collection, now: Milliseconds
    ) throws {
        if !row.isHidden { try tell(tx, row.name, in: home.id, isRemoval: true, now: now) }
        try tx.execute(
            "DELETE FROM mount WHERE home_id = $1 AND name = $2", [.integer(home.id.rawValue), .text(row.name)])
        try tx.execute(
            "DELETE FROM mount_property WHERE home_id = $1 AND collection_id = $2",
            [.integer(home.id.rawValue), .integer(row.id.rawValue)])
    }

    private static func tell(
        _ tx: borrowing WriteTransaction, _ name: String, in home: CollectionID, isRemoval: Bool, now: Milliseconds
    ) throws {
        try ChangeLog.recordMount(tx, in: home, name: name, isRemoval: isRemoval, now: now)
    }

    // MARK: Changing

    /// The sharee deletes it from the home: the right stays, and nothing of the owner's is touched.
    package static func hide(_ tx: borrowing WriteTransaction, _ mount: Mount, now: Milliseconds) throws {
        let changed = try tx.rowsChanged(
            by: "UPDATE mount SET is_hidden = 1 WHERE home_id = $1 AND name = $2 AND is_hidden = 0",
            [.integer(mount.home.rawValue), .text(mount.name)])
        if changed > 0 { try tell(tx, mount.name, in: mount.home, isRemoval: true, now: now) }
        try Invitations.declined(tx, mount)
    }

    /// The sharee has it back in the home.
    static func show(_ tx: borrowing WriteTransaction, _ mount: Mount, now: Milliseconds) throws {
        let changed = try tx.rowsChanged(
            by: "UPDATE mount SET is_hidden = 0 WHERE home_id = $1 AND name = $2 AND is_hidden = 1",
            [.integer(mount.home.rawValue), .text(mount.name)])
        if changed > 0 { try tell(tx, mount.name, in: mount.home, isRemoval: false, now: now) }
    }

    /// What a principal has deleted from its home comes back; the home's log tells it when somebody looks there.
    static func forgetHidden(_ tx: borrowing WriteTransaction, of collection: CollectionID, by sharee: PrincipalID) throws {
        try tx.execute(
            """
            UPDATE mount SET is_hidden = 0, told_version = -1 WHERE collection_id = $1 AND is_hidden = 1
                AND home_id IN (SELECT id FROM collection WHERE owner_id = $2 AND parent_id IS NULL)
            """, [.integer(collection.rawValue), .integer(sharee.rawValue)])
    }

    /// Properties changed that all see: who has the collection in their homes is told when they look there.
    static func sharedPropertiesChanged(_ tx: borrowing WriteTransaction, of collection: CollectionID) throws {
        let changed = try tx.rowsChanged(
            by: """
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
    }
}

extension CollectionKind {
    /// What of others may stand in a home of this kind.
    package var mountedKind: CollectionKind? {
        switch self {
        case .calendarHome: .calendar
        case .bookHome: .book
        case .fileHome: .folder
        case .calendar, .book, .folder, .notifications: nil
        }
    }
}

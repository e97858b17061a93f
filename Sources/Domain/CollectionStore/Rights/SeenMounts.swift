package import Database
package import Directory
import Locks

/// Another's collection as it stands in a home, with whose it is and what the sharee may do with it.
package struct SeenMount: Sendable {
    package var mount: Mount
    package var collection: Collection
    package var owner: PrincipalReference
    package var rights: Rights
}

/// Whose what is shared in a home is, and what the sharee may do with it, as of a state of grants, groups and principals: as long as that
/// is the same, a listing of the home asks only for the collections themselves.
package final class SeenMounts: Sendable {
    /// What the grants say of one collection in its place.
    private struct Known: Sendable {
        var id: CollectionID
        var parent: CollectionID?
        var owner: PrincipalReference
        var rights: Rights
    }

    private struct Entry: Sendable {
        var shares: RightsGeneration.Shares
        /// When the first of the grants ends; nil: none does.
        var until: Milliseconds?
        /// In the order of the names in the home.
        var known: [Known] = []
        /// Whether all that was there is known: of a folder in others, which may be moved, nothing is kept.
        var isComplete = true
    }

    private struct State {
        var homes: [CollectionID: Entry] = [:]
        /// Of all of `homes`.
        var count = 0
    }

    private let state = Guarded(State())
    private let capacity: Int

    /// - Parameter capacity: shared collections in all homes together.
    package init(capacity: Int = 200_000) { self.capacity = max(1, capacity) }

    /// What is kept does not say all of what there is.
    private struct IsUnknown: Error {}

    /// All that are to be seen in a home and may be read, by name. It costs a few questions, however many there are.
    ///
    /// - Parameters:
    ///   - tooMany: is called before more than so many are looked at.
    ///   - asker: is asked for where their groups must be known.
    package func list(
        _ tx: borrowing ReadTransaction, in home: Collection, now: Milliseconds, above limit: Int = .max, tooMany: () throws -> Void = {},
        asker: () throws -> Asker
    ) throws -> [SeenMount] {
        // Where nothing is known there may be nothing to be asked.
        let kept = state.withLock { $0.homes[home.id] }
        let shares = try kept.map { _ in try RightsGeneration.ofShares(tx) }
        if let kept, kept.isComplete, kept.shares == shares, kept.until.map({ now < $0 }) ?? true {
            if let seen = try Self.known(tx, in: home, kept.known, above: limit, tooMany) { return seen }
        }
        let places = try Mounts.places(tx, in: home, above: limit, tooMany) { place in place }
        if places.isEmpty { return [] }
        return try look(tx, at: places, in: home.id, shares ?? RightsGeneration.ofShares(tx), by: asker(), now: now)
    }

    /// By what is kept; nil where that is not enough.
    private static func known(
        _ tx: borrowing ReadTransaction, in home: Collection, _ known: [Known], above limit: Int, _ tooMany: () throws -> Void
    ) throws -> [SeenMount]? {
        do {
            var seen: [SeenMount] = []
            seen.reserveCapacity(known.count)
            var rest = known.startIndex
            _ = try Mounts.places(tx, in: home, above: limit, tooMany) { place in
                // Mostly the next one: what was there and is not any more is passed over.
                while rest < known.endIndex, known[rest].id != place.collection.id { rest += 1 }
                guard rest < known.endIndex, known[rest].parent == place.collection.parentID,
                    known[rest].owner.principal.id == place.collection.owner else { throw IsUnknown() }
                let (owner, rights) = (known[rest].owner, known[rest].rights)
                rest += 1
                if rights.contains(.read) {
                    seen.append(SeenMount(mount: place.mount, collection: place.collection, owner: owner, rights: rights))
                }
            }
            return seen
        } catch is IsUnknown {
            return nil
        }
    }

    private func look(
        _ tx: borrowing ReadTransaction, at rows: [Mounts.Place], in home: CollectionID, _ shares: RightsGeneration.Shares, by asker: Asker,
        now: Milliseconds
    ) throws -> [SeenMount] {
        let owners = try LocalDirectory.find(tx, all: Set(rows.map(\.collection.owner))).mapValues(PrincipalReference.init)
        let grants = try Mounts.grants(tx, in: home, to: asker)
        var entry = Entry(shares: shares)
        for grant in grants.values.joined() {
            if let expires = grant.expires, now < expires { entry.until = min(entry.until ?? expires, expires) }
        }
        var seen: [SeenMount] = []
        for row in rows {
            guard let reference = owners[row.collection.owner] else { continue }
            let owner = reference.principal
            var rights: Rights = owner.id == asker.id ? .all : []
            if row.isBelowHome {
                for id in [row.collection.id, row.collection.parentID].compactMap({ $0 }) {
                    for grant in grants[id] ?? [] {
                        rights.formUnion(grant.rights(of: asker, ownerDomain: owner.domain, now: now))
                    }
                }
                entry.known.append(Known(id: row.collection.id, parent: row.collection.parentID, owner: reference, rights: rights))
            } else {
                entry.isComplete = false
                let path = try Collections.path(tx, of: row.collection)
                guard path.last?.parentID == nil else { continue }
                rights = try Grants.rights(tx, on: path.map(\.id), of: owner, for: asker, now: now)
            }
            if rights.contains(.read) {
                seen.append(SeenMount(mount: row.mount, collection: row.collection, owner: reference, rights: rights))
            }
        }
        keep(entry, of: home)
        return seen
    }

    private func keep(_ entry: Entry, of home: CollectionID) {
        state.withLock { state in
            // All anew: what is still asked for is back soon.
            if state.count + entry.known.count > capacity { state = State() }
            state.count += entry.known.count - (state.homes[home]?.known.count ?? 0)
            state.homes[home] = entry
        }
    }
}

extension Mounts {
    /// One shared collection in its home.
    struct Place {
        var mount: Mount
        var collection: Collection
        /// Whether it stands in its owner's home, and not deeper.
        var isBelowHome: Bool
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

    /// What stands in a home, by name.
    fileprivate static func places<T>(
        _ tx: borrowing ReadTransaction, in home: Collection, above limit: Int, _ tooMany: () throws -> Void,
        _ make: (borrowing Place) throws -> T
    ) throws -> [T] {
        var count = 0
        func counted(_ place: borrowing Place) throws -> T {
            if count == limit { try tooMany() }
            count += 1
            return try make(place)
        }
        return home.kind == .fileHome ? try folders(tx, in: home.id, counted) : try calendarsOrBooks(tx, in: home.id, counted)
    }

    /// These stand in homes, which are in no trash.
    private static func calendarsOrBooks<T>(
        _ tx: borrowing ReadTransaction, in home: CollectionID, _ make: (borrowing Place) throws -> T
    ) throws -> [T] {
        try tx.all(
            """
            SELECT c.id, c.parent_id, c.owner_id, c.kind, c.name, c.modseq, c.log_floor, c.epoch, c.components,
                c.member_count, c.created, c.modified, c.origin, c.visible_past, c.visible_future, m.name
            FROM mount m JOIN collection c ON c.id = m.collection_id
            WHERE m.home_id = $1 AND m.is_hidden = 0 AND c.trashed IS NULL ORDER BY m.name
            """, [.integer(home.rawValue)]) { try make(place(of: $0, in: home, isBelowHome: true)) }
    }

    /// These may stand in others.
    private static func folders<T>(
        _ tx: borrowing ReadTransaction, in home: CollectionID, _ make: (borrowing Place) throws -> T
    ) throws -> [T] {
        try tx.all(
            """
            SELECT c.id, c.parent_id, c.owner_id, c.kind, c.name, c.modseq, c.log_floor, c.epoch, c.components,
                c.member_count, c.created, c.modified, c.origin, c.visible_past, c.visible_future, m.name, p.parent_id
            FROM mount m JOIN collection c ON c.id = m.collection_id JOIN collection p ON p.id = c.parent_id
            WHERE m.home_id = $1 AND m.is_hidden = 0 AND c.trashed IS NULL AND p.trashed IS NULL ORDER BY m.name
            """, [.integer(home.rawValue)]) { try make(place(of: $0, in: home, isBelowHome: $0.isNull(16))) }
    }

    private static func place(of row: borrowing Row, in home: CollectionID, isBelowHome: Bool) throws -> Place {
        let collection = try Collections.read(row)
        return Place(
            mount: Mount(home: home, name: row.text(15), collection: collection.id), collection: collection, isBelowHome: isBelowHome)
    }

    /// What is granted on what is shared there and on what that is in, as far as it may reach the asker.
    fileprivate static func grants(
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

package import Database
import Locks

/// Keeps a copy of the directory in a storage: principals with their addresses, entries and memberships, under the same ids. Passwords are
/// not copied, nor what a storage counts itself (`used_bytes`). One direction only: nothing but this changes these rows in a storage.
///
/// A copy is as of some change of the directory, whose number the storage keeps. Each step begins there and ends at a later one in one
/// transaction of the storage, so that several processes may copy at once, and any may end at any time.
package final class DirectoryMirror: Sendable {
    /// What must go before a principal does: what it owns and is granted.
    package typealias Removal = @Sendable (borrowing WriteTransaction, PrincipalID) throws -> Void

    private struct Entry: Equatable {
        var principal: Principal
        var isHidden: Bool
        var created: Int64
        var link: DirectoryLink?
        var seen: Int64
        var memberships: [Membership]
    }

    private struct Membership: Equatable {
        var group: PrincipalID
        var directory: String?
        var joined: Int64?
    }

    private let source: any Database
    private let target: any Database
    private let isLeftOut: @Sendable (Principal) -> Bool
    private let removal: Removal
    /// The last change that is known to be copied.
    private let known = Guarded<Int64?>(nil)
    /// The caches of this process that read the storage.
    private let caches = Guarded<[PrincipalCache]>([])

    private static let batch = 200

    /// - Parameter isLeftOut: which principals each database has of its own.
    package init(
        from source: any Database, to target: any Database, leavingOut isLeftOut: @escaping @Sendable (Principal) -> Bool,
        removal: @escaping Removal
    ) {
        self.source = source
        self.target = target
        self.isLeftOut = isLeftOut
        self.removal = removal
    }

    /// A cache that is to forget what is copied.
    package func tell(_ cache: PrincipalCache) { caches.withLock { $0.append(cache) } }

    /// Copies what has changed; one read where nothing has.
    package func bring() throws {
        while true {
            let last = try source.read { tx in try DirectoryChanges.last(tx) }
            if known.withLock({ $0 }) == last { return }
            let position = try target.read { tx in try Self.position(tx) }
            if let position {
                if position >= last { return known.withLock { $0 = last } }
                try copyChanges(after: position)
            } else {
                try copyAll(upTo: last)
            }
        }
    }

    /// Calls `body` with those who are not here as they are in the source, which must have been copied (`bring`) and not have changed since.
    package func forEachDifference(_ body: (PrincipalID) -> Void) throws {
        var after: Int64 = 0
        while true {
            let page = try page(after: after)
            guard let end = page.last?.id.rawValue else { return }
            after = end
            let here = try target.read { tx in try page.map { id, entry in entry == nil ? nil : try self.entry(tx, id) } }
            for ((id, entry), copy) in zip(page, here) where entry != copy { body(id) }
        }
    }

    /// Whether a principal is here.
    package func has(_ id: PrincipalID) throws -> Bool {
        try target.read { tx in try has(tx, id) }
    }

    private func has(_ tx: borrowing ReadTransaction, _ id: PrincipalID) throws -> Bool {
        try tx.first("SELECT 1 FROM principal WHERE id = $1", [.integer(id.rawValue)]) { _ in true } ?? false
    }

    // MARK: Steps

    private func copyChanges(after position: Int64) throws {
        let (changes, entries) = try source.read { tx in
            let changes = try DirectoryChanges.page(tx, after: position, limit: Self.batch)
            return (changes, try changes.map { try entry(tx, $0.id) })
        }
        guard let end = changes.last?.number else { return }
        try target.write { tx in
            // Another process may have gone on meanwhile: what was read may be old then.
            guard try Self.position(tx.read) == position else { return }
            for (change, entry) in zip(changes, entries) { try apply(tx, change.id, entry) }
            try Self.setPosition(tx, end)
        }
    }

    private func copyAll(upTo last: Int64) throws {
        var after: Int64 = 0
        while true {
            let page = try page(after: after)
            guard let end = page.last?.id.rawValue else { break }
            after = end
            try target.write { tx in
                guard try Self.position(tx.read) == nil else { return }
                for (id, entry) in page { try apply(tx, id, entry) }
            }
        }
        try target.write { tx in
            if try Self.position(tx.read) == nil { try Self.setPosition(tx, last) }
        }
    }

    /// Some of the source's principals after one, in the order of their ids; without an entry those that are not copied.
    private func page(after id: Int64) throws -> [(id: PrincipalID, entry: Entry?)] {
        try source.read { tx in
            let ids = try tx.all(
                "SELECT id FROM principal WHERE id > $1 ORDER BY id LIMIT $2", [.integer(id), .integer(Int64(Self.batch))]
            ) { PrincipalID(rawValue: $0.integer(0)) }
            return try ids.map { ($0, try entry(tx, $0)) }
        }
    }

    private static func position(_ tx: borrowing ReadTransaction) throws -> Int64? {
        try tx.first("SELECT position FROM storage_identity WHERE id = 1") { $0.optionalInteger(0) } ?? nil
    }

    private static func setPosition(_ tx: borrowing WriteTransaction, _ number: Int64) throws {
        try tx.execute("UPDATE storage_identity SET position = $1 WHERE id = 1", [.integer(number)])
    }

    // MARK: One principal

    private func entry(_ tx: borrowing ReadTransaction, _ id: PrincipalID) throws -> Entry? {
        guard let principal = try LocalDirectory.find(tx, id), !isLeftOut(principal) else { return nil }
        let created = try tx.first("SELECT created FROM principal WHERE id = $1", [.integer(id.rawValue)]) { $0.integer(0) } ?? 0
        let link = try DirectoryAccounts.link(tx, of: id)
        let seen = try tx.first("SELECT seen FROM directory_account WHERE principal_id = $1", [.integer(id.rawValue)]) { $0.integer(0) }
        return Entry(
            principal: principal, isHidden: try LocalDirectory.isHidden(tx, id), created: created, link: link, seen: seen ?? 0, memberships: try Self.memberships(tx, of: id))
    }

    private static func memberships(_ tx: borrowing ReadTransaction, of id: PrincipalID) throws -> [Membership] {
        try tx.all(
            "SELECT group_id, directory, joined FROM group_member WHERE member_id = $1 ORDER BY group_id", [.integer(id.rawValue)]
        ) {
            Membership(group: PrincipalID(rawValue: $0.integer(0)), directory: $0.optionalText(1), joined: $0.optionalInteger(2))
        }
    }

    private func apply(_ tx: borrowing WriteTransaction, _ id: PrincipalID, _ entry: Entry?) throws {
        let number = Value.integer(id.rawValue)
        guard let entry else {
            guard try LocalDirectory.find(tx.read, id) != nil else { return }
            try removal(tx, id)
            try LocalDirectory().remove(tx, id)
            return try forget(tx, id)
        }
        let principal = entry.principal
        let wasOwn = try has(tx.read, id) && DirectoryAccounts.link(tx.read, of: id) == nil
        var groups: [PrincipalID] = []
        try tx.execute(
            """
            INSERT INTO principal (id, kind, domain, name, display_name, is_administrator, is_disabled, must_change_password,
                quota_bytes, used_bytes, created, storage, is_hidden)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, $10, $11, $12)
            ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, domain = excluded.domain, name = excluded.name,
                display_name = excluded.display_name, is_administrator = excluded.is_administrator,
                is_disabled = excluded.is_disabled, must_change_password = excluded.must_change_password,
                quota_bytes = excluded.quota_bytes, storage = excluded.storage, is_hidden = excluded.is_hidden
            """,
            [
                number, .text(principal.kind.rawValue), .text(principal.domain), .text(principal.name),
                .text(principal.displayName), Value(principal.isAdministrator), Value(principal.isDisabled),
                Value(principal.mustChangePassword), Value(principal.quotaBytes), .integer(entry.created), Value(principal.storage),
                Value(entry.isHidden),
            ])
        try tx.execute("DELETE FROM address WHERE principal_id = $1", [number])
        for (position, address) in principal.addresses.enumerated() {
            // It may have been another's, whose own change comes later.
            try tx.execute("DELETE FROM address WHERE address = $1", [.text(address)])
            try tx.execute(
                "INSERT INTO address (address, principal_id, position) VALUES ($1, $2, $3)",
                [.text(address), number, .integer(Int64(position))])
        }
        try tx.execute("DELETE FROM directory_account WHERE principal_id = $1", [number])
        if let link = entry.link {
            try tx.execute(
                "DELETE FROM directory_account WHERE directory = $1 AND entry_id = $2", [.text(link.directory), .text(link.entryID)])
            try DirectoryAccounts.insert(tx, id, link, seen: entry.seen)
        }
        let memberships = try Self.memberships(tx.read, of: id)
        if memberships != entry.memberships {
            groups = Set(memberships.map(\.group)).symmetricDifference(entry.memberships.map(\.group)).sorted { $0.rawValue < $1.rawValue }
            try tx.execute("DELETE FROM group_member WHERE member_id = $1", [number])
            for membership in entry.memberships {
                try tx.execute(
                    "INSERT INTO group_member (group_id, member_id, directory, joined) VALUES ($1, $2, $3, $4)",
                    [.integer(membership.group.rawValue), number, Value(membership.directory), Value(membership.joined)])
            }
            try RightsGeneration.advanceMemberships(tx)
        }
        try forget(tx, id)
        // Each storage has address lists of its own.
        if wasOwn || entry.link == nil { try OwnChanges.note(tx, id) }
        try OwnChanges.note(tx, ownOf: groups)
    }

    private func forget(_ tx: borrowing WriteTransaction, _ id: PrincipalID) throws {
        try RightsGeneration.advancePrincipals(tx)
        let caches = caches.withLock { $0 }
        if caches.isEmpty { return LocalDirectory().forget(tx, id) }
        for cache in caches { LocalDirectory(cache: cache).forget(tx, id) }
    }
}

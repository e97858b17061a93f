package import CollectionStore
package import Database
package import Directory

/// Whom the lists of a domain keep from somebody: those whom their directory hides, and those of units that they may not see.
package struct ListVisibility: Sendable {
    /// Those that they may read.
    package let lists: [AddressList]
    private let asker: PrincipalID
    /// Whether there is nobody of whom they are not told.
    package let keepsNothing: Bool
    private let hasUnits: Bool

    /// - Parameter canRead: whether the asker may read a list's book.
    package init(
        _ tx: borrowing ReadTransaction, for asker: Principal, canRead: (CollectionID) throws -> Bool
    ) throws {
        let all = try AddressLists.all(tx, domain: asker.domain)
        self.asker = asker.id
        lists = try all.filter { try canRead($0.collection) }
        keepsNothing = all.isEmpty
        hasUnits = all.contains { !$0.unit.isEmpty }
    }

    /// The same by the grants alone, for who asks elsewhere than by WebDAV.
    package init(_ tx: borrowing ReadTransaction, for asker: Principal, _ memberships: MembershipCache, now: Milliseconds) throws {
        let reader = Asker(asker, closure: try memberships.closure(tx, of: asker.id))
        try self.init(tx, for: asker) { id in
            guard let book = try Collections.find(tx, id), let path = try Collections.reachedBy(tx, book),
                let owner = try LocalDirectory.find(tx, book.owner) else { return false }
            return try Grants.rights(tx, on: path, of: owner, for: reader, now: now).contains(.read)
        }
    }

    /// Whether the asker is not to be told of a principal where others are listed.
    package func conceals(_ tx: borrowing ReadTransaction, _ principal: Principal) throws -> Bool {
        if keepsNothing || principal.id == asker { return false }
        let key = try Self.key(tx, of: principal)
        let entry = [Value.text(key.directory), .text(key.id)]
        let isHidden = try tx.first(
            "SELECT 1 FROM address_list_hidden WHERE directory = $1 AND entry_id = $2 LIMIT 1", entry) { _ in true }
        if isHidden == true { return true }
        guard hasUnits else { return false }
        // Of one in no list nothing is known: a group without an address, or somebody who came a moment ago.
        let places = try tx.all(
            """
            SELECT l.collection_id, l.unit FROM address_list_entry e JOIN address_list l ON l.collection_id = e.list_id
            WHERE e.directory = $1 AND e.entry_id = $2 AND e.state <> 2
            """, entry) { (list: CollectionID(rawValue: $0.integer(0)), unit: $0.text(1)) }
        return !places.isEmpty && !places.contains { place in
            place.unit.isEmpty || lists.contains { $0.collection == place.list }
        }
    }

    /// The entry that a principal is.
    package static func key(_ tx: borrowing ReadTransaction, of principal: Principal) throws -> ListedEntryKey {
        if let link = try DirectoryAccounts.link(tx, of: principal.id) {
            return ListedEntryKey(directory: link.directory, id: link.entryID)
        }
        return ListedEntryKey(directory: LocalBackend.reservedName, id: "\(principal.id.rawValue)")
    }

    /// The principals that somebody in a list is.
    package static func principals(_ tx: borrowing ReadTransaction, of person: ListedPerson) throws -> [Principal] {
        try person.entries.compactMap { key in
            guard key.directory == LocalBackend.reservedName else {
                return try DirectoryAccounts.principal(tx, of: DirectoryLink(directory: key.directory, entryID: key.id))
            }
            return try Int64(key.id).flatMap { try LocalDirectory.find(tx, PrincipalID(rawValue: $0)) }
        }
    }
}

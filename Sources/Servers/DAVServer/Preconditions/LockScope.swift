import CollectionStore
import Database
import Directory

/// RFC 4918 §6 and §7: which locks reach a resource.
enum LockScope {
    /// The locks that reach what is, or would be, at `location`: its own, and deep ones from above.
    static func covering(_ tx: borrowing ReadTransaction, _ location: Location, now: Milliseconds) throws -> [Lock] {
        let ancestors = try ancestors(tx, of: location)
        if let collection = location.collection {
            return try inherited(tx, ancestors, now: now)
                + Locks.rooted(tx, in: collection.id, now: now).filter { $0.memberName == nil }
        }
        guard let parent = location.parent else { return [] }
        return try inherited(tx, ancestors, now: now)
            + Locks.rooted(tx, in: parent.id, now: now).filter { isName($0.memberName, location.name) }
    }

    /// The collections that it stands in. To what is shared the URL leads past those of its owner.
    private static func ancestors(_ tx: borrowing ReadTransaction, of location: Location) throws -> [Collection] {
        guard let mount = location.access.mount, let shared = try Collections.find(tx, mount.collection) else {
            return location.ancestors
        }
        return try Array(Collections.path(tx, of: shared).dropFirst()) + location.ancestors.dropFirst()
    }

    /// The locks that reach a collection, found from below.
    static func covering(_ tx: borrowing ReadTransaction, _ collection: Collection, now: Milliseconds) throws -> [Lock] {
        guard try Locks.isAnyHeld(tx) else { return [] }
        var ancestors: [Collection] = []
        var current = collection
        while let id = current.parentID, let parent = try Collections.find(tx, id) {
            ancestors.append(parent)
            current = parent
        }
        return try inherited(tx, ancestors, now: now)
            + Locks.rooted(tx, in: collection.id, now: now).filter { $0.memberName == nil }
    }

    /// For a listing: the locks on names in `collection`, and the deep ones that reach all of them.
    static func ofMembers(_ tx: borrowing ReadTransaction, in collection: Collection, now: Milliseconds) throws -> [Lock] {
        guard try Locks.isAnyHeld(tx) else { return [] }
        return try covering(tx, collection, now: now).filter(\.isDeep)
            + Locks.rooted(tx, in: collection.id, now: now).filter { $0.memberName != nil }
    }

    /// The locks on a collection itself: RFC 4918 §7.4, they protect which members it has.
    static func ofMembership(_ tx: borrowing ReadTransaction, of collection: Collection, now: Milliseconds) throws -> [Lock] {
        try Locks.rooted(tx, in: collection.id, now: now).filter { $0.memberName == nil }
    }

    /// All locks at `collection` and below.
    static func inside(_ tx: borrowing ReadTransaction, _ collection: Collection, now: Milliseconds) throws -> [Lock] {
        try Collections.subtree(tx, of: collection).flatMap { try Locks.rooted(tx, in: $0.id, now: now) }
    }

    /// Those of them that still hold somebody up: who may not change what is there any more (a grant ended, a group lost a
    /// member) locks nothing.
    static func effective(
        _ tx: borrowing ReadTransaction, _ locks: [Lock], _ exchange: Exchange
    ) throws -> [Lock] {
        try locks.filter { lock in
            guard lock.owner != exchange.principal.id, let collection = try Collections.find(tx, lock.collection),
                collection.owner != lock.owner else { return true }
            guard let holder = try LocalDirectory.find(tx, lock.owner) else { return false }
            let rights = try exchange.locator.asSeen(by: holder).rights(tx, on: lock.collection)
            return rights.contains(.writeContent) || lock.memberName != nil && rights.contains(.bind)
        }
    }

    private static func inherited(
        _ tx: borrowing ReadTransaction, _ ancestors: [Collection], now: Milliseconds
    ) throws -> [Lock] {
        try ancestors.flatMap { try Locks.rooted(tx, in: $0.id, now: now) }.filter { $0.memberName == nil && $0.isDeep }
    }

    /// By bytes: two ways of writing a letter are two names.
    private static func isName(_ a: String?, _ b: String) -> Bool { a.map { $0.utf8.elementsEqual(b.utf8) } ?? false }
}

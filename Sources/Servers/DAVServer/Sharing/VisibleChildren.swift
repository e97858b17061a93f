import CollectionStore
import Database
import Directory

/// A collection in a collection, as the asker sees it.
struct VisibleChild: Sendable {
    var collection: Collection
    /// The last segment of its URL in this tree.
    var name: String
    var access: Access
}

/// The collections in a collection: its own, and in the asker's home those that others share with them.
enum VisibleChildren {
    /// By name.
    ///
    /// - Parameter tooMany: is called before more than so many are looked at.
    static func list(
        _ tx: borrowing ReadTransaction, _ locator: Locator, of parent: Collection, _ access: Access,
        above limit: Int = .max, tooMany: () throws -> Void = {}
    ) throws -> [VisibleChild] {
        let children = try Collections.children(tx, of: parent.id)
        if children.count > limit { try tooMany() }
        if access.owner?.id == locator.asker.id {
            let own = children.map { VisibleChild(collection: $0, name: $0.name, access: access) }
            if !parent.kind.isHome { return own }
            let mounts = try Mounts.count(tx, in: parent.id, upTo: limit)
            if mounts == 0 { return own }
            if children.count + mounts > limit { try tooMany() }
            return merged(own, try shared(tx, locator, in: parent))
        }
        return try children.map { try child(tx, locator, $0, access) }
    }

    /// A collection in one that is seen with `access`: what is granted on itself comes to that.
    static func child(
        _ tx: borrowing ReadTransaction, _ locator: Locator, _ child: Collection, _ access: Access
    ) throws -> VisibleChild {
        var access = access
        if let owner = access.owner, owner.id != locator.asker.id {
            access.rights.formUnion(
                try Grants.rights(tx, on: [child.id], of: owner, for: try locator.view(tx), now: locator.now))
        }
        return VisibleChild(collection: child, name: child.name, access: access)
    }

    /// What others share with the asker.
    private static func shared(
        _ tx: borrowing ReadTransaction, _ locator: Locator, in home: Collection
    ) throws -> [VisibleChild] {
        try locator.seenMounts.list(tx, in: home, now: locator.now, asker: { try locator.view(tx) }).map { seen in
            VisibleChild(
                collection: seen.collection, name: seen.mount.name,
                access: Access(tree: locator.asker, owner: seen.owner, rights: seen.rights, mount: seen.mount))
        }
    }

    /// Two lists by name as one.
    private static func merged(_ a: [VisibleChild], _ b: [VisibleChild]) -> [VisibleChild] {
        if b.isEmpty { return a }
        var merged: [VisibleChild] = []
        merged.reserveCapacity(a.count + b.count)
        var rest = b[...]
        for child in a {
            while let other = rest.first, other.name.utf8.lexicographicallyPrecedes(child.name.utf8) {
                merged.append(other)
                rest.removeFirst()
            }
            merged.append(child)
        }
        return merged + rest
    }

    /// What a mount shows; nil where it may not be read any more.
    static func child(
        _ tx: borrowing ReadTransaction, _ locator: Locator, _ mount: Mount, as asker: Asker
    ) throws -> VisibleChild? {
        guard let (collection, access) = try locator.shared(tx, mount, as: asker) else { return nil }
        return VisibleChild(collection: collection, name: mount.name, access: access)
    }
}

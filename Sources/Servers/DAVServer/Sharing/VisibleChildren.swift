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
            let shared = parent.kind.isHome
                ? try locator.seenMounts.list(
                    tx, in: parent, now: locator.now, above: max(0, limit - children.count), tooMany: tooMany,
                    asker: { try locator.view(tx) }) : []
            return merged(children, access, shared)
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

    /// What is the asker's own in a home of theirs, and what others share with them, by name.
    private static func merged(_ own: [Collection], _ access: Access, _ shared: [SeenMount]) -> [VisibleChild] {
        var children: [VisibleChild] = []
        children.reserveCapacity(own.count + shared.count)
        var rest = own[...]
        func append(_ collection: Collection) {
            children.append(VisibleChild(collection: collection, name: collection.name, access: access))
        }
        for seen in shared {
            while let collection = rest.first, collection.name.utf8.lexicographicallyPrecedes(seen.mount.name.utf8) {
                append(collection)
                rest = rest.dropFirst()
            }
            children.append(VisibleChild(
                collection: seen.collection, name: seen.mount.name,
                access: Access(tree: access.treeReference, owner: seen.owner, rights: seen.rights, mount: seen.mount)))
        }
        rest.forEach(append)
        return children
    }

    /// What a mount shows; nil where it may not be read any more.
    static func child(
        _ tx: borrowing ReadTransaction, _ locator: Locator, _ mount: Mount, as asker: Asker
    ) throws -> VisibleChild? {
        guard let (collection, access) = try locator.shared(tx, mount, as: asker) else { return nil }
        return VisibleChild(collection: collection, name: mount.name, access: access)
    }
}

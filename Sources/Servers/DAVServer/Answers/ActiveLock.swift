import CollectionStore
import Database
import Directory
import XML

/// RFC 4918 §14.1.
enum ActiveLock {
    static func write(_ lock: Lock, now: Milliseconds, root: Href, to out: inout XMLWriter) {
        out.open(.dav(.activelock))
        out.open(.dav(.locktype))
        out.empty(.dav(.write))
        out.close(.dav(.locktype))
        out.open(.dav(.lockscope))
        out.empty(.dav(lock.isExclusive ? .exclusive : .shared))
        out.close(.dav(.lockscope))
        out.open(.dav(.depth))
        out.text(lock.isDeep ? "infinity" : "0")
        out.close(.dav(.depth))
        if let owner = lock.ownerXML { out.raw(owner) }
        out.open(.dav(.timeout))
        out.text("Second-\(max(0, (lock.expires - now) / 1000))")
        out.close(.dav(.timeout))
        out.open(.dav(.locktoken))
        out.open(.dav(.href))
        out.text(lock.token)
        out.close(.dav(.href))
        out.close(.dav(.locktoken))
        out.open(.dav(.lockroot))
        out.href(root)
        out.close(.dav(.lockroot))
        out.close(.dav(.activelock))
    }

    /// The same for the one who is held up by it: a lock on what they are not shown is told as one on its collection, and names
    /// nothing in it.
    static func shownRoot(
        _ tx: borrowing ReadTransaction, _ lock: Lock, _ access: Access, to exchange: Exchange
    ) throws -> Href {
        var lock = lock
        if let name = lock.memberName, lock.owner != exchange.principal.id, let collection = try Collections.find(tx, lock.collection),
            let visibility = exchange.visibility(of: collection, access), let member = try Members.find(tx, in: collection.id, name: name),
            try !visibility.shows(tx, member) {
            lock.memberName = nil
        }
        return try root(tx, lock, access)
    }

    /// The URL of a lock's root in the tree of who asks, found from the lock. One above what is shared has no URL there: it is told
    /// as one on the shared collection.
    static func root(_ tx: borrowing ReadTransaction, _ lock: Lock, _ access: Access) throws -> Href {
        var names: [String] = []
        var current = try Collections.find(tx, lock.collection)
        while let collection = current, let parent = collection.parentID, !access.isMountPoint(collection) {
            names.append(collection.name)
            current = try Collections.find(tx, parent)
        }
        guard let tree = access.tree, let top = current else { return Href() }
        if let mount = access.mount, let home = try Collections.find(tx, mount.home), let container = Container(homeKind: home.kind) {
            var href = Href.home(container, of: tree).collection(mount.name)
            guard access.isMountPoint(top) else { return href }
            for name in names.reversed() { href.appendCollection(name) }
            if let name = lock.memberName { href.appendMember(name) }
            return href
        }
        guard let container = Container(homeKind: top.kind) else { return Href() }
        var href = Href.home(container, of: tree)
        for name in names.reversed() { href.appendCollection(name) }
        if let name = lock.memberName { href.appendMember(name) }
        return href
    }
}

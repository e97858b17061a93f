import CollectionStore
import DAVGrammar
import XML

/// RFC 4918 §15.8 and §15.10.
extension PropertyTable {
    static let locking: [LiveProperty] = [
        LiveProperty(
            name: .dav(.supportedlock), isInAllprop: true,
            member: { _, _, _, out in
                writeSupportedLock(to: &out)
                return true
            },
            resource: { _, source, out in
                guard source.collection != nil else { return false }
                writeSupportedLock(to: &out)
                return true
            }),
        LiveProperty(
            name: .dav(.lockdiscovery), isInAllprop: true,
            member: { tx, member, scope, out in
                for lock in scope.locks where lock.memberName.map({ member.name.elementsEqual($0.utf8) }) ?? true {
                    ActiveLock.write(lock, now: scope.exchange.now, root: try ActiveLock.root(tx, lock, scope.access), to: &out)
                }
                return true
            },
            resource: { tx, source, out in
                guard let collection = source.collection else { return false }
                let locks = try LockScope.covering(tx, collection, now: source.exchange.now)
                for lock in try LockScope.effective(tx, locks, source.exchange) {
                    let isOwn = lock.collection == collection.id
                    let root = isOwn ? source.href : try ActiveLock.root(tx, lock, source.access)
                    ActiveLock.write(lock, now: source.exchange.now, root: root, to: &out)
                }
                return true
            }),
    ]

    private static func writeSupportedLock(to out: inout XMLWriter) {
        for scope in [DAV.exclusive, DAV.shared] {
            out.open(.dav(.lockentry))
            out.open(.dav(.lockscope))
            out.empty(.dav(scope))
            out.close(.dav(.lockscope))
            out.open(.dav(.locktype))
            out.empty(.dav(.write))
            out.close(.dav(.locktype))
            out.close(.dav(.lockentry))
        }
    }
}

import CollectionStore
import Database
import Directory

/// Grants have changed since the mounts in the asker's home were written down. Whoever looks at the home brings them up to date
/// first, in a transaction of its own; the request then begins anew.
struct StaleMounts: Preparation {
    let home: Collection

    /// Throws `StaleMounts` where that is so.
    static func check(_ tx: borrowing ReadTransaction, _ location: Location, _ exchange: Exchange) throws {
        guard let home = location.collection, home.kind.isHome, location.owner?.id == exchange.principal.id,
            try !exchange.server.mountFreshness.isFresh(
                tx, home, exchange.server.memberships, of: exchange.principal, now: exchange.now)
        else { return }
        throw StaleMounts(home: home)
    }

    func perform(_ exchange: Exchange) throws {
        try exchange.write { tx in
            let asker = try exchange.locator.view(tx.read)
            try Mounts.refresh(tx, in: home, for: asker, now: exchange.now)
        }
    }
}

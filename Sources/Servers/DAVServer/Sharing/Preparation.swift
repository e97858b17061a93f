import CollectionStore
import DAVGrammar
import Database
import Directory

/// Something that has to be written before a request can be answered, in a transaction of its own; the request then begins anew.
protocol Preparation: Error {
    func perform(_ exchange: Exchange) throws
}

/// Nothing was ever told to the asker, who looks for it.
struct MissingNotifications: Preparation {
    static func check(_ tx: borrowing ReadTransaction, _ exchange: Exchange) throws {
        let path = exchange.path.segments
        guard path.count == 2, path[0] == Container.notifications.rawValue,
            try exchange.locator.anyPrincipal(tx, path[1])?.id == exchange.principal.id,
            try Notifications.collection(tx, of: exchange.principal.id) == nil else { return }
        throw MissingNotifications()
    }

    func perform(_ exchange: Exchange) throws {
        try exchange.write { tx in
            _ = try Notifications.makeCollection(tx, of: exchange.principal.id, now: exchange.now)
        }
    }
}

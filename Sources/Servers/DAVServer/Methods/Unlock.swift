import CollectionStore
import DAVGrammar
import Database
import Directory
import HTTPServer
import XML

/// RFC 4918 §9.11.
enum Unlock {
    static func respond(_ exchange: Exchange) throws -> HTTPResponse {
        guard let header = exchange.head.headers.first("lock-token"), let token = LockToken.parse(header) else {
            throw Reply(.badRequest, "A Lock-Token is needed.")
        }
        try exchange.write { tx in
            let location = try exchange.locate(tx.read)
            let locks = try LockScope.covering(tx.read, location, now: exchange.now)
            guard let lock = locks.first(where: { $0.token == token }) else {
                throw Reply(.conflict, condition: .dav(.lockTokenMatchesRequestURI), "There is no such lock here.")
            }
            // RFC 3744 §3.5: the locks of others can be removed with the privilege `unlock`, where the lock has its root.
            guard try lock.owner == exchange.principal.id
                || exchange.locator.rights(tx.read, on: lock.collection).contains(.unlock) else {
                throw Reply(needs: .dav(.unlock), at: try ActiveLock.shownRoot(tx.read, lock, location.access, to: exchange))
            }
            try Locks.remove(tx, token: lock.token)
        }
        return HTTPResponse(status: 204)
    }
}

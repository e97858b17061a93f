import CollectionStore
import Database
import Directory
import HTTPServer

/// RFC 9110 §9.3.5, RFC 4918 §9.6: what is deleted goes to the trash.
enum Delete {
    static func respond(_ exchange: Exchange) throws -> HTTPResponse {
        try exchange.write { tx in
            let (location, resource) = try exchange.find(tx.read)
            try WriteGuard.check(location, .removal)
            try Conditional.check(tx.read, exchange, location)
            // What another shares is taken out of the asker's home; nothing of the other's goes.
            if let mount = location.mountPoint {
                try Mounts.hide(tx, mount, now: exchange.now)
                return try InvitationReply.declined(tx, exchange, mount)
            }
            try LockGuard.check(tx.read, exchange, location, .removal)
            switch resource {
            case .member(let member):
                guard let parent = location.parent else { throw Reply(.notFound) }
                // What was told is in no trash.
                if parent.kind == .notifications { return try Members.discard(tx, member, in: parent, now: exchange.now) }
                try Members.remove(tx, member, in: parent, by: exchange.principal.id, now: exchange.now)
            case .collection(let collection):
                if collection.kind.isHome { throw Reply(.forbidden, "A home cannot be deleted.") }
                // RFC 4918 §9.6.1: no other depth than infinity.
                if let depth = exchange.head.headers.first("depth"), depth.lowercased() != "infinity" {
                    throw Reply(.badRequest, "A collection is deleted with all that is in it.")
                }
                try Collections.remove(tx, collection, now: exchange.now)
            case .root, .container, .principal, .proxy:
                throw Reply(.forbidden, "It cannot be deleted.")
            }
        }
        return HTTPResponse(status: 204)
    }
}

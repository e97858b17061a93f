import Bytes
import CollectionStore
import DAVGrammar
import Database
import HTTPServer
import XML

/// RFC 5995: a POST to a collection adds a member under a name that the server makes. One of XML shares (`PostSharing`).
enum Post {
    static func respond(_ exchange: Exchange) throws -> HTTPResponse {
        if let query = AttachmentQuery(exchange.path.query) { return try PostAttachment.respond(exchange, query) }
        let container = Container(rawValue: exchange.path.segments.first ?? "")
        if let container, PostSharing.isAsked(exchange, kind: container) { return try PostSharing.respond(exchange) }
        guard let kind = container?.memberKind else { throw Reply(.methodNotAllowed) }
        // Where nothing can be added, what is wrong with it is nobody's business.
        try exchange.read { tx in
            let location = try exchange.find(tx).location
            guard let collection = location.collection, collection.kind.holdsMembers else {
                throw Reply(.methodNotAllowed, "Nothing can be added here.")
            }
            if collection.isReadOnly || !location.access.rights.contains(.bind) {
                throw Reply(needs: .dav(.bind), at: location.href)
            }
        }
        let incoming = try IncomingObject(exchange, kind: kind)
        let name = UUIDText.make(exchange.server.random(16)) + ending(of: kind)
        let (href, etag) = try exchange.write { tx -> (Href, String?) in
            let (location, _) = try exchange.find(tx.read)
            guard let collection = location.collection, collection.kind.holdsMembers else {
                throw Reply(.methodNotAllowed, "Nothing can be added here.")
            }
            if !location.access.rights.contains(.bind) { throw Reply(needs: .dav(.bind), at: location.href) }
            try Conditional.check(tx.read, exchange, location)
            var place = location
            place.ancestors.append(collection)
            (place.name, place.resource) = (name, nil)
            try LockGuard.check(tx.read, exchange, place, .creation)
            return (place.href, try incoming.put(tx, exchange, in: collection, at: place, existing: nil).etag)
        }
        // RFC 8144 §3.1: a POST that adds a member is one of the methods that can answer with what they made.
        if exchange.preferences.isRepresentation,
            var made = try Get.representation(exchange, status: .created, at: (exchange.path.segments + [name], href.text)) {
            made.headers.append(("Location", href.text))
            return made
        }
        return Put.response(.created, etag: etag, location: href)
    }

    private static func ending(of kind: CollectionKind) -> String {
        switch kind {
        case .calendar: ".ics"
        case .book: ".vcf"
        case .folder, .fileHome, .calendarHome, .bookHome, .notifications: ""
        }
    }
}

import Bytes
import CollectionStore
import DAVGrammar
import Database
import Directory
import HTTPServer
import XML

/// RFC 9110 §9.3.4, RFC 4918 §9.7, RFC 4791 §5.3.2, RFC 6352 §6.3.2.
enum Put {
    static func respond(_ exchange: Exchange) throws -> HTTPResponse {
        do {
            return try put(exchange)
        } catch let refusal as Reply where refusal.status == .preconditionFailed && exchange.preferences.isRepresentation {
            // RFC 8144 §3.2: who lost a race gets what won it, and need not ask for it.
            return try Get.representation(exchange, status: .preconditionFailed) ?? refusal.response
        }
    }

    private static func put(_ exchange: Exchange) throws -> HTTPResponse {
        // RFC 9110 §14.4: a part must not be taken for the whole.
        if exchange.head.headers.first("content-range") != nil { throw Reply(.badRequest, "Content-Range cannot be PUT.") }
        // The first segment tells what kind of object it is to be, before anything is looked up.
        guard let kind = Container(rawValue: exchange.path.segments.first ?? "")?.memberKind else {
            throw Reply(.methodNotAllowed, "No object may be here.")
        }
        // A file is written to the disk before the transaction: not for a request that is refused anyhow.
        if kind == .folder { try exchange.read { tx in _ = try place(tx, exchange) } }
        let incoming: IncomingObject
        do {
            incoming = try IncomingObject(exchange, kind: kind)
        } catch {
            // Where nothing may be put, what is wrong with it is nobody's business.
            try exchange.read { tx in _ = try place(tx, exchange, mayKeepAlarms: false) }
            throw error
        }
        let (outcome, etag) = try exchange.write { tx in
            let ahead = incoming.foresee(tx.read, exchange)
            let (location, parent) = try place(tx.read, exchange)
            // What another shares is elsewhere.
            let isOwn = location.access.mount == nil && parent.owner == exchange.principal.id
            return try incoming.put(tx, exchange, in: parent, at: location, existing: location.member, ahead: isOwn ? ahead : nil)
        }
        // RFC 8144 §3.1, RFC 7240 §4.2.
        if exchange.preferences.isRepresentation,
            let representation = try Get.representation(exchange, status: outcome == .created ? .created : .ok) {
            return representation
        }
        return response(outcome, etag: etag)
    }

    /// Where the object is to be. Throws `Reply` where it may not be there. Who may only read a calendar that is not theirs keeps alarms of
    /// their own on what is in it: whether they change more is seen when it is put.
    private static func place(
        _ tx: borrowing ReadTransaction, _ exchange: Exchange, mayKeepAlarms: Bool = true
    ) throws -> (Location, Collection) {
        Locks.foresee(tx)
        let location = try exchange.locate(tx, missingParent: .conflict)
        if location.collection != nil { throw Reply(.methodNotAllowed, "It is a collection.") }
        guard let parent = location.parent, parent.kind.holdsMembers else {
            throw Reply(.methodNotAllowed, "No object may be here.")
        }
        let isForAlarms = mayKeepAlarms && location.member?.isMasked == false && location.access.rights.contains(.read)
            && exchange.locator.keepsOwnAlarms(in: parent)
        if !isForAlarms { try WriteGuard.check(location, location.member == nil ? .creation : .content) }
        try location.checkIsFree()
        try Conditional.check(tx, exchange, location)
        try LockGuard.check(tx, exchange, location, location.member == nil ? .creation : .content)
        return (location, parent)
    }

    /// 201 or 204 with the ETag: what is stored is what was sent, to the byte (RFC 4791 §5.3.4).
    static func response(_ outcome: Members.PutOutcome, etag: String?, location: Href? = nil) -> HTTPResponse {
        var headers: [(name: String, value: String)] = []
        if let etag { headers.append(("ETag", "\"\(etag)\"")) }
        if let location { headers.append(("Location", location.text)) }
        if outcome == .created { return HTTPResponse(status: 201, headers: headers) }
        return HTTPResponse(status: 204, headers: headers)
    }
}

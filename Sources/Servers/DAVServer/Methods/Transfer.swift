import Calendars
import CollectionStore
import Contacts
import DAVGrammar
import Database
import Directory
import HTTPServer
import XML

/// COPY and MOVE (RFC 4918 §9.8 and §9.9): one thing, but for what becomes of the source.
enum Transfer {
    static func respond(_ exchange: Exchange) throws -> HTTPResponse {
        let isMove = exchange.head.method == "MOVE"
        let target = try destination(exchange)
        let overwrites = try exchange.overwrites()
        let depth = try exchange.depth(absent: .infinity)
        let isCreation = try exchange.write { tx -> Bool in
            let (source, resource) = try exchange.find(tx.read)
            if isMove {
                if source.mountPoint != nil { throw Reply(.forbidden, "What another shares keeps its place.") }
                try WriteGuard.check(source, .removal)
            }
            try Conditional.check(tx.read, exchange, source)
            if isMove { try LockGuard.check(tx.read, exchange, source, .removal) }
            if source.collection != nil {
                if isMove, depth != .infinity { throw Reply(.badRequest, "A collection is moved with all that is in it.") }
                // RFC 4918 §9.8.3: of a collection 0 or infinity only.
                if depth == .one { throw Reply(.badRequest, "A collection is copied alone, or with all that is in it.") }
            }
            let place = try exchange.locator.locate(tx.read, target.segments, missingParent: .conflict)
            guard let parent = place.parent else { throw Reply(.forbidden, "Nothing can be put there.") }
            try WriteGuard.checkReplacement(place, isCopyOfObject: !isMove && source.member != nil)
            try place.checkIsFree()
            try LockGuard.check(tx.read, exchange, place, place.resource == nil ? .creation : .removal)
            if let there = place.resource {
                if isSame(there, resource) { throw Reply(.forbidden, "Source and destination are the same.") }
                if !overwrites { throw Reply(.preconditionFailed, "There is something at the destination.") }
                if try isNested(tx.read, there, resource) { throw Reply(.forbidden, "One is inside the other.") }
                try remove(tx, there, at: place, exchange)
            }
            // The rows that the removal changed must be read anew: a parent's position has moved.
            do {
                try transfer(tx, exchange, resource, source, to: parent, name: place.name, isMove: isMove, deeply: depth == .infinity)
            } catch let refusal as StoreRefusal {
                var reply = Reply(refusal, in: source.collection?.kind ?? parent.kind, at: destinationParent(target))
                // What may not be known is not named.
                if case .uidConflict(let name) = refusal, try place.access.conceals(tx.read, name, in: parent) { reply.hrefs = [] }
                throw reply
            }
            return place.resource == nil
        }
        let location = isCreation ? [(name: "Location", value: target.text)] : []
        // RFC 8144 §3.1: COPY and MOVE can answer with what is at the destination; of a collection there is nothing to answer with.
        if exchange.preferences.isRepresentation, var there = try Get.representation(
            exchange, status: isCreation ? .created : .ok, at: (target.segments, target.text)) {
            there.headers += location
            return there
        }
        return HTTPResponse(status: isCreation ? 201 : 204, headers: location)
    }

    private static func transfer(
        _ tx: borrowing WriteTransaction, _ exchange: Exchange, _ resource: Resource, _ source: Location,
        to parent: Collection, name: String, isMove: Bool, deeply: Bool
    ) throws {
        // What somebody takes out of another's collection is in the owner's trash, as if they had deleted it.
        let isTakenFromOthers = source.parent.map { $0.owner != exchange.principal.id && $0.owner != parent.owner } ?? false
        switch resource {
        case .collection(let collection):
            if collection.kind.isHome { throw Reply(.forbidden, "A home cannot be moved or copied.") }
            if collection.kind == .folder { try Admission.check(folder: collection, to: parent) }
            if isMove, !isTakenFromOthers {
                try Collections.move(tx, collection, to: parent, name: name, now: exchange.now)
                return
            }
            // It would be without what the asker does not see, of which only its owner's trash had a copy.
            if isMove, source.access.hidesPrivate(in: collection), try Members.anyIsPrivate(tx.read, in: collection.id) {
                throw Reply(needs: .dav(.read), at: source.href)
            }
            let copy = try Collections.copy(
                tx, collection, to: parent, name: name, deeply: deeply, shownBy: exchange.visibility(of: collection, source.access),
                now: exchange.now,
                copyMember: { try SharedObject(exchange).copy($0, $1, from: collection, to: $2, name: $1.name, with: $3) })
            if let mount = source.mountPoint { try PersonalProperties.adopt(tx, from: collection, mount, by: copy) }
            if isMove, let there = try Collections.find(tx.read, collection.id) {
                try Collections.remove(tx, there, now: exchange.now)
            }
        case .member(let member):
            guard parent.kind.holdsMembers, let from = source.parent else { throw Reply(.forbidden, "No object may be there.") }
            // The copy would have what the asker does not see.
            if member.isMasked { throw Reply(needs: .dav(.read), at: source.href) }
            try Admission.check(tx.read, member, from: from, to: parent)
            if isMove, !isTakenFromOthers {
                guard from.kind == .calendar else {
                    return try Members.move(tx, member, from: from, to: parent, name: name, now: exchange.now)
                }
                return try SharedObject(exchange).move(tx, member, from: from, to: parent, name: name)
            }
            if from.kind == .calendar {
                try SharedObject(exchange).copy(tx, member, from: from, to: parent, name: name)
            } else {
                try Members.copy(tx, member, to: parent, name: name, now: exchange.now)
            }
            if isMove { try Members.remove(tx, member, in: from, by: exchange.principal.id, now: exchange.now) }
        case .root, .container, .principal, .proxy: throw Reply(.forbidden, "It cannot be moved or copied.")
        }
    }

    private static func remove(
        _ tx: borrowing WriteTransaction, _ resource: Resource, at place: Location, _ exchange: Exchange
    ) throws {
        switch resource {
        case .member(let member):
            guard let parent = place.parent else { return }
            try Members.remove(tx, member, in: parent, by: exchange.principal.id, now: exchange.now)
        case .collection(let collection):
            if collection.kind.isHome { throw Reply(.forbidden, "A home cannot be replaced.") }
            try Collections.remove(tx, collection, now: exchange.now)
        case .root, .container, .principal, .proxy: throw Reply(.forbidden, "It cannot be replaced.")
        }
    }

    private static func isSame(_ a: Resource, _ b: Resource) -> Bool {
        switch (a, b) {
        case (.member(let a), .member(let b)): a.id == b.id
        case (.collection(let a), .collection(let b)): a.id == b.id
        default: false
        }
    }

    /// Whether one of the two is a collection that the other is in.
    private static func isNested(_ tx: borrowing ReadTransaction, _ a: Resource, _ b: Resource) throws -> Bool {
        guard case .collection(let outer) = a else { return false }
        switch b {
        case .collection(let inner):
            return try Collections.isInside(tx, inner, outer) || Collections.isInside(tx, outer, inner)
        case .member(let member):
            guard let holder = try Collections.find(tx, member.collectionID) else { return false }
            return try Collections.isInside(tx, holder, outer)
        default: return false
        }
    }

    /// RFC 4918 §10.3. Another host is no place that this server can write to (502), but behind a proxy it may only bear
    /// another name: what counts is the path, where the authority is the request's own or that of no server we know.
    private static func destination(_ exchange: Exchange) throws -> RequestPath {
        guard let header = exchange.head.headers.first("destination") else {
            throw Reply(.badRequest, "A Destination is needed.")
        }
        let destination: Destination
        do { destination = try Destination(header) } catch { throw Reply(.badRequest, "Destination: \(error)") }
        if let authority = destination.authority, !Quirks.isOwnAuthority(authority, exchange.head) {
            throw Reply(.badGateway, "The destination is on another server.")
        }
        return destination.path
    }

    private static func destinationParent(_ path: RequestPath) -> Href {
        var href = Href()
        for segment in path.segments.dropLast() { href.appendCollection(segment) }
        return href
    }
}

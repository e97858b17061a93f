import CollectionStore
import DAVGrammar
import Database
import Directory
import HTTPServer
import XML

/// Apple's calendarserver-sharing: a POST of XML to a calendar or book says with whom it is to be shared, one to a home what the
/// sharee answers. It is another face of the grants: what an owner grants so stands in the sharee's home at once, as all that is
/// shared does, since other clients know nothing of invitations. Who declines takes it out of the home.
enum PostSharing {
    /// Whether a request is one, by where it goes and what its body is.
    static func isAsked(_ exchange: Exchange, kind: Container) -> Bool {
        // Not `+xml`: a type of objects that is not served is refused as such.
        (kind == .calendars || kind == .contacts) && (exchange.isBody("application/xml") || exchange.isBody("text/xml"))
    }

    static func respond(_ exchange: Exchange) throws -> HTTPResponse {
        // Where nothing may be read nothing is there, whatever is sent.
        _ = try exchange.read { tx in try exchange.find(tx).location }
        return switch try SharingBody.parse(try exchange.bodyBytes()) {
        case .share(let changes): try share(exchange, changes)
        case .reply(let reply): try InvitationReply.respond(exchange, reply)
        }
    }

    // MARK: The sharer

    private static func share(_ exchange: Exchange, _ changes: [SharingBody.Change]) throws -> HTTPResponse {
        if changes.count > Grants.maximumPerCollection {
            throw Reply(
                .forbidden, condition: .dav(.limitedNumberOfAces), "There are at most \(Grants.maximumPerCollection) sharees.")
        }
        return try exchange.write { tx in
            let location = try exchange.find(tx.read).location
            guard let collection = location.collection, let owner = location.owner,
                collection.kind == .calendar || collection.kind == .book else {
                throw Reply(.forbidden, condition: .calendarServer(.validRequest), "Only calendars and books are shared so.")
            }
            // What one may grant, one may grant by an access list (RFC 3744 §3.7) and so.
            if !location.access.rights.contains(.writeACL) { throw Reply(needs: .dav(.writeACL), at: location.href) }
            try Conditional.check(tx.read, exchange, location)
            try LockGuard.check(tx.read, exchange, location, .content)
            let resolved = try resolve(tx.read, exchange, changes, on: collection)
            guard resolved.unknown.isEmpty else { return refusal(changes, unknown: resolved.unknown) }
            let documents = try InvitationDocuments(tx.read, of: collection, owner: owner, now: exchange.now)
            for (sharee, action) in resolved.actions {
                switch action {
                case .set(let isWriting, let commonName, let summary):
                    let rights = (isWriting ? Role.editor : Role.reader).rights
                    try set(tx, exchange, sharee, rights, commonName: commonName, summary: summary, documents)
                case .remove: try remove(tx, exchange, sharee, documents)
                }
            }
            if try Grants.all(tx.read, on: collection.id).count + resolved.new.listed.count > Grants.maximumPerCollection {
                throw StoreRefusal.tooManyGrants
            }
            try resolved.new.check()
            return HTTPResponse(status: 200, headers: [("Cache-Control", "no-cache")])
        }
    }

    /// Who is meant, each once: one that is both set and removed is set.
    private static func resolve(
        _ tx: borrowing ReadTransaction, _ exchange: Exchange, _ changes: [SharingBody.Change], on collection: Collection
    ) throws -> (actions: [(Principal, SharingBody.Change.Action)], unknown: Set<String>, new: NewGrantees) {
        var actions: [(Principal, SharingBody.Change.Action)] = []
        var places: [PrincipalID: Int] = [:]
        var unknown: Set<String> = []
        var new = NewGrantees()
        for change in changes {
            guard let found = try ShareeAddress.find(tx, change.href, on: collection, exchange), found.id != collection.owner else {
                // Who is not known has nothing that could be taken away.
                if change.action == .remove { continue }
                if let listed = try ShareeAddress.listed(tx, change.href, exchange) { new.add(listed) } else { unknown.insert(change.href) }
                continue
            }
            if let place = places[found.id] {
                if change.action != .remove { actions[place].1 = change.action }
                continue
            }
            places[found.id] = actions.count
            actions.append((found, change.action))
        }
        return (actions, unknown, new)
    }

    /// As Apple's server answers where somebody is not known: nothing is changed, and each row says for whose sake.
    private static func refusal(_ changes: [SharingBody.Change], unknown: Set<String>) -> HTTPResponse {
        var out = XMLWriter()
        out.openRoot(.dav(.multistatus))
        var told: Set<String> = []
        for change in changes where told.insert(change.href).inserted {
            out.open(.dav(.response))
            InvitationDocuments.text(.dav(.href), change.href, to: &out)
            out.status(unknown.contains(change.href) ? .forbidden : .failedDependency)
            out.close(.dav(.response))
        }
        out.close(.dav(.multistatus))
        return HTTPResponse(
            status: HTTPStatus.multiStatus.rawValue, headers: [("Content-Type", "application/xml; charset=utf-8")],
            body: .bytes(out.bytes))
    }

    private static func set(
        _ tx: borrowing WriteTransaction, _ exchange: Exchange, _ sharee: Principal, _ rights: Rights, commonName: String?,
        summary: String?, _ documents: InvitationDocuments
    ) throws {
        for text in [commonName, summary].compactMap({ $0 }) where text.utf8.count > Invitations.maximumTextLength {
            throw Reply(.forbidden, condition: .calendarServer(.validRequest), "A name has at most \(Invitations.maximumTextLength) bytes.")
        }
        let collection = documents.collection
        let known = try Invitations.sharees(tx.read, of: collection.id, only: sharee.id, now: exchange.now).first
        // One of a grant that ended, or lets nobody read any more, keeps its UID: the sharee may still have its notification.
        let uid = try known?.invitation?.uid ?? Invitations.find(tx.read, to: collection.id, for: sharee.id)?.uid
        var invitation = known?.invitation ?? Invitation(
            collection: collection.id, sharee: sharee.id, uid: uid ?? UUIDText.make(exchange.server.random(16)),
            // A group answers nothing. Who has it by a plain grant has nothing to answer either.
            isAccepted: sharee.kind == .group || known?.status == .accepted)
        let before = invitation
        if let commonName { invitation.commonName = commonName }
        if let summary { invitation.summary = summary }
        // calendarserver-sharing: who keeps what they have is not told.
        if let known, known.grant.rights == rights, known.status != .declined, known.invitation == nil || invitation == before {
            return
        }
        let grant = Grant(
            collection: collection.id, grantee: .principal(sharee.id), rights: rights, expires: known?.grant.expires)
        try Grants.set(tx, grant, on: collection, now: exchange.now)
        try Invitations.set(tx, invitation)
        // Its members may be any number: they find it in their homes.
        if sharee.kind == .group { return }
        try Notifications.post(
            tx, documents.invitation(invitation, to: sharee, rights: rights, invitation.isAccepted ? .accepted : .unanswered),
            to: sharee.id, now: exchange.now)
    }

    private static func remove(
        _ tx: borrowing WriteTransaction, _ exchange: Exchange, _ sharee: Principal, _ documents: InvitationDocuments
    ) throws {
        let collection = documents.collection
        let known = try Invitations.sharees(tx.read, of: collection.id, only: sharee.id, now: exchange.now).first
        // An invitation that nobody has answered goes with the grant, and is told no more.
        try Grants.remove(tx, .principal(sharee.id), on: collection, now: exchange.now)
        guard let known, let invitation = known.invitation, known.status == .accepted, sharee.kind != .group else { return }
        try Notifications.post(
            tx, documents.invitation(invitation, to: sharee, rights: known.grant.rights, .deleted), to: sharee.id,
            now: exchange.now)
    }
}

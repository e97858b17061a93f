import CollectionStore
import DAVGrammar
import Database
import Directory
import HTTPServer
import XML

/// What a sharee answers to an invitation (calendarserver-sharing, CS:invite-reply).
enum InvitationReply {
    static func respond(_ exchange: Exchange, _ reply: SharingBody.Reply) throws -> HTTPResponse {
        let href = try exchange.write { tx -> Href? in
            let location = try exchange.find(tx.read).location
            guard let home = location.collection, home.kind.isHome, location.owner?.id == exchange.principal.id else {
                throw Reply(.forbidden, condition: .calendarServer(.validRequest), "One answers in one's own home.")
            }
            // The UID names the invitation: the URL of the shared collection may be another by now.
            guard let invitation = try Invitations.find(tx.read, uid: reply.inReplyTo),
                invitation.sharee == exchange.principal.id,
                let collection = try Collections.find(tx.read, invitation.collection), collection.kind == home.kind.mountedKind,
                let mount = try Mounts.find(tx.read, in: home.id, of: collection.id)
            else { throw Reply(.forbidden, condition: .calendarServer(.invalidShare), "There is no such invitation.") }
            if reply.isAccepted {
                try Invitations.accept(tx, invitation, as: mount, now: exchange.now)
                try setTitle(tx, exchange, reply.summary, of: collection, mount)
            } else {
                try Mounts.hide(tx, mount, now: exchange.now)
            }
            try tell(tx, exchange, invitation, of: collection, isAccepted: reply.isAccepted, summary: reply.summary)
            return reply.isAccepted ? location.href.collection(mount.name) : nil
        }
        guard let href else { return HTTPResponse(status: 204) }
        var out = XMLWriter()
        out.openRoot(.calendarServer(.sharedAs))
        out.href(href)
        out.close(.calendarServer(.sharedAs))
        return HTTPResponse(
            status: 200, headers: [("Content-Type", "application/xml; charset=utf-8")], body: .bytes(out.bytes))
    }

    /// The sharee deletes the collection from the home: that declines, where there was an invitation.
    static func declined(_ tx: borrowing WriteTransaction, _ exchange: Exchange, _ mount: Mount) throws {
        guard let collection = try Collections.find(tx.read, mount.collection),
            let invitation = try Invitations.find(tx.read, to: collection.id, for: exchange.principal.id) else { return }
        try tell(tx, exchange, invitation, of: collection, isAccepted: false, summary: nil)
    }

    private static func tell(
        _ tx: borrowing WriteTransaction, _ exchange: Exchange, _ invitation: Invitation, of collection: Collection,
        isAccepted: Bool, summary: String?
    ) throws {
        guard let owner = try LocalDirectory.find(tx.read, collection.owner) else { return }
        let documents = try InvitationDocuments(tx.read, of: collection, owner: owner, now: exchange.now)
        let reply = documents.reply(to: invitation, of: exchange.principal, isAccepted: isAccepted, summary: bounded(summary))
        try Notifications.post(tx, reply, to: owner.id, now: exchange.now)
    }

    /// Apple's server calls the collection in the sharee's home as the answer does.
    private static func setTitle(
        _ tx: borrowing WriteTransaction, _ exchange: Exchange, _ summary: String?, of collection: Collection, _ mount: Mount
    ) throws {
        guard let summary = bounded(summary), summary != (try CollectionTitle.read(tx.read, of: collection)) else { return }
        let name = XMLName.dav(.displayname)
        var out = XMLWriter()
        out.openStandalone(name)
        out.text(summary)
        out.close(name)
        try MountProperties.set(tx, of: mount, namespace: name.namespace, name: name.local, value: out.bytes)
        try Mounts.propertiesChanged(tx, of: mount, now: exchange.now)
    }

    private static func bounded(_ summary: String?) -> String? {
        summary.flatMap { $0.utf8.count <= Invitations.maximumTextLength ? $0 : nil }
    }
}

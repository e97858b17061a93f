import Bytes
import Database
import Directory
import IMAPGrammar
import Mail

/// URLAUTH (RFC 4467): who may read a message gives others a URL by which they may fetch it, or a part of it.
///
/// Such a URL is bearer of a right: nothing is told of one that is not valid but that, whatever is missing.
extension Session {
    /// GENURLAUTH (RFC 4467 §7).
    func generateURLs(_ requests: [URLRequest]) throws -> Completion {
        let principal = try signedInPrincipal()
        guard requests.allSatisfy({ $0.mechanism.elementsEqual("INTERNAL".utf8) }) else { return .bad("INTERNAL is the only mechanism") }
        let mailboxes = try database.read { tx in try requests.map { try authorizableMailbox(tx, $0.url, principal) } }
        var urls: [[UInt8]] = []
        for (request, mailbox) in zip(requests, mailboxes) {
            // One answer for all faults: a URL of another's mailboxes must not tell whether there is one.
            guard let mailbox else { return .bad("a URL of a message that is yours to read, with who may use it, is expected") }
            let new = server.services.random(32)
            let known = try database.read { tx in try URLKeys.find(tx, of: mailbox, by: principal.id) }
            let key = try known ?? database.write { tx in try URLKeys.make(tx, of: mailbox, by: principal.id, random: new) }
            urls.append(request.url + [UInt8](":INTERNAL:".utf8) + key.token(of: request.url))
        }
        out.generatedURLs(urls)
        return .ok(nil, "done")
    }

    /// RFC 4467 §7: what is checked of a URL that is to be authorized.
    private func authorizableMailbox(
        _ tx: borrowing ReadTransaction, _ text: [UInt8], _ principal: Principal
    ) throws -> MailboxID? {
        guard let url = try? IMAPURL.parse(text), let user = url.server?.user, let name = url.mailbox, url.uid != nil,
            let authorization = url.authorization, authorization.verifier == nil, (try? BodySection.parse(url.section ?? [])) != nil,
            try somebody(tx, called: user)?.id == principal.id,
            let found = try knownMailbox(tx, name, of: principal), found.rights.contains(.read), found.mailbox.isSelectable,
            url.uidValidity.map({ $0 == found.mailbox.uidValidity }) ?? true
        else { return nil }
        switch authorization.access {
        case .submit(let user), .user(let user):
            return SignInName(String(utf8: user), defaultDomain: server.services.authenticator.defaultDomain) == nil ? nil : found.mailbox.id
        case .authenticatedUser, .anonymous: return found.mailbox.id
        }
    }

    /// As somebody signs in.
    private func somebody(_ tx: borrowing ReadTransaction, called name: [UInt8]) throws -> Principal? {
        guard let name = SignInName(String(utf8: name), defaultDomain: server.services.authenticator.defaultDomain) else { return nil }
        return try LocalDirectory.find(tx, name) ?? LocalDirectory.find(tx, address: name.description)
    }

    /// What somebody's name for a mailbox means; nil where it means nothing to them.
    private func knownMailbox(_ tx: borrowing ReadTransaction, _ name: WireName, of asker: Principal) throws -> FoundMailbox? {
        do {
            return try find(tx, name, as: asker)
        } catch is Refused {
            return nil
        } catch is MailRefusal {
            return nil
        }
    }

    /// RESETKEY (RFC 4467 §7).
    func resetKey(_ name: WireName?, _ mechanisms: [[UInt8]]) throws -> Completion {
        let principal = try signedInPrincipal()
        guard mechanisms.allSatisfy({ $0.elementsEqual("INTERNAL".utf8) }) else { return .no(.cannot, "INTERNAL is the only mechanism") }
        let new = server.services.random(32)
        try database.write { tx in
            guard let name else { return try URLKeys.removeAll(tx, by: principal.id) }
            let found = try find(tx.read, name)
            try require(.read, of: found)
            try URLKeys.reset(tx, of: found.mailbox.id, by: principal.id, random: new)
        }
        return .ok(name == nil ? nil : .urlMechanisms([]), "done")
    }

    /// URLFETCH (RFC 4467 §7).
    func fetchURLs(_ requests: [URLFetchRequest]) throws -> Completion {
        _ = try signedInPrincipal()
        return .running(URLFetchRun(requests))
    }

    /// What there is for a URL; nil where it is not valid, for whatever reason.
    func authorizedPart(_ tx: borrowing ReadTransaction, _ text: [UInt8]) throws -> ReferredPart? {
        guard let url = try? IMAPURL.parse(text), let rump = IMAPURL.rump(of: text), let authorization = url.authorization,
            let verifier = authorization.verifier
        else { return nil }
        let place = try authorizer(tx, url)
        let key = try place.flatMap { try URLKeys.find(tx, of: $0.mailbox.id, by: $0.principal.id) }
        // Where there is none the same is done with another: the time must not tell.
        let isRight = (key ?? URLKey([])).authorizes(Array(rump), token: verifier.token)
        guard isRight, key != nil, verifier.mechanism.elementsEqual("INTERNAL".utf8), let place else { return nil }
        // RFC 4467 §3: EXPIRE
        if let expires = authorization.expires, now / 1000 >= expires.seconds { return nil }
        guard try isAllowed(tx, authorization.access) else { return nil }
        return try referredPart(tx, url, in: place.mailbox)
    }

    /// Who has authorized a URL, with a mailbox that they still may read.
    private func authorizer(
        _ tx: borrowing ReadTransaction, _ url: IMAPURL
    ) throws -> (principal: Principal, mailbox: Mailbox)? {
        guard let user = url.server?.user, let name = url.mailbox, let owner = try somebody(tx, called: user), !owner.isDisabled,
            let found = try knownMailbox(tx, name, of: owner), found.rights.contains(.read), found.mailbox.isSelectable
        else { return nil }
        return (owner, found.mailbox)
    }

    /// RFC 5092 §6.1.1: who may use it. Nobody signs in here without a name, so `anonymous` is everybody who has.
    private func isAllowed(_ tx: borrowing ReadTransaction, _ access: IMAPURL.Access) throws -> Bool {
        switch access {
        case .anonymous, .authenticatedUser: true
        case .user(let name): try somebody(tx, called: name)?.id == signedInPrincipal().id
        // For a submission server, which signs in as itself: there is none yet.
        case .submit: false
        }
    }
}

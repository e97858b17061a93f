import Bytes
import CollectionStore
import Database
import Directory
import GlobalAddressList
import IMAPGrammar
import Mail

/// MYRIGHTS, GETACL, SETACL, DELETEACL, LISTRIGHTS (RFC 4314 §3).
extension Session {
    func myRights(_ name: WireName) throws -> Completion {
        // RFC 4314 §4: any of "l", "r", "i", "k", "x", "a"
        let found = try database.read { tx in try find(tx, name, by: [.insert, .createMailboxes, .deleteMailbox, .administer]) }
        out.myRights(name, found.rights.letters)
        return .ok(nil, "done")
    }

    func getACL(_ name: WireName) throws -> Completion {
        let asker = try signedInPrincipal()
        let (owner, entries) = try database.read { tx in
            let found = try find(tx, name, by: .administer)
            try require(.administer, of: found)
            let entries = try store.grants(tx, on: found.mailbox.id).compactMap { grant in
                try Identifiers.text(tx, of: grant.grantee, for: asker).map { ($0, grant.rights.letters) }
            }
            return (found.owner, entries)
        }
        // The owner's rights are no entry of the list; clients look for them there.
        let own = (Identifiers.text(of: owner), MailRights.all.letters)
        out.acl(name, ([own] + entries).map { (identifier: $0.0, rights: $0.1) })
        return .ok(nil, "done")
    }

    func setACL(_ name: WireName, _ identifier: [UInt8], _ change: RightsChange) throws -> Completion {
        // RFC 4314 §3.1: a right that is none is BAD.
        guard let rights = MailRights(letters: change.rights) else { return .bad("such rights there are not") }
        try changeACL(name, identifier) { old in
            switch change.kind {
            case .replace: rights
            case .add: old.union(rights)
            case .remove: old.subtracting(rights)
            }
        }
        return .ok(nil, "done")
    }

    func deleteACL(_ name: WireName, _ identifier: [UInt8]) throws -> Completion {
        try changeACL(name, identifier) { _ in [] }
        return .ok(nil, "done")
    }

    private func changeACL(_ name: WireName, _ identifier: [UInt8], _ change: (MailRights) -> MailRights) throws {
        do {
            try writeACL(name, identifier, change)
        } catch let new as NewGrantee {
            // Before they are made.
            if try server.services.listed?.isElsewhere(new.listed, than: signedInPrincipal().storage) ?? true { throw MailRefusal.otherStorage }
            guard try server.services.listed?.admit(new.listed) != nil else { throw Identifiers.nobody }
            try writeACL(name, identifier, change)
        }
    }

    private func writeACL(_ name: WireName, _ identifier: [UInt8], _ change: (MailRights) -> MailRights) throws {
        let asker = try signedInPrincipal()
        try database.write { tx in
            let found = try find(tx.read, name, by: .administer)
            try require(.administer, of: found)
            guard let grantee = try Identifiers.grantee(tx.read, identifier, for: asker) else {
                // Who is no principal yet has nothing that could be taken away.
                guard !change([]).isEmpty, let listed = try listed(tx.read, identifier) else { throw Identifiers.nobody }
                // What would be refused makes nobody; this transaction is undone.
                try store.setGrant(tx, MailGrant(grantee: .principal(.ofNobody), rights: change([])), on: found.mailbox.id)
                throw NewGrantee(listed: listed)
            }
            // Who shares with all shows names of their choice to all.
            if case .principal = grantee {} else if !server.configuration.isSharingWithAllAllowed, !change([]).isEmpty {
                throw Refused.no(.noPerm, "sharing with all is not allowed here")
            }
            let old = try store.grants(tx.read, on: found.mailbox.id).first { $0.grantee == grantee }?.rights ?? []
            try store.setGrant(tx, MailGrant(grantee: grantee, rights: change(old)), on: found.mailbox.id)
        }
    }

    func listRights(_ name: WireName, _ identifier: [UInt8]) throws -> Completion {
        let asker = try signedInPrincipal()
        let isOwner = try database.read { tx in
            let found = try find(tx, name, by: .administer)
            try require(.administer, of: found)
            guard let grantee = try Identifiers.grantee(tx, identifier, for: asker) else {
                if try listed(tx, identifier) == nil { throw Identifiers.nobody }
                return false
            }
            return grantee == .principal(found.owner.id)
        }
        if isOwner {
            // RFC 4314 §3.7: what cannot be taken away.
            out.listRights(name, identifier: identifier, required: MailRights.letters, optional: [])
        } else {
            out.listRights(name, identifier: identifier, required: [], optional: MailRights.letters.map { [$0] })
        }
        return .ok(nil, "done")
    }
}

/// Something is to be granted to somebody whom an address list has and who is no principal yet: they become that first.
private struct NewGrantee: Error {
    var listed: ListedPrincipal
}

extension Session {
    /// Whom an identifier means that is no principal's, of those whom the asker would find by searching.
    private func listed(_ tx: borrowing ReadTransaction, _ identifier: [UInt8]) throws -> ListedPrincipal? {
        let asker = try signedInPrincipal()
        guard let listed = server.services.listed, let name = try Identifiers.name(identifier, for: asker), name.domain == asker.domain else {
            return nil
        }
        return try listed.find(tx, name, try ListVisibility(tx, for: asker, mailPlace.memberships, now: now))
    }
}

/// Who is meant in an access control list: users and groups by their names, `authenticated`, `anyone` (RFC 4314 §2).
enum Identifiers {
    static func text(of principal: Principal) -> [UInt8] { Array("\(principal.name)@\(principal.domain)".utf8) }

    static func text(_ tx: borrowing ReadTransaction, of grantee: Grantee, for asker: Principal) throws -> [UInt8]? {
        switch grantee {
        case .everybody: return [UInt8]("anyone".utf8)
        case .signedIn: return [UInt8]("authenticated".utf8)
        // Who is no more has no name.
        case .principal(let id): return try LocalDirectory.find(tx, id).map { text(of: $0) }
        }
    }

    static let nobody = Refused.no(nil, "nobody has that name")

    /// Nil where no principal has the name.
    static func grantee(_ tx: borrowing ReadTransaction, _ sent: [UInt8], for asker: Principal) throws -> Grantee? {
        let text = String(utf8: sent)
        if text.lowercased() == "anyone" { return .everybody }
        if text.lowercased() == "authenticated" { return .signedIn }
        guard let name = try name(sent, for: asker) else { return nil }
        let principal = try LocalDirectory.find(tx, domain: name.domain, name: name.name)
            ?? LocalDirectory.find(tx, address: name.description)
        return principal.map { .principal($0.id) }
    }

    static func name(_ sent: [UInt8], for asker: Principal) throws -> SignInName? {
        let text = String(utf8: sent)
        // RFC 4314 §2: a `-` takes rights away; there is no such thing here.
        guard sent.first != 0x2D else { throw Refused.no(.cannot, "negative rights are not kept") }
        // Some servers write groups with a mark before the name.
        let name = text.hasPrefix("$") || text.hasPrefix("#") ? String(text.dropFirst()) : text
        return SignInName(name, defaultDomain: asker.domain)
    }
}

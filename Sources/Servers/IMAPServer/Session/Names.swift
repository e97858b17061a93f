import Bytes
import CollectionStore
import Database
import Directory
import IMAPGrammar
import Mail

/// A mailbox's name on the wire, which says whose it is, and in the store, where each owner has names of their own.
typealias WireName = IMAPGrammar.MailboxName
typealias StoredName = Mail.MailboxName

/// Where the names of others' mailboxes stand (RFC 2342): those of users, and those of the organisation (groups, rooms, resources).
enum Namespaces {
    static let separator = UInt8(ascii: "/")
    static let otherUsers = "Other Users"
    static let shared = "Shared"

    static func root(of owner: Principal) -> String { owner.kind == .user ? otherUsers : shared }

    /// `boris`, or with the domain where it is not the asker's.
    static func label(of owner: Principal, for asker: Principal) -> String {
        owner.domain == asker.domain ? owner.name : "\(owner.name)@\(owner.domain)"
    }

    static func prefix(of owner: Principal, for asker: Principal) -> String {
        owner.id == asker.id ? "" : "\(root(of: owner))/\(label(of: owner, for: asker))/"
    }
}

/// Whose mailbox a name is, whether it is there or not.
struct MailboxPlace {
    var owner: Principal
    var name: String
}

struct FoundMailbox {
    var owner: Principal
    var mailbox: Mailbox
    var rights: MailRights
}

extension Session {
    func signedInPrincipal() throws -> Principal {
        guard let principal else { throw Refused.bad("sign in first") }
        return principal
    }

    /// - Parameter other: somebody else for whom this session acts.
    func asker(_ tx: borrowing ReadTransaction, as other: Principal? = nil) throws -> Asker {
        let principal = try other ?? signedInPrincipal()
        return Asker(principal, closure: try mailPlace.memberships.closure(tx, of: principal.id))
    }

    func wireName(_ name: String, of owner: Principal) throws -> WireName {
        WireName(utf8: Array((Namespaces.prefix(of: owner, for: try signedInPrincipal()) + name).utf8))
    }

    /// Throws where the name cannot be one.
    func place(_ tx: borrowing ReadTransaction, _ name: WireName, as other: Principal? = nil) throws -> MailboxPlace {
        let principal = try other ?? signedInPrincipal()
        let name = name.withoutTrailingSeparator(Namespaces.separator)
        let text = String(utf8: name.utf8)
        for root in [Namespaces.otherUsers, Namespaces.shared] {
            guard text == root || text.hasPrefix(root + "/") else { continue }
            let rest = text.dropFirst(root.count + 1)
            let parts = rest.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, let owner = try owner(tx, labelled: String(parts[0]), for: principal),
                Namespaces.root(of: owner) == root, owner.id != principal.id
            else { throw Self.noMailbox }
            return MailboxPlace(owner: owner, name: try StoredName.stored(String(parts[1])))
        }
        return MailboxPlace(owner: principal, name: try StoredName.stored(text))
    }

    static var noMailbox: Refused { .no(.nonexistent, "no such mailbox") }

    private func owner(_ tx: borrowing ReadTransaction, labelled label: String, for asker: Principal) throws -> Principal? {
        guard let name = SignInName(label, defaultDomain: asker.domain) else { return nil }
        return try LocalDirectory.find(tx, domain: name.domain, name: name.name)
    }

    /// The mailbox, if the asker may know of it. What may not be known is not there. `right`: the one that the command needs, which is
    /// enough (RFC 4314 §4 asks for no other).
    func find(
        _ tx: borrowing ReadTransaction, _ name: WireName, by right: MailRights = [], as other: Principal? = nil
    ) throws -> FoundMailbox {
        let place = try place(tx, name, as: other)
        guard let found = try find(tx, place, by: right, as: other) else { throw Self.noMailbox }
        return found
    }

    func find(
        _ tx: borrowing ReadTransaction, _ place: MailboxPlace, by right: MailRights = [], as other: Principal? = nil
    ) throws -> FoundMailbox? {
        guard let mailbox = try store.mailbox(tx, of: place.owner.id, named: place.name) else { return nil }
        let rights = try store.rights(tx, on: mailbox, of: place.owner, for: try asker(tx, as: other))
        guard !rights.isDisjoint(with: right.union([.lookup, .read])) else { return nil }
        return FoundMailbox(owner: place.owner, mailbox: mailbox, rights: rights)
    }

    /// RFC 4314 §4: what a command needs.
    func require(_ rights: MailRights, of found: FoundMailbox) throws {
        guard found.rights.isSuperset(of: rights) else { throw Self.noRight }
    }

    static var noRight: Refused { .no(.noPerm, "you may not do that here") }

    /// The mailbox that messages go to. RFC 9051 §6.3.12: TRYCREATE where making it would help.
    func findTarget(_ tx: borrowing ReadTransaction, _ name: WireName) throws -> FoundMailbox {
        let place = try place(tx, name)
        guard let found = try find(tx, place, by: .insert), found.mailbox.isSelectable else {
            throw Refused.no(place.owner.id == principal?.id ? .tryCreate : .nonexistent, "no such mailbox")
        }
        try require(.insert, of: found)
        return found
    }

    var store: MailStore { mailPlace.store }
    var database: any Database { mailPlace.database }
    var now: Int64 { server.services.clock() }
}

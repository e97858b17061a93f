import Bytes
import Database
import Directory
import IMAPGrammar
import Mail

/// CREATE, DELETE, RENAME, SUBSCRIBE, UNSUBSCRIBE (RFC 9051 §6.3.4 to §6.3.8).
extension Session {
    /// With special uses: RFC 6154 §3.
    func create(_ name: WireName, uses: [[UInt8]]) throws -> Completion {
        guard uses.count <= 1 else { return .no(.useAttribute, "one use, not several") }
        let use = try uses.first.map { sent in
            guard let use = SpecialUses.use(sent) else { throw Refused.no(.useAttribute, "no such use") }
            return use
        }
        let mailbox = try database.write { tx in
            let place = try place(tx.read, name)
            if place.owner.id != principal?.id { try requireRoom(at: place, tx.read) }
            return try store.create(tx, place.name, of: place.owner.id, specialUse: use, now: now)
        }
        try? forgetNames { Self.distance(of: name, below: $0) != nil }
        // RFC 8474 §4.2
        return .ok(.mailboxID(Array(mailbox.id.objectID.utf8)), "made")
    }

    /// RFC 4314 §4: "k" on the mailbox above, whether the asker may know of it or not: what is denied there cannot be had from one above
    /// it. Above the first level nobody but the owner makes anything.
    private func requireRoom(at place: MailboxPlace, _ tx: borrowing ReadTransaction) throws {
        let asker = try asker(tx)
        for parent in StoredName.parents(of: place.name).reversed() {
            guard let mailbox = try store.mailbox(tx, of: place.owner.id, named: parent) else { continue }
            guard try store.rights(tx, on: mailbox, of: place.owner, for: asker).contains(.createMailboxes) else { throw Self.noRight }
            // What is hidden is not told by ALREADYEXISTS either.
            if try store.mailbox(tx, of: place.owner.id, named: place.name) != nil, try find(tx, place) == nil { throw Self.noRight }
            return
        }
        throw Self.noRight
    }

    func delete(_ name: WireName) throws -> Completion {
        let mailbox = try database.write { tx in
            let found = try find(tx.read, name, by: .deleteMailbox)
            try require(.deleteMailbox, of: found)
            try store.delete(tx, found.mailbox.id, now: now)
            return found.mailbox.id
        }
        // Others who have it selected are sent away; who has deleted it knows, and can go on.
        if selected?.id == mailbox {
            unselect()
            tellClosed()
        }
        try? forgetNames { Self.distance(of: $0, below: name) == 0 }
        return .ok(nil, "deleted")
    }

    func rename(_ from: WireName, to: WireName) throws -> Completion {
        let renamed = try database.write { tx in
            let found = try find(tx.read, from, by: .deleteMailbox)
            try require(.deleteMailbox, of: found)
            let place = try place(tx.read, to)
            // A mailbox's messages count for its owner's quota, its rights are the owner's to give.
            guard place.owner.id == found.owner.id else { throw Refused.no(.cannot, "a mailbox stays with its owner") }
            if place.owner.id != principal?.id {
                // It would take all messages out of INBOX, which needs other rights than to rename does.
                if found.mailbox.isInbox { throw Self.noRight }
                try requireRoom(at: place, tx.read)
            }
            return (try store.rename(tx, found.mailbox.id, to: place.name, now: now), found)
        }
        try? forgetNames { name in
            [Self.distance(of: name, below: from), Self.distance(of: name, below: to), Self.distance(of: to, below: name)].contains { $0 != nil }
        }
        if enabled.imap4rev2 {
            // RFC 9051 §6.3.6: LIST with OLDNAME
            var entry = ListEntry(name: try wireName(renamed.0.name, of: renamed.1.owner), separator: Namespaces.separator)
            entry.oldName = try wireName(renamed.1.mailbox.name, of: renamed.1.owner)
            out.list(entry)
        }
        return .ok(nil, "renamed")
    }

    func subscribe(_ name: WireName) throws -> Completion {
        let principal = try signedInPrincipal()
        try database.write { tx in
            // RFC 9051 §6.3.7: the server may look whether it is there; who may not know it cannot subscribe.
            let found = try find(tx.read, name)
            try store.subscribe(tx, principal.id, to: MailboxReference(owner: found.owner.id, name: found.mailbox.name))
        }
        try? forgetNames { Self.distance(of: $0, below: name) == 0 }
        return .ok(nil, "subscribed")
    }

    func unsubscribe(_ name: WireName) throws -> Completion {
        let principal = try signedInPrincipal()
        try database.write { tx in
            let place = try place(tx.read, name)
            try store.unsubscribe(tx, principal.id, from: MailboxReference(owner: place.owner.id, name: place.name))
        }
        try? forgetNames { Self.distance(of: $0, below: name) == 0 }
        return .ok(nil, "not subscribed any more")
    }
}

/// RFC 6154 §2, RFC 8457.
enum SpecialUses {
    static func attribute(_ use: MailboxUse) -> StaticString {
        switch use {
        case .archive: "\\Archive"
        case .drafts: "\\Drafts"
        case .flagged: "\\Flagged"
        case .junk: "\\Junk"
        case .sent: "\\Sent"
        case .trash: "\\Trash"
        case .important: "\\Important"
        case .all: "\\All"
        }
    }

    static func use(_ sent: [UInt8]) -> MailboxUse? {
        MailboxUse.allCases.first { sent.equalsIgnoringASCIICase(attribute($0)) }
    }
}

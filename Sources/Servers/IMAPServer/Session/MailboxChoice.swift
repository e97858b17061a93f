import Database
import Directory
import IMAPGrammar
import Mail

/// A mailbox that a filter means, under the name that the asker has for it.
struct ChosenMailbox {
    var name: WireName
    var found: FoundMailbox
}

extension Session {
    /// The mailboxes that these filters mean and that may be read (RFC 5465 §6), each once, in the order of their names.
    func chosenMailboxes(_ tx: borrowing ReadTransaction, _ filters: [MailboxFilter]) throws -> [ChosenMailbox] {
        var chosen: [ChosenMailbox] = []
        for entry in try MailboxTree(tx, session: self).mailboxes where entry.found.rights.contains(.read) {
            guard filters.contains(where: { isMeant(entry, by: $0) }) else { continue }
            chosen.append(ChosenMailbox(name: entry.name, found: entry.found))
        }
        // One that may be read and not be listed.
        if let selected, filters.contains(where: { $0 == .selected || $0 == .selectedDelayed }),
            !chosen.contains(where: { $0.found.mailbox.id == selected.id }) {
            let found = FoundMailbox(owner: selected.owner, mailbox: selected.mailbox, rights: selected.rights)
            chosen.append(ChosenMailbox(name: try wireName(selected.mailbox.name, of: selected.owner), found: found))
        }
        return chosen
    }

    func isMeant(_ entry: MailboxTree.Entry, by filter: MailboxFilter) -> Bool {
        let isOwn = entry.found.owner.id == principal?.id
        return switch filter {
        case .selected, .selectedDelayed: entry.found.mailbox.id == selected?.id
        // RFC 5465 §6.3: where a delivery may put messages by itself.
        case .inboxes: isOwn && entry.found.mailbox.isInbox
        case .personal: isOwn
        case .subscribed: entry.isSubscribed
        case .mailboxes(let names): names.contains { Self.distance(of: entry.name, below: $0) == 0 }
        case .subtree(let names): names.contains { Self.distance(of: entry.name, below: $0) != nil }
        case .subtreeOne(let names): names.contains { Self.distance(of: entry.name, below: $0).map { $0 <= 1 } ?? false }
        }
    }

    /// How many levels a name is below another; nil: it is not.
    static func distance(of name: WireName, below other: WireName) -> Int? {
        let parent = other.withoutTrailingSeparator(Namespaces.separator).utf8
        guard name.utf8.starts(with: parent) else { return nil }
        let rest = name.utf8.dropFirst(parent.count)
        if rest.isEmpty { return 0 }
        guard rest.first == Namespaces.separator else { return nil }
        return rest.count { $0 == Namespaces.separator }
    }
}

import Bytes
import CollectionStore
import Database
import Directory
import IMAPGrammar
import Mail

/// All names that somebody can list: their own mailboxes, what others share with them, the names above these, and what they have
/// subscribed to.
struct MailboxTree {
    struct Row {
        var name: WireName
        var attributes: [StaticString]
        var childInfo: [StaticString] = []
        var found: FoundMailbox?
    }

    private struct Node {
        var found: FoundMailbox?
        var isSubscribed = false
        var hasChildren = false
        /// RFC 5258 §3.5: something below it is subscribed, or has a special use.
        var hasSubscribedBelow = false
        var hasSpecialUseBelow = false
    }

    private var nodes: [[UInt8]: Node] = [:]
    private let separator = Namespaces.separator
    private let tellsUses: Bool
    private let tellsChildren: Bool

    init(_ tx: borrowing ReadTransaction, session: Session) throws {
        let principal = try session.signedInPrincipal()
        tellsUses = !session.isOff(.specialUse)
        tellsChildren = !session.isOff(.children)
        for mailbox in try session.store.mailboxes(tx, of: principal.id) {
            nodes[Array(mailbox.name.utf8), default: Node()].found = FoundMailbox(owner: principal, mailbox: mailbox, rights: .all)
        }
        for (mailbox, owner, rights) in try session.store.sharedMailboxes(tx, with: try session.asker(tx)) {
            let name = Namespaces.prefix(of: owner, for: principal) + mailbox.name
            nodes[Array(name.utf8), default: Node()].found = FoundMailbox(owner: owner, mailbox: mailbox, rights: rights)
        }
        var owners: [PrincipalID: Principal] = [principal.id: principal]
        for subscription in try session.store.subscriptions(tx, of: principal.id) {
            if owners[subscription.owner] == nil { owners[subscription.owner] = try LocalDirectory.find(tx, subscription.owner) }
            guard let owner = owners[subscription.owner] else { continue }
            let name = Namespaces.prefix(of: owner, for: principal) + subscription.name
            nodes[Array(name.utf8), default: Node()].isSubscribed = true
        }
        linkParents()
    }

    private mutating func linkParents() {
        for (name, node) in nodes {
            for index in name.indices where name[index] == separator {
                var parent = nodes[Array(name[..<index])] ?? Node()
                if node.found != nil { parent.hasChildren = true }
                if node.isSubscribed { parent.hasSubscribedBelow = true }
                if node.found?.mailbox.specialUse != nil { parent.hasSpecialUseBelow = true }
                nodes[Array(name[..<index])] = parent
            }
        }
    }

    /// A mailbox that messages can be in.
    struct Entry {
        var name: WireName
        var found: FoundMailbox
        var isSubscribed: Bool
    }

    /// In the order of the names.
    var mailboxes: [Entry] {
        nodes.compactMap { name, node in
            guard let found = node.found, found.mailbox.isSelectable else { return nil }
            return Entry(name: WireName(utf8: name), found: found, isSubscribed: node.isSubscribed)
        }.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }

    /// What a LIST shows, in the order of the names.
    func rows(of command: List) -> [Row] {
        let matchers = command.patterns.compactMap { pattern in
            pattern.following(reference: command.reference.utf8, separator: separator).map { ListMatcher($0, separator: separator) }
        }
        let selects = command.kind == .lsub ? ListSelection.subscribed : command.selection
        let standIns = standIns(for: command, selects, matchers)
        var rows: [Row] = []
        for (name, node) in nodes {
            let wire = WireName(utf8: name)
            guard matchers.contains(where: { $0.matches(wire) }) else { continue }
            if command.kind == .lsub {
                if let row = subscribedRow(wire, node, isStandIn: standIns.contains(name)) { rows.append(row) }
                continue
            }
            var childInfo: [StaticString] = []
            let isSelected = Self.isSelected(node, selects)
            if selects.contains(.recursiveMatch) {
                // RFC 5258 §3.5: a parent stands for what matches the selection, but not the pattern, below it.
                if selects.contains(.subscribed), node.hasSubscribedBelow { childInfo.append("SUBSCRIBED") }
                if selects.contains(.specialUse), node.hasSpecialUseBelow { childInfo.append("SPECIAL-USE") }
            }
            guard isSelected || standIns.contains(name) else { continue }
            var row = Row(name: wire, attributes: attributes(of: node, command), childInfo: childInfo, found: node.found)
            if selects.contains(.subscribed) || command.returning?.subscribed == true, node.isSubscribed {
                row.attributes.append("\\Subscribed")
            }
            rows.append(row)
        }
        return rows.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }

    private static func isSelected(_ node: Node, _ selects: ListSelection) -> Bool {
        if selects.contains(.specialUse), node.found?.mailbox.specialUse == nil { return false }
        if selects.contains(.subscribed) { return node.isSubscribed }
        return node.found != nil || node.hasChildren
    }

    /// Names that are shown for what is selected below them, where no pattern shows that itself: RFC 3501 §6.3.9 with `%`, RFC 5258 §3.5
    /// ("servers SHOULD suppress redundant CHILDINFO responses").
    private func standIns(for command: List, _ selects: ListSelection, _ matchers: [ListMatcher]) -> Set<[UInt8]> {
        guard selects.contains(.recursiveMatch)
            || (command.kind == .lsub && command.patterns.contains { $0.text.contains(UInt8(ascii: "%")) }) else { return [] }
        var names: Set<[UInt8]> = []
        for (name, node) in nodes where name.contains(separator) && Self.isSelected(node, selects) {
            let wire = WireName(utf8: name)
            if matchers.contains(where: { $0.matches(wire) }) { continue }
            for index in name.indices where name[index] == separator { names.insert(Array(name[..<index])) }
        }
        return names
    }

    /// RFC 3501 §6.3.9: what only stands for others has \Noselect.
    private func subscribedRow(_ name: WireName, _ node: Node, isStandIn: Bool) -> Row? {
        if node.isSubscribed {
            return Row(name: name, attributes: node.found?.mailbox.isSelectable == true ? [] : ["\\Noselect"], found: node.found)
        }
        return isStandIn ? Row(name: name, attributes: ["\\Noselect"]) : nil
    }

    private func attributes(of node: Node, _ command: List) -> [StaticString] {
        var attributes: [StaticString] = []
        if let found = node.found {
            if !found.mailbox.isSelectable { attributes.append("\\Noselect") }
            // Also where it was not asked for: old iOS and Evolution look in plain LIST for it.
            if let use = found.mailbox.specialUse, tellsUses || command.kind == .xlist { attributes.append(SpecialUses.attribute(use)) }
            if command.kind == .xlist, found.mailbox.isInbox { attributes.append("\\Inbox") }
        } else if node.hasChildren {
            // Not \NonExistent: Thunderbird offers nothing below such a name.
            attributes.append("\\Noselect")
        } else {
            attributes.append("\\NonExistent")
        }
        if tellsChildren || command.isExtended { attributes.append(node.hasChildren ? "\\HasChildren" : "\\HasNoChildren") }
        return attributes
    }
}

import CollectionStore
import Database
import Directory
import IMAPGrammar
import Mail

extension Session {
    /// NOTIFY (RFC 5465).
    func notify(_ command: Notify) throws -> Completion {
        guard case .set(let wantsStatus, let groups) = command else {
            endNotifications()
            return .ok(nil, "done")
        }
        var notifications = try Self.notifications(groups)
        let tree = try database.read { tx in try MailboxTree(tx, session: self) }
        follow(tree, &notifications)
        endNotifications()
        notification = notifications
        // RFC 5465 §3.1: how all of these are now.
        if wantsStatus {
            for (id, known) in notifications.known.sorted(by: { $0.value.name.utf8.lexicographicallyPrecedes($1.value.name.utf8) })
            where known.events.contains(.messageNew) && id != selected?.id { try tellStatus(of: id, known, always: true) }
        }
        return .ok(nil, "done")
    }

    func endNotifications() {
        guard let notification else { return }
        for watch in notification.watches.values { store.hub.cancel(watch) }
        self.notification = nil
    }

    private static func notifications(_ groups: [Notify.Group]) throws -> Notifications {
        var selected: (events: NotifyEvents, isImmediate: Bool)?
        var items: [FetchItem] = []
        var others: [Notify.Group] = []
        for group in groups {
            let events = try NotifyEvents(group.events)
            var fetched: [FetchItem] = []
            for case .messageNew(let items) in group.events { fetched += items }
            guard group.filter == .selected || group.filter == .selectedDelayed else {
                // RFC 5465 §5.2: only of the selected mailbox.
                if !fetched.isEmpty { throw Refused.bad("messages are fetched of the selected mailbox only") }
                others.append(group)
                continue
            }
            // RFC 5465 §6.1, §6.2: once, and with events of messages alone.
            guard selected == nil, events.isSubset(of: .ofMessages) else { throw Refused.bad("such events there are not of the selected mailbox") }
            selected = (events, group.filter == .selected)
            items = fetched
        }
        return Notifications(groups: others, selected: selected, items: items)
    }

    // MARK: Other mailboxes

    /// Knows all that is in the tree, and watches its owners.
    private func follow(_ tree: MailboxTree, _ notifications: inout Notifications) {
        guard !notifications.groups.isEmpty, let principal else { return }
        var owners: Set<PrincipalID> = [principal.id]
        var known: [MailboxID: Notifications.Known] = [:]
        for entry in tree.mailboxes {
            let mailbox = entry.found.mailbox
            // RFC 5465 §6: several filters may have it, each with other events.
            let groups = notifications.groups.filter { isMeant(entry, by: $0.filter) }
            if groups.isEmpty { continue }
            var events: NotifyEvents = []
            for group in groups { if let asked = try? NotifyEvents(group.events) { events.formUnion(asked) } }
            if !entry.found.rights.contains(.read) { events.subtract([.ofMessages, .mailboxMetadata]) }
            owners.insert(entry.found.owner.id)
            known[mailbox.id] = Notifications.Known(
                name: entry.name, isSubscribed: entry.isSubscribed, events: events, uidNext: mailbox.uidNext,
                messageCount: mailbox.messageCount, modseq: mailbox.modseq)
        }
        notifications.known = known
        for owner in owners where notifications.watches[owner] == nil {
            let (news, wake) = (notifications.news, waker)
            notifications.watches[owner] = store.hub.watchAll(of: owner) { if news.arrive($0) { wake() } }
        }
    }

    /// Tells what happened to mailboxes that are not selected.
    func tellNotifications() throws {
        guard let notifications = notification else { return }
        let (changed, isListChanged, annotations) = notifications.news.take()
        if isListChanged { try tellNames() }
        for annotation in annotations { tell(annotation) }
        for id in changed where id != selected?.id {
            guard let known = notification?.known[id], known.events.contains(.messageNew) else { continue }
            try tellStatus(of: id, known)
        }
    }

    /// RFC 5465 §5.6, §5.7.
    private func tell(_ annotation: Notifications.Annotation) {
        guard let notification, annotation.principal == nil || annotation.principal == principal?.id else { return }
        let entry = Array(((annotation.principal == nil ? "/shared" : "/private") + annotation.entry).utf8)
        if let mailbox = annotation.mailbox {
            guard let known = notification.known[mailbox], known.events.contains(.mailboxMetadata) else { return }
            out.metadataChanged(known.name, [entry])
        } else if notification.groups.contains(where: { $0.events.contains(.serverMetadataChange) }) {
            out.metadataChanged(nil, [entry])
        }
    }

    private func tellStatus(of id: MailboxID, _ known: Notifications.Known, always: Bool = false) throws {
        guard let mailbox = try database.read({ tx in try store.mailbox(tx, id) }) else { return }
        // RFC 5465 §5.4: a change of flags alone is told to who asked for it.
        let isNews = mailbox.uidNext != known.uidNext || mailbox.messageCount != known.messageCount
        notification?.known[id]?.uidNext = mailbox.uidNext
        notification?.known[id]?.messageCount = mailbox.messageCount
        notification?.known[id]?.modseq = mailbox.modseq
        guard always || isNews || (known.modseq != mailbox.modseq && known.events.contains(.flagChange)) else { return }
        var values: [(StatusItem, UInt64?)] = [
            (.messages, UInt64(clamping: mailbox.messageCount)), (.uidNext, UInt64(mailbox.uidNext)),
            (.uidValidity, UInt64(mailbox.uidValidity)),
        ]
        // RFC 5465 §3.1: also where mod-sequences were not asked for
        if enabled.condstore || (always && known.events.contains(.flagChange)) { values.append((.highestModSeq, UInt64(clamping: mailbox.modseq.rawValue))) }
        out.status(known.name, values)
    }

    /// RFC 5465 §5.5, §5.6: names that came, went or changed, and subscriptions.
    private func tellNames() throws {
        guard var notifications = notification else { return }
        let before = notifications.known
        follow(try database.read { tx in try MailboxTree(tx, session: self) }, &notifications)
        notification = notifications
        for (id, known) in before where notifications.known[id] == nil && known.events.contains(.mailboxName) {
            tellName(known.name, "\\NonExistent")
        }
        let renamed = Dictionary(notifications.known.compactMap { id, known in before[id].map { ($0.name, known.name) } }) { first, _ in first }
        for (id, known) in notifications.known.sorted(by: { $0.value.name.utf8.lexicographicallyPrecedes($1.value.name.utf8) }) {
            let old = before[id]
            let attribute: StaticString? = known.isSubscribed ? "\\Subscribed" : nil
            if known.events.contains(.mailboxName), old?.name != known.name {
                // RFC 5465 §5.4: children that are renamed with it are not told.
                if let old, Self.followsParent(old.name, known.name, renamed) { continue }
                tellName(known.name, attribute, oldName: old?.name)
            } else if known.events.contains(.subscriptionChange), let old, old.isSubscribed != known.isSubscribed {
                tellName(known.name, attribute)
            }
        }
    }

    /// Whether a name changed as one above it did.
    private static func followsParent(_ old: WireName, _ new: WireName, _ renamed: [WireName: WireName]) -> Bool {
        old.utf8.indices.contains { index in
            guard old.utf8[index] == Namespaces.separator, let parent = renamed[WireName(utf8: Array(old.utf8[..<index]))] else { return false }
            return parent.utf8 + old.utf8[index...] == new.utf8
        }
    }

    /// RFC 5465 §5: a client is not told of what it did itself to these names. What others did is still news.
    func forgetNames(_ isOwn: (WireName) -> Bool) throws {
        guard let notifications = notification, !notifications.groups.isEmpty else { return }
        var now = notifications
        follow(try database.read { tx in try MailboxTree(tx, session: self) }, &now)
        var known = notifications.known.filter { id, old in now.known[id] != nil || !isOwn(old.name) }
        for (id, new) in now.known where isOwn(new.name) {
            var new = new
            if let old = known[id] { (new.uidNext, new.messageCount, new.modseq) = (old.uidNext, old.messageCount, old.modseq) }
            known[id] = new
        }
        now.known = known
        notification = now
    }

    private func tellName(_ name: WireName, _ attribute: StaticString?, oldName: WireName? = nil) {
        var entry = ListEntry(name: name, separator: Namespaces.separator)
        entry.attributes = attribute.map { [$0] } ?? []
        entry.oldName = oldName
        out.list(entry)
    }

    // MARK: The selected mailbox

    /// What was asked for of messages that came (RFC 5465 §5.2): nothing of it sets \Seen.
    func fetchOfNew(_ came: UIDSet, then body: @escaping (Session) throws -> Completion) throws -> Completion {
        guard let items = notification?.items, !items.isEmpty, !came.isEmpty, let selected else { return try body(self) }
        let fetch = Fetch(isUID: false, set: .all, items: items)
        let run = FetchRun(self, items: FetchItems(fetch, session: self), uids: came, selected: selected)
        return .running(ThenRun(run, body))
    }
}

/// One command in work, and what comes behind it whatever its outcome.
private final class ThenRun: RunningCommand {
    private let first: any RunningCommand
    private let body: (Session) throws -> Completion

    init(_ first: any RunningCommand, _ body: @escaping (Session) throws -> Completion) { (self.first, self.body) = (first, body) }

    var isInLiteral: Bool { first.isInLiteral }

    func step(_ session: Session) throws -> Completion? { try first.step(session) == nil ? nil : try body(session) }
}

import CollectionStore
import Database
import IMAPGrammar
import Mail

extension Session {
    /// SELECT and EXAMINE (RFC 9051 §6.3.2, §6.3.3), with CONDSTORE and QRESYNC (RFC 7162 §3.1.8, §3.2.5).
    func select(_ select: Select) throws -> Completion {
        if select.quickResync != nil, !enabled.quickResync { return .bad("ENABLE QRESYNC first") }
        let hadMailbox = selected != nil
        // RFC 9051 §6.3.2: a SELECT that fails leaves no mailbox selected.
        unselect()
        // RFC 7162 §3.2.11: what comes from here on is of the new mailbox.
        if hadMailbox { tellClosed() }
        let found = try database.read { tx in try find(tx, select.mailbox) }
        guard found.mailbox.isSelectable else { return .no(.nonexistent, "that is only a name above others") }
        try require(.read, of: found)
        let isReadOnly = select.isReadOnly || !Self.isWritable(found.rights)
        try lookAtFiles(of: found.mailbox)
        if select.condstore || select.quickResync != nil { enableCondstore() }
        try self.select(found, isReadOnly: isReadOnly)
        return try tellSelected(select)
    }

    func tellClosed() {
        if !isOff(.quickResync) { out.untagged(.ok, .closed, "the mailbox before is closed") }
    }

    /// RFC 4314 §5.2: where anything can be changed.
    static func isWritable(_ rights: MailRights) -> Bool {
        !rights.isDisjoint(with: [.insert, .expunge, .deleteMessages, .write, .keepSeen])
    }

    func tellSelected(_ select: Select) throws -> Completion {
        let selected = try selectedMailbox()
        let completion = Completion.ok(selected.isReadOnly ? .readOnly : .readWrite, "done")
        let view = selected.view
        let mailbox = selected.mailbox
        out.flags(FlagNames.all(view.keywords))
        out.exists(UInt32(clamping: view.count))
        if !enabled.imap4rev2 {
            out.recent(UInt32(clamping: selected.recent.count))
            // RFC 9586 §3: no message numbers.
            if !enabled.uidOnly, let index = view.firstUnseen { out.untagged(.ok, .unseen(UInt32(clamping: index + 1)), "first unseen") }
        }
        let allowed = FlagNames.allowed(selected.rights)
        var permanent = selected.isReadOnly ? [] : FlagNames.all([]).filter { FlagNames.bit($0).map(allowed.system.contains) ?? false }
        let keepsKeywords = !selected.isReadOnly && allowed.keywords
        if keepsKeywords { permanent += view.keywords.map { .keyword(Array($0.utf8)) } }
        // RFC 9051 §7.1: `\*` where there is room for another one.
        let mayCreate = keepsKeywords && view.keywords.count < FlagBits.keywordCount
        out.untagged(.ok, .permanentFlags(permanent, mayCreate: mayCreate), "can be kept")
        out.untagged(.ok, .uidNext(view.uidNext), "next UID")
        out.untagged(.ok, .uidValidity(mailbox.uidValidity), "UIDs are valid")
        if !isOff(.condstore) { out.untagged(.ok, .highestModSeq(UInt64(clamping: view.modseq.rawValue)), "highest") }
        if !isOff(.objectID) { out.untagged(.ok, .mailboxID(Array(mailbox.id.objectID.utf8)), "its id") }
        // RFC 4467 §8
        if !isOff(.urlAuthorization) { out.untagged(.ok, .urlMechanisms([]), "for URLs of messages") }
        if enabled.imap4rev2 {
            // RFC 9051 §6.3.2: a LIST response with the name as it is.
            out.list(ListEntry(name: try wireName(mailbox.name, of: selected.owner), separator: Namespaces.separator))
        }
        guard let resync = select.quickResync else { return completion }
        return try tellResync(resync, selected, then: completion)
    }

    /// RFC 7162 §3.2.5.1: what happened since the client was last here.
    private func tellResync(_ resync: QuickResync, _ selected: SelectedMailbox, then completion: Completion) throws -> Completion {
        guard resync.uidValidity == selected.mailbox.uidValidity else { return completion }
        let since = ModSeq(rawValue: Int64(clamping: resync.modSeq))
        let known = resync.knownUIDs.map { UIDSet(ranges: $0.ranges) }
        let view = selected.view
        var asked = known
        if let last = resync.match.flatMap({ Self.highestMatch($0, in: view) }) { asked = (known ?? .all).subtracting(UIDSet(1...last)) }
        try tellEarlier(since, among: asked, selected)
        var changed = view.changed(since: since)
        if let known { changed = changed.intersection(known) }
        let responses = ResponseRun()
        responses.add(changed) { session, uid in
            if let index = view.index(of: uid) { session.tellFlags(at: index, in: view) }
        }
        return try responses.write(self) { _ in completion }
    }

    /// RFC 7162 §3.2.5.2: the last message whose number and UID are as the client says: of all before it, it knows which have gone.
    private static func highestMatch(_ match: QuickResync.Match, in view: MailboxSnapshot) -> UID? {
        var uids = match.uids.ranges.lazy.flatMap(\.self).makeIterator()
        var highest: UID?
        for number in match.numbers.ranges.lazy.flatMap(\.self) {
            guard number <= view.count, let uid = uids.next() else { break }
            if view.uid(at: Int(number) - 1) == uid { highest = uid }
        }
        return highest
    }

    /// VANISHED (EARLIER): also where the log does not go back so far.
    func tellEarlier(_ since: ModSeq, among known: UIDSet?, _ selected: SelectedMailbox) throws {
        var vanished = try database.read { tx in
            // As it is now: the log may have been cut since the mailbox was selected.
            guard let mailbox = try store.mailbox(tx, selected.id) else { throw Self.noMailbox }
            return try store.vanished(tx, from: mailbox, since: since).uids
        }
        if let known { vanished = vanished.intersection(known) }
        // What the view has cannot be told as gone, whatever happened since it was read.
        vanished = vanished.subtracting(selected.view.existing(vanished))
        out.vanished(NumberSet(ranges: vanished.ranges), isEarlier: true)
    }
}

import CollectionStore
import Database
import Directory
import IMAPGrammar
import Logging
import Mail

/// What others do is told between commands (RFC 9051 §5.2, §7.5.1).
extension Session {
    func select(_ found: FoundMailbox, isReadOnly: Bool) throws {
        unselect()
        let news = SelectedMailbox.News()
        let wake = waker
        // First the watch, then the look: nothing falls between.
        let watch = store.hub.watch(found.mailbox.id) { _ in if news.arrive() { wake() } }
        do {
            let (mailbox, snapshot) = try database.read { tx in
                guard let mailbox = try store.mailbox(tx, found.mailbox.id) else { throw Self.noMailbox }
                return (mailbox, try store.snapshot(tx, of: mailbox.id, for: try signedInPrincipal().id))
            }
            begin(FoundMailbox(owner: found.owner, mailbox: mailbox, rights: found.rights), snapshot, isReadOnly: isReadOnly, news, watch)
        } catch {
            store.hub.cancel(watch)
            throw error
        }
    }

    func begin(
        _ found: FoundMailbox, _ snapshot: MailboxSnapshot, isReadOnly: Bool, _ news: SelectedMailbox.News, _ watch: MailHub.WatchID
    ) {
        selected = SelectedMailbox(
            mailbox: found.mailbox, owner: found.owner, rights: found.rights, isReadOnly: isReadOnly, view: snapshot,
            latest: snapshot, toldKeywords: snapshot.keywords.count, isUIDOnly: enabled.uidOnly, news: news, watch: watch)
        state = .selected
        beginRecent()
    }

    /// What other programs have done to a mailbox that is in files is seen before it is told how it is.
    func lookAtFiles(of mailbox: Mailbox) throws {
        if mailbox.isInMaildir { try store.lookAtFiles(database, of: mailbox.id, now: now) }
    }

    func unselect() {
        storeSnapshot()
        leave()
    }

    /// Leaves the mailbox without storing what the next process would be glad of.
    func leave() {
        if let selected { store.hub.cancel(selected.watch) }
        endRecent()
        selected = nil
        if state == .selected { state = .authenticated }
    }

    func selectedMailbox() throws -> SelectedMailbox {
        guard let selected else { throw Refused.bad("no mailbox is selected") }
        return selected
    }

    /// Reads what is there now, where something may have changed.
    func refresh(always: Bool = false) throws {
        guard let mailbox = selected, mailbox.news.take() || always, let principal else { return }
        do {
            let (snapshot, rights) = try database.read { tx in
                (
                    try store.snapshot(tx, of: mailbox.id, for: principal.id),
                    try store.mailbox(tx, mailbox.id).map { try store.rights(tx, on: $0, of: mailbox.owner, for: try asker(tx)) }
                )
            }
            guard let rights, rights.contains(.read) else { throw MailRefusal.notFound }
            selected?.latest = snapshot
            selected?.rights = rights
        } catch is MailRefusal {
            // RFC 2180 §3.3: a mailbox that has gone while it was selected, or that may not be read any more.
            out.bye(nil, "the mailbox is gone")
            unselect()
            state = .logout
        } catch {
            // The news is still news.
            store.hub.remind(mailbox.id)
            throw error
        }
    }

    /// Writes what the client does not know yet, as far as it may be told now, and gives `completion`: at once, or when all is written.
    func tellUpdates(_ updates: CommandUpdates, then completion: Completion) -> Completion {
        let told = try? tellUpdates(updates) { _ in completion }
        return told ?? completion
    }

    /// The same before a command whose answer must be as all is now; it is not begun where the mailbox is gone.
    func tellUpdates(_ updates: CommandUpdates, then body: @escaping (Session) throws -> Completion) throws -> Completion {
        let wasSelected = state == .selected
        if updates != .none { try tellNotifications() }
        guard let (responses, came) = newResponses(updates) else {
            return wasSelected && state == .logout ? .waiting : try body(self)
        }
        return try responses.write(self) { try $0.fetchOfNew(came, then: body) }
    }

    /// Nil where there is nothing to tell.
    private func newResponses(_ updates: CommandUpdates) -> (responses: ResponseRun, came: UIDSet)? {
        guard updates != .none, selected != nil, state == .selected else { return nil }
        do {
            try refresh()
        } catch {
            // The command itself is done; its answer must not be another for this.
            logger.error("changes cannot be read", metadata: ["failure": "\(error)"])
            return nil
        }
        guard var mailbox = selected else { return nil }
        let difference = mailbox.latest.difference(from: mailbox.view)
        let hasPending = updates == .all && mailbox.contexts.contains { !$0.pending.isEmpty }
        if difference.isEmpty, !hasPending {
            mailbox.view = mailbox.latest
            selected = mailbox
            return nil
        }
        // While an EXPUNGE may not be told, the numbers of what came after it have no meaning for the client.
        if updates != .all, !difference.vanished.isEmpty { return nil }
        let responses = ResponseRun()
        let old = mailbox.view
        addContextUpdates(&mailbox, difference, updates, responses) { addVanished(difference.vanished, in: old, to: $0) }
        let view = mailbox.latest
        let recentCount = mailbox.recent.count
        mailbox.recent = mailbox.recent.subtracting(difference.vanished)
        takeRecent(difference.came, &mailbox)
        let recent = UInt32(clamping: mailbox.recent.count)
        responses.add { $0.tellKeywords() }
        let told = mailbox.told
        responses.add(difference.changed) { session, uid in
            guard let index = view.index(of: uid) else { return }
            if let told = told[view.modseq(at: index).rawValue], told.contains(uid) { return }
            session.tellFlags(at: index, in: view)
        }
        if !difference.came.isEmpty {
            responses.add { session in
                session.out.exists(UInt32(clamping: view.count))
                if !session.enabled.imap4rev2 { session.out.recent(recent) }
            }
        } else if recent != recentCount {
            responses.add { $0.out.recent(recent) }
        }
        // From here on numbers are those of the new view: nothing else is said before all of this.
        mailbox.view = view
        mailbox.told = [:]
        mailbox.saved = mailbox.saved.subtracting(difference.vanished)
        selected = mailbox
        return (responses, difference.came)
    }

    private func addVanished(_ vanished: UIDSet, in view: MailboxSnapshot, to responses: ResponseRun) {
        if vanished.isEmpty { return }
        // RFC 7162 §3.2.10: instead of EXPUNGE. RFC 9586 §3.4 too.
        if enabled.quickResync || enabled.uidOnly {
            return responses.add { $0.out.vanished(NumberSet(ranges: vanished.ranges), isEarlier: false) }
        }
        var gone = 0
        responses.add(vanished) { session, uid in
            guard let index = view.index(of: uid) else { return }
            session.out.expunge(UInt32(clamping: index - gone + 1))
            gone += 1
        }
    }

    /// RFC 9051 §7.3.2: keywords that are new in the mailbox, before a message is told to have them.
    func tellKeywords() {
        guard let mailbox = selected, mailbox.latest.keywords.count != mailbox.toldKeywords else { return }
        selected?.toldKeywords = mailbox.latest.keywords.count
        out.flags(FlagNames.all(mailbox.latest.keywords))
    }

    /// An untagged FETCH with what changes of a message, at an index of the view.
    func tellFlags(at index: Int, in view: MailboxSnapshot, number: UInt32? = nil, withoutFlags: Bool = false) {
        let uid = view.uid(at: index)
        beginFetch(number ?? UInt32(clamping: index + 1), uid)
        // RFC 7162 §3.2.4: with the UID, so that it is understood in any case.
        if !enabled.uidOnly { out.fetchUID(uid) }
        if !withoutFlags { out.fetchFlags(written: FlagNames.written(view.flags(at: index), view.keywords, isRecent: isRecent(uid))) }
        if enabled.condstore { out.fetchModSeq(UInt64(clamping: view.modseq(at: index).rawValue)) }
        endFetch(uid)
    }

    func beginFetch(_ number: UInt32, _ uid: UID) {
        if enabled.uidOnly { out.beginUIDFetch(uid) } else { out.beginFetch(number) }
    }

    /// RFC 9051 §9: there is one item at least. What was asked for may be refused, or be the UID that stands before the parenthesis.
    func endFetch(_ uid: UID) {
        if out.isFetchEmpty { out.fetchUID(uid) }
        out.endFetch()
    }

    /// What the client was told of in the answer to its own command, and need not hear again.
    func remember(_ uids: UIDSet, _ modseq: ModSeq?) {
        guard let modseq else { return }
        // To be told twice is harmless.
        if selected?.told.count ?? 0 >= 2000 { selected?.told = [:] }
        selected?.told[modseq.rawValue] = uids
    }
}

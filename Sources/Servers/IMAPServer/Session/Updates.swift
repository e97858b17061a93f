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
            selected = SelectedMailbox(
                mailbox: mailbox, owner: found.owner, rights: found.rights, isReadOnly: isReadOnly, view: snapshot,
                latest: snapshot, isUIDOnly: enabled.uidOnly, news: news, watch: watch)
            state = .selected
        } catch {
            store.hub.cancel(watch)
            throw error
        }
    }

    func unselect() {
        if let selected { store.hub.cancel(selected.watch) }
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

    /// Writes what the client does not know yet, as far as it may be told now.
    func tellUpdates(_ updates: CommandUpdates) {
        guard updates != .none, selected != nil, state == .selected else { return }
        do {
            try refresh()
        } catch {
            // The command itself is done; its answer must not be another for this.
            logger.error("changes cannot be read", metadata: ["failure": "\(error)"])
            return
        }
        guard var mailbox = selected else { return }
        let difference = mailbox.latest.difference(from: mailbox.view)
        if difference.isEmpty {
            mailbox.view = mailbox.latest
            selected = mailbox
            return
        }
        // While an EXPUNGE may not be told, the numbers of what came after it have no meaning for the client.
        if updates != .all, !difference.vanished.isEmpty { return }
        tellVanished(difference.vanished, in: mailbox.view)
        if mailbox.latest.keywords.count != mailbox.view.keywords.count {
            out.flags(FlagNames.all(mailbox.latest.keywords))
        }
        mailbox.view = mailbox.latest
        for uid in difference.changed.elements {
            guard let index = mailbox.view.index(of: uid) else { continue }
            let modseq = mailbox.view.modseq(at: index)
            if let told = mailbox.told, told.modseq == modseq, told.uids.contains(uid) { continue }
            tellFlags(at: index, in: mailbox.view)
        }
        mailbox.told = nil
        if !difference.came.isEmpty {
            out.exists(UInt32(clamping: mailbox.view.count))
            if !enabled.imap4rev2 { out.recent(0) }
        }
        mailbox.saved = mailbox.saved.subtracting(difference.vanished)
        selected = mailbox
    }

    private func tellVanished(_ vanished: UIDSet, in view: MailboxSnapshot) {
        if vanished.isEmpty { return }
        // RFC 7162 §3.2.10: instead of EXPUNGE. RFC 9586 §3.4 too.
        if enabled.quickResync || enabled.uidOnly {
            return out.vanished(NumberSet(ranges: vanished.ranges), isEarlier: false)
        }
        var gone = 0
        for range in vanished.ranges {
            for index in view.indices(of: range) {
                out.expunge(UInt32(clamping: index - gone + 1))
                gone += 1
            }
        }
    }

    /// An untagged FETCH with what changes of a message, at an index of the view.
    func tellFlags(at index: Int, in view: MailboxSnapshot, number: UInt32? = nil, withoutFlags: Bool = false) {
        let uid = view.uid(at: index)
        beginFetch(number ?? UInt32(clamping: index + 1), uid)
        // RFC 7162 §3.2.4: with the UID, so that it is understood in any case.
        if !enabled.uidOnly { out.fetchUID(uid) }
        if !withoutFlags { out.fetchFlags(written: FlagNames.written(view.flags(at: index), view.keywords)) }
        if enabled.condstore { out.fetchModSeq(UInt64(clamping: view.modseq(at: index).rawValue)) }
        out.endFetch()
    }

    func beginFetch(_ number: UInt32, _ uid: UID) {
        if enabled.uidOnly { out.beginUIDFetch(uid) } else { out.beginFetch(number) }
    }

    /// What the client was told of in the answer to its own command, and need not hear again.
    func remember(_ uids: UIDSet, _ modseq: ModSeq?) {
        if let modseq { selected?.told = (uids, modseq) }
    }
}

import Directory
import IMAPGrammar
import Mail

/// Where a search looks: the selected mailbox, as its client knows it, or another one (RFC 7377).
struct SearchScope {
    let mailbox: MailboxID
    let snapshot: MailboxSnapshot
    /// Nil: no client knows numbers of it.
    let selected: SelectedMailbox?

    init(_ selected: SelectedMailbox) {
        mailbox = selected.id
        snapshot = selected.latest
        self.selected = selected
    }

    init(_ snapshot: MailboxSnapshot) {
        mailbox = snapshot.mailbox
        self.snapshot = snapshot
        selected = nil
    }

    func uids(of set: SequenceSet, isUID: Bool) throws -> UIDSet {
        if let selected { return try selected.uids(of: set, isUID: isUID, isSearch: true) }
        // RFC 7377 §2.1: numbers and `$` are of the selected mailbox.
        guard isUID, !set.isSavedResult else { throw Refused.bad("numbers are of the selected mailbox only") }
        let last = snapshot.count > 0 ? snapshot.uid(at: snapshot.count - 1) : 0
        return snapshot.existing(UIDSet(ranges: set.resolved(last: last).ranges))
    }

    /// Messages that the client does not know cannot be in an answer.
    var isAllKnown: Bool {
        guard let view = selected?.view else { return true }
        return view.modseq == snapshot.modseq && view.count == snapshot.count
    }

    /// Nobody was told of them before; of other mailboxes nobody is told.
    var recent: UIDSet { selected?.recent ?? UIDSet() }

    func isKnown(_ uid: UID) -> Bool { selected?.view.index(of: uid) != nil }
}

import Database
import IMAPGrammar
import Logging
import Mail

/// \Recent and RECENT (RFC 3501 §2.3.2), which IMAP4rev2 has no more.
extension Session {
    /// After a mailbox was selected.
    func beginRecent() {
        guard !enabled.imap4rev2, var mailbox = selected else { return }
        mailbox.claimsRecent = !mailbox.isReadOnly
        if mailbox.claimsRecent { store.enterRecent(mailbox.id) }
        takeRecent(nil, &mailbox)
        // Other processes are to know at once.
        if mailbox.hasUnstoredRecent { mailbox.hasUnstoredRecent = !storeRecent(of: mailbox.id) }
        selected = mailbox
    }

    /// Of messages that come into the view those of which nobody was told. Nil: all that are there.
    func takeRecent(_ came: UIDSet?, _ mailbox: inout SelectedMailbox) {
        if enabled.imap4rev2 || came?.isEmpty == true { return }
        if mailbox.claimsRecent {
            let taken = store.takeRecent(mailbox.mailbox, in: mailbox.latest)
            if taken.isEmpty { return }
            mailbox.hasUnstoredRecent = true
            mailbox.recent.formUnion(taken)
        } else {
            // RFC 3501 §6.3.2: EXAMINE takes \Recent from no message.
            let recent = store.recent(mailbox.mailbox, in: mailbox.latest)
            mailbox.recent.formUnion(came.map { recent.intersection($0) } ?? recent)
        }
    }

    /// Before the mailbox is left. A process that comes later need not read all of it.
    func storeSnapshot() {
        guard let mailbox = selected else { return }
        do {
            try store.storeSnapshot(database, of: mailbox.id)
        } catch {
            logger.debug("a snapshot cannot be stored", metadata: ["failure": "\(error)"])
        }
    }

    /// Before the mailbox is left.
    func endRecent() {
        guard let mailbox = selected, mailbox.claimsRecent else { return }
        if mailbox.hasUnstoredRecent { _ = storeRecent(of: mailbox.id) }
        store.leaveRecent(mailbox.id)
    }

    /// Where it cannot be, the messages are recent once more.
    private func storeRecent(of mailbox: MailboxID) -> Bool {
        do {
            try database.write { tx in try store.storeRecent(tx, of: mailbox) }
            return true
        } catch {
            logger.debug("what is recent cannot be stored", metadata: ["failure": "\(error)"])
            return false
        }
    }

    func isRecent(_ uid: UID) -> Bool {
        guard !enabled.imap4rev2, let recent = selected?.recent, !recent.isEmpty else { return false }
        return recent.contains(uid)
    }
}

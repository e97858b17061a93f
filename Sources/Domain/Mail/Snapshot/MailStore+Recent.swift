import CollectionStore
package import Database

/// \Recent (RFC 3501 §2.3.2), for clients that do not speak IMAP4rev2.
extension MailStore {
    /// For a session that has selected a mailbox and may change it, until `leaveRecent`.
    package func enterRecent(_ mailbox: MailboxID) { recents.enter(mailbox) }

    /// The messages of which nobody was told before, and that this session tells from now on. After `enterRecent`.
    package func takeRecent(_ mailbox: Mailbox, in snapshot: MailboxSnapshot) -> UIDSet {
        guard let first = recents.claim(mailbox.id, stored: mailbox.recentUID, before: snapshot.uidNext) else { return UIDSet() }
        return snapshot.existing(UIDSet(first...UID.max))
    }

    /// Whether somebody was told of all messages of the snapshot.
    package func hasNoRecent(_ mailbox: Mailbox, in snapshot: MailboxSnapshot) -> Bool {
        recents.next(mailbox.id, stored: mailbox.recentUID) >= snapshot.uidNext
    }

    /// Those of which nobody was told, for who looks only: they stay recent.
    package func recent(_ mailbox: Mailbox, in snapshot: MailboxSnapshot) -> UIDSet {
        snapshot.existing(UIDSet(recents.next(mailbox.id, stored: mailbox.recentUID)...UID.max))
    }

    /// How many there are for STATUS.
    package func recentCount(_ tx: borrowing ReadTransaction, of mailbox: Mailbox) throws -> Int {
        let first = recents.next(mailbox.id, stored: mailbox.recentUID)
        if first <= 1 { return mailbox.messageCount }
        if first >= mailbox.uidNext { return 0 }
        return Int(
            try tx.first(
                "SELECT COUNT(*) FROM mail_message WHERE mailbox_id = $1 AND uid >= $2",
                [.integer(mailbox.id.rawValue), .integer(Int64(first))]) { $0.integer(0) } ?? 0)
    }

    /// So that it holds for later sessions, and for other processes.
    package func storeRecent(_ tx: borrowing WriteTransaction, of mailbox: MailboxID) throws {
        try tx.willChange(.mailbox(mailbox))
        try tx.execute(
            "UPDATE mailbox SET recent_uid = $2 WHERE id = $1 AND recent_uid < $2",
            [.integer(mailbox.rawValue), .integer(Int64(recents.next(mailbox, stored: 1)))])
    }

    /// After `storeRecent` where this session has told any since.
    package func leaveRecent(_ mailbox: MailboxID) { recents.leave(mailbox) }
}

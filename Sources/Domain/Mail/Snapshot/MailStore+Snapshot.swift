package import CollectionStore
package import Database
package import Directory

extension MailStore {
    /// The mailbox as `viewer` sees it now. The latest ones are kept in memory and brought forward by the log: it costs what changed. Only in
    /// a read: what a write has not committed yet must not be kept. Throws `MailRefusal` notFound or notSelectable.
    package func snapshot(
        _ tx: borrowing ReadTransaction, of mailbox: MailboxID, for viewer: PrincipalID
    ) throws -> MailboxSnapshot {
        throw Failure(.serverBug, "not written yet")
    }

    /// What is not there any more of what was there at `since` (QRESYNC, UID FETCH VANISHED).
    package func vanished(
        _ tx: borrowing ReadTransaction, from mailbox: Mailbox, since: ModSeq
    ) throws -> VanishedUIDs {
        throw Failure(.serverBug, "not written yet")
    }

    /// STATUS UNSEEN, as the viewer sees it.
    package func unseenCount(_ tx: borrowing ReadTransaction, of mailbox: Mailbox, for viewer: PrincipalID) throws -> Int {
        throw Failure(.serverBug, "not written yet")
    }

    /// Looks which watched mailboxes other nodes have changed, and tells the hub; to be called about once a second where there are several.
    package func publishChangesElsewhere(_ tx: borrowing ReadTransaction) throws {
        throw Failure(.serverBug, "not written yet")
    }
}

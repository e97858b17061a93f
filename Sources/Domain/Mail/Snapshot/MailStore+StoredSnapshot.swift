import CollectionStore
package import Database
import Locks

/// Which snapshots are worth storing: those that were made of all rows, or from a stored one that is old.
final class UnstoredSnapshots: Sendable {
    private let state = Guarded<Set<MailboxID>>([])

    func add(_ mailbox: MailboxID) { state.withLock { _ = $0.insert(mailbox) } }
    func has(_ mailbox: MailboxID) -> Bool { state.withLock { $0.contains(mailbox) } }
    func take(_ mailbox: MailboxID) -> Bool { state.withLock { $0.remove(mailbox) != nil } }
}

extension MailStore {
    /// Fewer messages are read as fast.
    static let fewestStored = 2000
    /// So many changes may lie between a stored snapshot and the mailbox before another one is stored.
    private static let mostChanges: Int64 = 1000

    /// Whether `storeSnapshot` has something to do.
    package func hasUnstoredSnapshot(of mailbox: MailboxID) -> Bool { unstored.has(mailbox) }

    /// The mailbox from a stored snapshot, brought forward by the log; nil where there is none, or all rows are read as fast.
    func storedSnapshot(_ tx: borrowing ReadTransaction, of mailbox: Mailbox, _ reader: SnapshotReader) throws -> MailboxSnapshot? {
        guard mailbox.messageCount >= Self.fewestStored else { return nil }
        let row = try tx.first("SELECT modseq, data FROM mail_snapshot WHERE mailbox_id = $1", [.integer(mailbox.id.rawValue)]) {
            (ModSeq(rawValue: $0.integer(0)), $0.bytes(1))
        }
        guard let row, row.0 <= mailbox.modseq, var stored = StoredSnapshot.open(row.1, of: mailbox.id, at: row.0) else { return nil }
        if stored.modseq == mailbox.modseq {
            stored.keywords = try MailKeywords.all(tx, of: mailbox.id)
            return stored
        }
        if mailbox.modseq.rawValue - stored.modseq.rawValue > Self.mostChanges { unstored.add(mailbox.id) }
        return try reader.next(tx, after: stored)
    }

    /// So many octets are read at once.
    private static let mostAtOnce: Int64 = 64 << 10

    /// The one that is stored, where it is as the mailbox is now, and is short.
    package func storedSnapshotAtOnce(_ tx: borrowing ReadTransaction, of mailbox: Mailbox) throws -> MailboxSnapshot? {
        let data = try tx.first(
            "SELECT data FROM mail_snapshot WHERE mailbox_id = $1 AND modseq = $2 AND LENGTH(data) <= $3",
            [.integer(mailbox.id.rawValue), .integer(mailbox.modseq.rawValue), .integer(Self.mostAtOnce)]) { $0.bytes(0) }
        guard let data, var stored = StoredSnapshot.open(data, of: mailbox.id, at: mailbox.modseq) else { return nil }
        stored.keywords = try MailKeywords.all(tx, of: mailbox.id)
        return stored
    }

    /// Stores the latest snapshot of a mailbox that was read as a whole, so that the next process need not; to be called when there is time.
    package func storeSnapshot(_ database: any Database, of mailbox: MailboxID) throws {
        guard unstored.take(mailbox), let snapshot = snapshots.find(SnapshotCache.Key(mailbox: mailbox, seenOwner: nil)),
            snapshot.count >= Self.fewestStored
        else { return }
        let data = StoredSnapshot.encoded(snapshot)
        try database.write { tx in
            try tx.execute(
                """
                INSERT INTO mail_snapshot (mailbox_id, modseq, data) SELECT id, $2, $3 FROM mailbox WHERE id = $1
                ON CONFLICT (mailbox_id) DO UPDATE SET modseq = excluded.modseq, data = excluded.data
                    WHERE mail_snapshot.modseq <= excluded.modseq
                """, [.integer(mailbox.rawValue), .integer(snapshot.modseq.rawValue), .bytes(data)])
        }
    }

    /// Those that are stored are made anew as mailboxes are selected.
    package func forgetStoredSnapshots(_ tx: borrowing WriteTransaction) throws {
        try tx.execute("DELETE FROM mail_snapshot", [])
    }
}

import CollectionStore
import Database
import Directory

/// The table `mail_seen`: which messages somebody has seen of a mailbox where that is each one's own.
enum OwnSeen {
    static func uids(_ tx: borrowing ReadTransaction, of mailbox: MailboxID, by viewer: PrincipalID) throws -> UIDSet {
        try tx.first(
            "SELECT uids FROM mail_seen WHERE mailbox_id = $1 AND viewer_id = $2",
            [.integer(mailbox.rawValue), .integer(viewer.rawValue)]) { UIDSet(encoded: $0.bytes(0)) } ?? UIDSet()
    }

    static func count(_ tx: borrowing ReadTransaction, of mailbox: MailboxID, by viewer: PrincipalID) throws -> Int {
        try tx.first(
            "SELECT seen_count FROM mail_seen WHERE mailbox_id = $1 AND viewer_id = $2",
            [.integer(mailbox.rawValue), .integer(viewer.rawValue)]) { Int($0.integer(0)) } ?? 0
    }

    /// All of them must be in the mailbox.
    static func set(_ tx: borrowing WriteTransaction, of mailbox: MailboxID, by viewer: PrincipalID, to uids: UIDSet) throws {
        try tx.execute(
            """
            INSERT INTO mail_seen (mailbox_id, viewer_id, uids, seen_count) VALUES ($1, $2, $3, $4)
            ON CONFLICT (mailbox_id, viewer_id) DO UPDATE SET uids = excluded.uids, seen_count = excluded.seen_count
            """,
            [
                .integer(mailbox.rawValue), .integer(viewer.rawValue), .bytes(uids.encoded), .integer(Int64(uids.count)),
            ])
    }

    static func add(_ tx: borrowing WriteTransaction, _ uids: UIDSet, to mailbox: MailboxID, by viewer: PrincipalID) throws {
        if uids.isEmpty { return }
        try set(tx, of: mailbox, by: viewer, to: try self.uids(tx.read, of: mailbox, by: viewer).union(uids))
    }

    /// Messages are gone: nobody has seen them any more.
    static func forget(_ tx: borrowing WriteTransaction, _ uids: UIDSet, of mailbox: Mailbox) throws {
        guard mailbox.hasOwnSeen, !uids.isEmpty else { return }
        let viewers = try tx.read.all(
            "SELECT viewer_id, uids FROM mail_seen WHERE mailbox_id = $1", [.integer(mailbox.id.rawValue)]
        ) { (viewer: PrincipalID(rawValue: $0.integer(0)), uids: UIDSet(encoded: $0.bytes(1))) }
        for (viewer, seen) in viewers {
            let left = seen.subtracting(uids)
            if left != seen { try set(tx, of: mailbox.id, by: viewer, to: left) }
        }
    }
}

import CollectionStore
import Database
import Directory

/// What a change does to a mailbox's row.
struct MailboxDelta {
    var messages = 0
    var unseen = 0
    var deleted = 0
    var bytes: Int64 = 0
    /// UIDs that are given.
    var uids = 0

    /// Of a message with these flags that comes (1) or goes (-1).
    mutating func add(_ flags: UInt64, size: Int64, sign: Int) {
        messages += sign
        bytes += Int64(sign) * size
        if flags & SystemFlags.seen.rawValue == 0 { unseen += sign }
        if flags & SystemFlags.deleted.rawValue != 0 { deleted += sign }
    }
}

/// The log of a mailbox's changes, and the one place where modseqs and UIDs come from.
enum MailChangeLog {
    enum Kind: Int64 {
        case came, flags, vanished, ownSeen
    }

    /// Who holds the mailbox's row sees what others have committed to it, and is alone to the commit.
    static func hold(_ tx: borrowing WriteTransaction, _ mailbox: MailboxID) throws {
        try tx.willChange(.mailbox(mailbox))
        try tx.execute("UPDATE mailbox SET modseq = modseq WHERE id = $1", [.integer(mailbox.rawValue)])
    }

    /// Moves the mailbox's counters. The row stays locked to the commit, so modseqs and UIDs become visible in their order. The next UID and
    /// the modseq as they are then.
    static func advance(
        _ tx: borrowing WriteTransaction, _ mailbox: MailboxID, by delta: MailboxDelta
    ) throws -> (uidNext: Int64, modseq: ModSeq) {
        try tx.willChange(.mailbox(mailbox))
        let moved = try tx.read.first(
            """
            UPDATE mailbox SET modseq = modseq + 1, uid_next = uid_next + $2, message_count = message_count + $3,
                unseen_count = unseen_count + $4, deleted_count = deleted_count + $5, byte_count = byte_count + $6
            WHERE id = $1 AND trashed IS NULL RETURNING uid_next, modseq
            """,
            [
                .integer(mailbox.rawValue), .integer(Int64(delta.uids)), .integer(Int64(delta.messages)),
                .integer(Int64(delta.unseen)), .integer(Int64(delta.deleted)), .integer(delta.bytes),
            ]
        ) { (uidNext: $0.integer(0), modseq: ModSeq(rawValue: $0.integer(1))) }
        guard let moved else { throw MailRefusal.notFound }
        return moved
    }

    static func record(
        _ tx: borrowing WriteTransaction, _ kind: Kind, _ uids: UIDSet, in mailbox: MailboxID, modseq: ModSeq,
        viewer: PrincipalID? = nil, now: Milliseconds
    ) throws {
        try tx.execute(
            "INSERT INTO mail_change (mailbox_id, modseq, kind, uids, viewer_id, at) VALUES ($1, $2, $3, $4, $5, $6)",
            [
                .integer(mailbox.rawValue), .integer(modseq.rawValue), .integer(kind.rawValue), .bytes(uids.encoded),
                Value(viewer?.rawValue), .integer(now),
            ])
    }

    struct Entry {
        var modseq: ModSeq
        var kind: Kind
        var uids: UIDSet
        var viewer: PrincipalID?
    }

    /// Calls `body` with the changes after `since`, in their order, until it returns false.
    static func forEach(
        _ tx: borrowing ReadTransaction, in mailbox: MailboxID, since: ModSeq, _ body: (Entry) throws -> Bool
    ) throws {
        try tx.forEach(
            "SELECT modseq, kind, uids, viewer_id FROM mail_change WHERE mailbox_id = $1 AND modseq > $2 ORDER BY modseq",
            [.integer(mailbox.rawValue), .integer(since.rawValue)]
        ) { row in
            guard let kind = Kind(rawValue: row.integer(1)) else {
                throw Failure(.damaged, "a change of mailbox \(mailbox.rawValue) is of an unknown kind")
            }
            return try body(
                Entry(
                    modseq: ModSeq(rawValue: row.integer(0)), kind: kind, uids: UIDSet(encoded: row.bytes(2)),
                    viewer: row.optionalInteger(3).map(PrincipalID.init(rawValue:))))
        }
    }
}

extension HotRow {
    /// A mailbox's counters.
    static func mailbox(_ id: MailboxID) -> HotRow { HotRow(letter: UInt8(ascii: "m"), id: id.rawValue) }
}

extension MailStore {
    /// Tells of a change once it is committed.
    func changed(_ tx: borrowing WriteTransaction, _ mailbox: MailboxID, of owner: PrincipalID, to modseq: ModSeq) {
        publish(tx, MailHub.Event(owner: owner, mailbox: mailbox, modseq: modseq))
    }
}

import CollectionStore
import Database
import Directory

/// Reads of the table `mailbox`. The columns stand in one order everywhere.
enum MailboxRows {
    static func find(_ tx: borrowing ReadTransaction, _ id: MailboxID) throws -> Mailbox? {
        try tx.first(
            """
            SELECT id, owner_id, name, is_selectable, special_use, uid_validity, uid_next, modseq, log_floor, message_count,
                unseen_count, deleted_count, byte_count, has_own_seen, created, maildir, recent_uid
            FROM mailbox WHERE id = $1 AND trashed IS NULL
            """, [.integer(id.rawValue)], row: read)
    }

    static func find(_ tx: borrowing ReadTransaction, of owner: PrincipalID, named name: String) throws -> Mailbox? {
        try tx.first(
            """
            SELECT id, owner_id, name, is_selectable, special_use, uid_validity, uid_next, modseq, log_floor, message_count,
                unseen_count, deleted_count, byte_count, has_own_seen, created, maildir, recent_uid
            FROM mailbox WHERE owner_id = $1 AND name = $2 AND trashed IS NULL
            """, [.integer(owner.rawValue), .text(name)], row: read)
    }

    static func all(_ tx: borrowing ReadTransaction, of owner: PrincipalID) throws -> [Mailbox] {
        try tx.all(
            """
            SELECT id, owner_id, name, is_selectable, special_use, uid_validity, uid_next, modseq, log_floor, message_count,
                unseen_count, deleted_count, byte_count, has_own_seen, created, maildir, recent_uid
            FROM mailbox WHERE owner_id = $1 AND trashed IS NULL ORDER BY name
            """, [.integer(owner.rawValue)], row: read)
    }

    static func trashed(_ tx: borrowing ReadTransaction, _ id: MailboxID, of owner: PrincipalID) throws -> Mailbox? {
        try tx.first(
            """
            SELECT id, owner_id, name, is_selectable, special_use, uid_validity, uid_next, modseq, log_floor, message_count,
                unseen_count, deleted_count, byte_count, has_own_seen, created, maildir, recent_uid
            FROM mailbox WHERE id = $1 AND owner_id = $2 AND trashed IS NOT NULL
            """, [.integer(id.rawValue), .integer(owner.rawValue)], row: read)
    }

    /// The first that there is, if it was not deleted.
    static func first(_ tx: borrowing ReadTransaction) throws -> Mailbox? {
        guard let id = try tx.first("SELECT id FROM mailbox ORDER BY id LIMIT 1", [], row: { $0.integer(0) }) else { return nil }
        return try find(tx, MailboxID(rawValue: id))
    }

    /// Also a deleted one.
    static func findAny(_ tx: borrowing ReadTransaction, _ id: MailboxID) throws -> Mailbox? {
        try tx.first(
            """
            SELECT id, owner_id, name, is_selectable, special_use, uid_validity, uid_next, modseq, log_floor, message_count,
                unseen_count, deleted_count, byte_count, has_own_seen, created, maildir, recent_uid
            FROM mailbox WHERE id = $1
            """, [.integer(id.rawValue)], row: read)
    }

    /// One that holds messages.
    static func selectable(_ tx: borrowing ReadTransaction, _ id: MailboxID) throws -> Mailbox {
        guard let mailbox = try find(tx, id) else { throw MailRefusal.notFound }
        guard mailbox.isSelectable else { throw MailRefusal.notSelectable }
        return mailbox
    }

    static func read(_ row: borrowing Row) -> Mailbox {
        Mailbox(
            id: MailboxID(rawValue: row.integer(0)), owner: PrincipalID(rawValue: row.integer(1)), name: row.text(2),
            isSelectable: row.flag(3), specialUse: row.optionalText(4).flatMap { MailboxUse(rawValue: $0) },
            uidValidity: UInt32(clamping: row.integer(5)), uidNext: UInt32(clamping: row.integer(6)),
            modseq: ModSeq(rawValue: row.integer(7)), logFloor: ModSeq(rawValue: row.integer(8)),
            messageCount: Int(row.integer(9)), unseenCount: Int(row.integer(10)), deletedCount: Int(row.integer(11)),
            byteCount: row.integer(12), hasOwnSeen: row.flag(13), created: row.integer(14), maildir: row.optionalText(15),
            recentUID: UID(clamping: row.integer(16)))
    }
}

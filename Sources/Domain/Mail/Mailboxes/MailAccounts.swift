import CollectionStore
import Database
import Directory

/// The table `mail_account`: what all mailboxes of one owner have together.
enum MailAccounts {
    /// Makes the row where it is not there; true where it was not.
    @discardableResult
    static func open(_ tx: borrowing WriteTransaction, of owner: PrincipalID) throws -> Bool {
        try tx.rowsChanged(
            by: "INSERT INTO mail_account (owner_id, uid_validity, list_version) VALUES ($1, 0, 1) ON CONFLICT DO NOTHING",
            [.integer(owner.rawValue)]) > 0
    }

    /// RFC 9051 §2.3.1.1: the time, or one more than the latest, so that a mailbox under an old name has a higher one than that had.
    static func nextUIDValidity(_ tx: borrowing WriteTransaction, of owner: PrincipalID, now: Milliseconds) throws -> UInt32 {
        try open(tx, of: owner)
        let next = try tx.read.first(
            """
            UPDATE mail_account SET list_version = list_version + 1,
                uid_validity = CASE WHEN uid_validity < $2 THEN $2 ELSE uid_validity + 1 END
            WHERE owner_id = $1 RETURNING uid_validity
            """, [.integer(owner.rawValue), .integer(max(1, now / 1000))]) { $0.integer(0) }
        guard let next, let validity = UInt32(exactly: next) else { throw Failure(.serverBug, "UIDVALIDITY has come to its end") }
        return validity
    }

    static func listChanged(_ tx: borrowing WriteTransaction, of owner: PrincipalID) throws {
        try open(tx, of: owner)
        try tx.execute(
            "UPDATE mail_account SET list_version = list_version + 1 WHERE owner_id = $1", [.integer(owner.rawValue)])
    }

    /// Whether the owner is there at all: one may go while a message for it comes in.
    static func isPrincipal(_ tx: borrowing ReadTransaction, _ owner: PrincipalID) throws -> Bool {
        try tx.first("SELECT 1 FROM principal WHERE id = $1", [.integer(owner.rawValue)]) { _ in true } ?? false
    }

    static func messageLimit(_ tx: borrowing ReadTransaction, of owner: PrincipalID) throws -> Int64? {
        let limit = try tx.first(
            "SELECT message_limit FROM mail_account WHERE owner_id = $1", [.integer(owner.rawValue)]
        ) { $0.optionalInteger(0) }
        return limit ?? nil
    }

    static func messageCount(_ tx: borrowing ReadTransaction, of owner: PrincipalID) throws -> Int64 {
        try tx.first(
            "SELECT COALESCE(SUM(message_count), 0) FROM mailbox WHERE owner_id = $1 AND trashed IS NULL",
            [.integer(owner.rawValue)]) { $0.integer(0) } ?? 0
    }

    /// Throws `MailRefusal` where an owner has no room for so many messages and octets more: before the first change of a transaction
    /// that goes on after a refusal.
    static func check(_ tx: borrowing ReadTransaction, messages: Int, bytes: Int64, of owner: PrincipalID) throws {
        if messages > 0, let limit = try messageLimit(tx, of: owner), try messageCount(tx, of: owner) + Int64(messages) > limit {
            throw MailRefusal.tooManyMessages
        }
        let (used, limit) = try Quota.state(tx, of: owner)
        if let limit, bytes > 0, bytes > limit - used { throw MailRefusal.quotaExceeded }
    }

    /// After `check`; fewer octets are given back.
    static func take(_ tx: borrowing WriteTransaction, bytes: Int64, of owner: PrincipalID) throws {
        do {
            try Quota.take(tx, Int(clamping: bytes), of: owner)
        } catch StoreRefusal.quotaExceeded {
            // There was room: so the principal is gone. No refusal: a delivery goes on after one, and counters have moved already.
            throw Failure(.constraint, "the quota of principal \(owner.rawValue) cannot be taken from")
        }
    }

    // MARK: Storage

    /// Nil: it was not chosen, and no mailbox was made since it can be.
    static func storage(_ tx: borrowing ReadTransaction, of owner: PrincipalID) throws -> MailStorage? {
        let text = try tx.first("SELECT storage FROM mail_account WHERE owner_id = $1", [.integer(owner.rawValue)]) { $0.optionalText(0) }
        return (text ?? nil).flatMap { MailStorage(rawValue: $0) }
    }

    static func setStorage(_ tx: borrowing WriteTransaction, _ storage: MailStorage, of owner: PrincipalID) throws {
        try open(tx, of: owner)
        try tx.execute(
            "UPDATE mail_account SET storage = $2 WHERE owner_id = $1", [.integer(owner.rawValue), .text(storage.rawValue)])
    }

    // MARK: What is retained

    static func retainedBytes(_ tx: borrowing ReadTransaction, of owner: PrincipalID) throws -> Int64 {
        try tx.first("SELECT retained_bytes FROM mail_account WHERE owner_id = $1", [.integer(owner.rawValue)]) { $0.integer(0) } ?? 0
    }

    /// Fewer octets are given back.
    static func retain(_ tx: borrowing WriteTransaction, bytes: Int64, of owner: PrincipalID) throws {
        if bytes == 0 { return }
        try open(tx, of: owner)
        try tx.execute(
            "UPDATE mail_account SET retained_bytes = retained_bytes + $2 WHERE owner_id = $1",
            [.integer(owner.rawValue), .integer(bytes)])
    }
}

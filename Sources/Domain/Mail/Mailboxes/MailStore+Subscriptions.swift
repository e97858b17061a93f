package import CollectionStore
package import Database
package import Directory

/// A name in somebody's hierarchy.
package struct MailboxReference: Hashable, Sendable {
    package var owner: PrincipalID
    package var name: String

    package init(owner: PrincipalID, name: String) {
        self.owner = owner
        self.name = name
    }
}

extension MailStore {
    // MARK: Subscriptions

    /// The names that a principal has subscribed to, of mailboxes of whichever owner, whether they are there or not (RFC 9051 §6.3.7: a
    /// name stays although its mailbox goes).
    package func subscriptions(_ tx: borrowing ReadTransaction, of principal: PrincipalID) throws -> [MailboxReference] {
        try tx.all(
            "SELECT owner_id, name FROM mail_subscription WHERE principal_id = $1 ORDER BY owner_id, name",
            [.integer(principal.rawValue)]
        ) { MailboxReference(owner: PrincipalID(rawValue: $0.integer(0)), name: $0.text(1)) }
    }

    /// Again is harmless. Throws `MailRefusal` tooManySubscriptions or invalidName.
    package func subscribe(
        _ tx: borrowing WriteTransaction, _ principal: PrincipalID, to mailbox: MailboxReference
    ) throws {
        let name = try MailboxName.stored(mailbox.name, limits: limits)
        let count = try tx.read.first(
            "SELECT COUNT(*) FROM mail_subscription WHERE principal_id = $1", [.integer(principal.rawValue)]) { $0.integer(0) }
        if count ?? 0 >= Int64(limits.subscriptions) { throw MailRefusal.tooManySubscriptions }
        let added = try tx.rowsChanged(
            by: "INSERT INTO mail_subscription (principal_id, owner_id, name) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
            [.integer(principal.rawValue), .integer(mailbox.owner.rawValue), .text(name)])
        if added > 0 { try subscriptionsChanged(tx, of: principal) }
    }

    package func unsubscribe(
        _ tx: borrowing WriteTransaction, _ principal: PrincipalID, from mailbox: MailboxReference
    ) throws {
        let name = try MailboxName.stored(mailbox.name, limits: limits)
        let removed = try tx.rowsChanged(
            by: "DELETE FROM mail_subscription WHERE principal_id = $1 AND owner_id = $2 AND name = $3",
            [.integer(principal.rawValue), .integer(mailbox.owner.rawValue), .text(name)])
        if removed > 0 { try subscriptionsChanged(tx, of: principal) }
    }

    private func subscriptionsChanged(_ tx: borrowing WriteTransaction, of principal: PrincipalID) throws {
        try MailAccounts.listChanged(tx, of: principal)
        listChanged(tx, of: principal)
    }

    // MARK: Annotations (RFC 5464)

    /// Of a mailbox, or of the server (nil). `principal`: whose private ones; nil: those that all share. Entries in lower case, without
    /// `/private` and `/shared`.
    package func annotations(
        _ tx: borrowing ReadTransaction, of mailbox: MailboxID?, for principal: PrincipalID?
    ) throws -> [(entry: String, value: [UInt8])] {
        try tx.all(
            "SELECT entry, value FROM mail_annotation WHERE mailbox_id = $1 AND principal_id = $2 ORDER BY entry",
            [.integer(mailbox?.rawValue ?? 0), .integer(principal?.rawValue ?? 0)]) { ($0.text(0), $0.bytes(1)) }
    }

    /// Nil takes it away. Throws `MailRefusal` notFound, tooManyAnnotations or annotationTooLarge.
    package func setAnnotation(
        _ tx: borrowing WriteTransaction, of mailbox: MailboxID?, for principal: PrincipalID?, entry: String, value: [UInt8]?,
        now: Milliseconds
    ) throws {
        let key: [Value] = [.integer(mailbox?.rawValue ?? 0), .integer(principal?.rawValue ?? 0), .text(entry)]
        let old = try tx.read.first(
            "SELECT value FROM mail_annotation WHERE mailbox_id = $1 AND principal_id = $2 AND entry = $3", key) { $0.bytes(0) }
        if old == value { return }
        try write(tx, key, entry, value)
        let annotation = MailHub.Annotation(entry: entry, principal: principal)
        if let mailbox {
            // RFC 7162 §3.2: "it MUST increment the per-mailbox mod-sequence when SETMETADATA successfully changes an annotation".
            guard let owner = try self.mailbox(tx.read, mailbox)?.owner else { throw MailRefusal.notFound }
            let modseq = try MailChangeLog.advance(tx, mailbox, by: MailboxDelta()).modseq
            try MailChangeLog.record(tx, .flags, UIDSet(), in: mailbox, modseq: modseq, now: now)
            publish(tx, MailHub.Event(owner: owner, mailbox: mailbox, modseq: modseq, annotation: annotation))
        } else if let principal {
            publish(tx, MailHub.Event(owner: principal, mailbox: nil, modseq: .zero, annotation: annotation))
        }
    }

    private func write(_ tx: borrowing WriteTransaction, _ key: [Value], _ entry: String, _ value: [UInt8]?) throws {
        guard let value else {
            try tx.execute("DELETE FROM mail_annotation WHERE mailbox_id = $1 AND principal_id = $2 AND entry = $3", key)
            return
        }
        if value.count > limits.annotationSize || entry.utf8.count > limits.nameLength { throw MailRefusal.annotationTooLarge }
        let others = try tx.read.first(
            "SELECT COUNT(*) FROM mail_annotation WHERE mailbox_id = $1 AND principal_id = $2 AND entry <> $3", key) { $0.integer(0) }
        if others ?? 0 >= Int64(limits.annotations) { throw MailRefusal.tooManyAnnotations }
        try tx.execute(
            """
            INSERT INTO mail_annotation (mailbox_id, principal_id, entry, value) VALUES ($1, $2, $3, $4)
            ON CONFLICT (mailbox_id, principal_id, entry) DO UPDATE SET value = excluded.value
            """, key + [.bytes(value)])
    }
}

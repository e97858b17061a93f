package import CollectionStore
package import Database
package import Directory

extension MailStore {
    /// Takes away the messages with \Deleted, all or those of `uids`; they are retained. Which went, and the modseq of it where any did.
    /// Throws `MailRefusal` notFound or notSelectable.
    package func expunge(
        _ tx: borrowing WriteTransaction, _ uids: UIDSet = .all, in mailbox: MailboxID, onlyDeleted: Bool = true,
        by principal: PrincipalID?, now: Milliseconds
    ) throws -> (uids: UIDSet, modseq: ModSeq?) {
        let target = try MailboxRows.selectable(tx.read, mailbox)
        if onlyDeleted, target.deletedCount == 0 { return (UIDSet(), nil) }
        var rows = try MessageRows.all(tx.read, uids, in: mailbox)
        if onlyDeleted { rows.removeAll { $0.flags & SystemFlags.deleted.rawValue == 0 } }
        if rows.isEmpty { return (UIDSet(), nil) }
        let gone = rows.uidSet
        var delta = MailboxDelta()
        for row in rows { delta.add(row.flags, size: row.size, sign: -1) }
        let (_, modseq) = try MailChangeLog.advance(tx, mailbox, by: delta)
        for range in gone.ranges {
            try tx.execute(
                """
                INSERT INTO mail_retained (mailbox_id, uid, owner_id, flags, content_id, thread_id, size, internal_date,
                    internal_zone, expunged, expunged_by)
                SELECT mailbox_id, uid, $4, flags, content_id, thread_id, size, internal_date, internal_zone, $5, $6
                FROM mail_message WHERE mailbox_id = $1 AND uid BETWEEN $2 AND $3
                """,
                [
                    .integer(mailbox.rawValue), .integer(Int64(range.lowerBound)), .integer(Int64(range.upperBound)),
                    .integer(target.owner.rawValue), .integer(now), Value(principal?.rawValue),
                ])
        }
        try MessageRows.delete(tx, gone, in: mailbox)
        try OwnSeen.forget(tx, gone, of: target)
        try MailChangeLog.record(tx, .vanished, gone, in: mailbox, modseq: modseq, now: now)
        try MailAccounts.take(tx, bytes: delta.bytes, of: target.owner)
        try MailAccounts.retain(tx, bytes: 0 - delta.bytes, of: target.owner)
        // Twice as many as come may go, so that what is retained shrinks to its limit.
        try boundRetained(tx, of: target.owner, limit: max(1000, 2 * rows.count))
        changed(tx, mailbox, of: target.owner, to: modseq)
        return (gone, modseq)
    }
}

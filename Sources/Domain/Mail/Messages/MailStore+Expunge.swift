package import CollectionStore
package import Database
package import Directory

/// What an expunge did.
package struct ExpungeResult: Sendable, Equatable {
    package var uids = UIDSet()
    /// Where any went.
    package var modseq: ModSeq?
    /// Where to go on: it was not looked at the messages from there on.
    package var rest: UID?
}

extension MailStore {
    /// Takes away the messages with \Deleted, all or those of `uids`; they are retained. It ends behind `mostRanges` ranges of UIDs, so that a
    /// long one can be several transactions. Throws `MailRefusal` notFound or notSelectable.
    package func expunge(
        _ tx: borrowing WriteTransaction, _ uids: UIDSet = .all, in mailbox: MailboxID, onlyDeleted: Bool = true,
        by principal: PrincipalID?, mostRanges: Int = .max, now: Milliseconds
    ) throws -> ExpungeResult {
        let target = try MailboxRows.selectable(tx.read, mailbox)
        if onlyDeleted, target.deletedCount == 0 { return ExpungeResult() }
        var result = ExpungeResult()
        var gone = UIDSet()
        var delta = MailboxDelta()
        var count = 0
        try MessageRows.forEach(tx.read, uids, in: mailbox) { row in
            if onlyDeleted, row.flags & SystemFlags.deleted.rawValue == 0 { return true }
            if gone.ranges.count >= mostRanges, gone.highest.map({ $0 + 1 < row.uid }) ?? true {
                result.rest = row.uid
                return false
            }
            gone.append(row.uid)
            delta.add(row.flags, size: row.size, sign: -1)
            count += 1
            return true
        }
        if gone.isEmpty { return result }
        let (_, modseq) = try MailChangeLog.advance(tx, mailbox, by: delta)
        for range in gone.ranges { try retain(tx, range, of: target, by: principal, now: now) }
        try MessageRows.delete(tx, gone, in: mailbox)
        try OwnSeen.forget(tx, gone, of: target)
        try MailChangeLog.record(tx, .vanished, gone, in: mailbox, modseq: modseq, now: now)
        try MailAccounts.take(tx, bytes: delta.bytes, of: target.owner)
        try MailAccounts.retain(tx, bytes: 0 - delta.bytes, of: target.owner)
        // Twice as many as come may go, so that what is retained shrinks to its limit.
        try boundRetained(tx, of: target.owner, limit: max(1000, 2 * count))
        filesDiffer(tx, in: target)
        changed(tx, mailbox, of: target.owner, to: modseq)
        result.uids = gone
        result.modseq = modseq
        return result
    }

    private func retain(
        _ tx: borrowing WriteTransaction, _ range: ClosedRange<UID>, of mailbox: Mailbox, by principal: PrincipalID?, now: Milliseconds
    ) throws {
        try tx.execute(
            """
            INSERT INTO mail_retained (mailbox_id, uid, owner_id, flags, content_id, thread_id, size, internal_date,
                internal_zone, expunged, expunged_by)
            SELECT mailbox_id, uid, $4, flags, content_id, thread_id, size, internal_date, internal_zone, $5, $6
            FROM mail_message WHERE mailbox_id = $1 AND uid BETWEEN $2 AND $3
            """,
            [
                .integer(mailbox.id.rawValue), .integer(Int64(range.lowerBound)), .integer(Int64(range.upperBound)),
                .integer(mailbox.owner.rawValue), .integer(now), Value(principal?.rawValue),
            ])
    }
}

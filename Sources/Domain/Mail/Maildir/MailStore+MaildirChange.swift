import CollectionStore
import Database
import Directory

// What changes of the index mean for files. All of it is done after the commit, by the next look.
extension MailStore {
    /// The next look will find files that are not as their rows want them.
    func filesDiffer(_ tx: borrowing WriteTransaction, in mailbox: Mailbox) {
        if mailbox.isInMaildir { filesDiffer(tx, in: mailbox.id) }
    }

    func filesDiffer(_ tx: borrowing WriteTransaction, in mailbox: MailboxID) {
        guard let maildirs else { return }
        tx.afterCommit { maildirs.touch(mailbox) }
    }

    /// Files of messages that are gone for good from a mailbox.
    func doomFiles(_ tx: borrowing WriteTransaction, _ uids: UIDSet, of mailbox: Mailbox) throws {
        guard mailbox.isInMaildir else { return }
        for range in uids.ranges { _ = try MailFiles.doomUnused(tx, range, in: mailbox.id) }
        filesDiffer(tx, in: mailbox)
    }

    /// The same where neither a message nor a retained one has them any more.
    func doomFiles(_ tx: borrowing WriteTransaction, _ range: ClosedRange<UID>, in mailbox: MailboxID) throws {
        if try MailFiles.doomUnused(tx, range, in: mailbox) > 0 { filesDiffer(tx, in: mailbox) }
    }

    /// The rows of copies are there: now their octets come to where the target has its own. The contents that the copies do not share with
    /// their sources: they may be unused where those go.
    @discardableResult
    func placeOctets(
        _ tx: borrowing WriteTransaction, of copies: UIDSet, from source: Mailbox, to target: Mailbox, now: Milliseconds
    ) throws -> [ContentID] {
        if !source.isInMaildir && !target.isInMaildir { return [] }
        var left: [ContentID] = []
        var files = try NewFiles(tx, self, target)
        var hasKeywords = false
        for range in copies.ranges {
            let rows = try tx.read.all(
                """
                SELECT uid, content_id, flags, size, internal_date, internal_zone FROM mail_message
                WHERE mailbox_id = $1 AND uid BETWEEN $2 AND $3 ORDER BY uid
                """,
                [.integer(target.id.rawValue), .integer(Int64(range.lowerBound)), .integer(Int64(range.upperBound))]
            ) {
                (
                    uid: $0.integer(0), content: ContentID(rawValue: $0.integer(1)), flags: UInt64(bitPattern: $0.integer(2)),
                    size: $0.integer(3), date: InternalTime(seconds: $0.integer(4), zoneMinutes: Int($0.integer(5)))
                )
            }
            for row in rows {
                if row.flags & FlagBits.allKeywords != 0 { hasKeywords = true }
                if files != nil {
                    let added = try files?.addFile(
                        tx, of: row.content, size: row.size, uid: row.uid, flags: row.flags, date: row.date, now: now)
                    guard let own = added?.content, own != row.content else { continue }
                    left.append(row.content)
                    try tx.execute(
                        "UPDATE mail_message SET content_id = $3 WHERE mailbox_id = $1 AND uid = $2",
                        [.integer(target.id.rawValue), .integer(row.uid), .integer(own.rawValue)])
                } else {
                    try bringIntoDatabase(tx, row.content)
                }
            }
        }
        try files?.finish(tx, hasKeywords: hasKeywords)
        return left
    }
}

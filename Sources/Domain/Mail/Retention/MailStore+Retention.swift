package import CollectionStore
package import Database
package import Directory

extension MailStore {
    /// What an owner deleted and can have back, the latest first.
    package func retainedMailboxes(_ tx: borrowing ReadTransaction, of owner: PrincipalID) throws -> [RetainedMailbox] {
        try tx.all(
            """
            SELECT id, name, message_count, byte_count, trashed FROM mailbox WHERE owner_id = $1 AND trashed IS NOT NULL
            ORDER BY trashed DESC, id DESC
            """, [.integer(owner.rawValue)]
        ) {
            RetainedMailbox(
                id: MailboxID(rawValue: $0.integer(0)), name: $0.text(1), messageCount: Int($0.integer(2)),
                byteCount: $0.integer(3), deleted: $0.integer(4))
        }
    }

    /// Expunged messages of one mailbox, or of all of an owner's, the latest first, at most `limit`.
    package func retainedMessages(
        _ tx: borrowing ReadTransaction, of owner: PrincipalID, from mailbox: MailboxID? = nil, limit: Int
    ) throws -> [RetainedMessage] {
        try tx.all(
            """
            SELECT mailbox_id, uid, content_id, size, internal_date, internal_zone, expunged, expunged_by FROM mail_retained
            WHERE owner_id = $1 AND ($2 = 0 OR mailbox_id = $2) ORDER BY expunged DESC, mailbox_id, uid LIMIT $3
            """, [.integer(owner.rawValue), .integer(mailbox?.rawValue ?? 0), .integer(Int64(limit))]
        ) {
            RetainedMessage(
                mailbox: MailboxID(rawValue: $0.integer(0)), uid: UID(clamping: $0.integer(1)),
                content: ContentID(rawValue: $0.integer(2)), size: Int($0.integer(3)),
                internalDate: InternalTime(seconds: $0.integer(4), zoneMinutes: Int($0.integer(5))), expunged: $0.integer(6),
                expungedBy: $0.optionalInteger(7).map(PrincipalID.init(rawValue:)))
        }
    }

    /// Brings a deleted mailbox back with its messages, under its name or one made from it. Its UIDs are the old ones under a
    /// new UIDVALIDITY. Throws `MailRefusal` notFound, quotaExceeded, tooManyMessages or tooManyMailboxes.
    package func restore(
        _ tx: borrowing WriteTransaction, mailbox: MailboxID, of owner: PrincipalID, now: Milliseconds
    ) throws -> Mailbox {
        guard let old = try MailboxRows.trashed(tx.read, mailbox, of: owner) else { throw MailRefusal.notFound }
        try MailAccounts.check(tx.read, messages: old.messageCount, bytes: old.byteCount, of: owner)
        let taken = try MailboxRows.find(tx.read, of: owner, named: old.name)
        let isPlaceholder = taken.map { !$0.isSelectable } ?? false
        let name = isPlaceholder ? old.name : try freeName(tx.read, like: old.name, of: owner)
        try makePlace(tx, for: name, owner, and: isPlaceholder ? 0 : 1, now: now)
        if isPlaceholder, let taken {
            try tx.execute("DELETE FROM mail_grant WHERE mailbox_id = $1", [.integer(taken.id.rawValue)])
            try tx.execute("DELETE FROM mailbox WHERE id = $1", [.integer(taken.id.rawValue)])
        }
        // RFC 9051 §2.3.1.1: under one name UIDVALIDITY only grows; another mailbox may have had the name since.
        let validity = try MailAccounts.nextUIDValidity(tx, of: owner, now: now)
        let use = try old.specialUse.flatMap { try isUseTaken(tx.read, $0, of: owner) ? nil : $0 }
        try tx.execute(
            "UPDATE mailbox SET trashed = NULL, name = $2, special_use = $3, uid_validity = $4 WHERE id = $1",
            [.integer(mailbox.rawValue), .text(name), Value(use?.rawValue), .integer(Int64(validity))])
        try MailAccounts.take(tx, bytes: old.byteCount, of: owner)
        try MailAccounts.retain(tx, bytes: 0 - old.byteCount, of: owner)
        filesDiffer(tx, in: mailbox)
        listChanged(tx, of: owner)
        return try MailboxRows.selectable(tx.read, mailbox)
    }

    /// `name`, or one made from it that no mailbox has.
    private func freeName(_ tx: borrowing ReadTransaction, like name: String, of owner: PrincipalID) throws -> String {
        var candidate = name
        var number = 1
        while try MailboxRows.find(tx, of: owner, named: candidate) != nil {
            number += number < 100 ? 1 : number
            candidate = try MailboxName.stored("\(name) (\(number))", limits: limits)
        }
        return candidate
    }

    /// Brings expunged messages of a mailbox back to it, or to INBOX where it is gone, with their flags but \Deleted, under new UIDs. How
    /// many came. Throws `MailRefusal` quotaExceeded, tooManyMessages or mailboxFull.
    @discardableResult
    package func restore(
        _ tx: borrowing WriteTransaction, messages uids: UIDSet, from mailbox: MailboxID, of owner: PrincipalID, now: Milliseconds
    ) throws -> Int {
        var messages: [(uid: UID, message: NewMessage)] = []
        let keywords = try MailKeywords.all(tx.read, of: mailbox)
        for range in uids.ranges {
            let rows = try tx.read.all(
                """
                SELECT uid, flags, content_id, internal_date, internal_zone FROM mail_retained
                WHERE mailbox_id = $1 AND uid BETWEEN $2 AND $3 AND owner_id = $4 ORDER BY uid
                """,
                [
                    .integer(mailbox.rawValue), .integer(Int64(range.lowerBound)), .integer(Int64(range.upperBound)),
                    .integer(owner.rawValue),
                ]
            ) {
                (
                    uid: UID(clamping: $0.integer(0)), flags: FlagBits(rawValue: UInt64(bitPattern: $0.integer(1))),
                    content: ContentID(rawValue: $0.integer(2)),
                    date: InternalTime(seconds: $0.integer(3), zoneMinutes: Int($0.integer(4)))
                )
            }
            for row in rows {
                guard let content = try content(tx.read, row.content) else {
                    throw Failure(.damaged, "content \(row.content.rawValue) of a retained message is missing")
                }
                var flags = row.flags.flags(keywords)
                flags.system.remove(.deleted)
                messages.append((row.uid, NewMessage(content, flags: flags, internalDate: row.date)))
            }
        }
        if messages.isEmpty { return 0 }
        let place = try MailboxRows.find(tx.read, mailbox)
        let target = try place.flatMap { $0.isSelectable ? $0 : nil } ?? makeInbox(tx, of: owner, now: now)
        _ = try append(tx, messages.map(\.message), to: target.id, now: now)
        try MailAccounts.retain(tx, bytes: messages.reduce(0) { $0 - Int64($1.message.content.size) }, of: owner)
        for range in UIDSet(messages.map(\.uid)).ranges {
            try tx.execute(
                "DELETE FROM mail_retained WHERE mailbox_id = $1 AND uid BETWEEN $2 AND $3",
                [.integer(mailbox.rawValue), .integer(Int64(range.lowerBound)), .integer(Int64(range.upperBound))])
            try doomFiles(tx, range, in: mailbox)
        }
        return messages.count
    }
}

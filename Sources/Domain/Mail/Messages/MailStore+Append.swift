package import CollectionStore
package import Database
package import Directory

extension MailStore {
    /// A message that comes in pieces. Line ends become CRLF, as IMAP and SMTP carry them; with `keepsOctets` all stays as it is (RFC 3516
    /// §4.4: literal8).
    package func upload(keepsOctets: Bool = false) -> MessageUpload { MessageUpload(limits: limits, keepsOctets: keepsOctets) }

    /// Writes octets of an upload that are due. Throws `MailRefusal.contentGone`.
    package func stage(
        _ tx: borrowing WriteTransaction, _ part: MessageUpload.Part, now: Milliseconds
    ) throws -> ContentID {
        try MailContents.stage(tx, part, now: now)
    }

    /// Writes the octets of a finished message that waits for others, so that they are no longer in memory.
    package func stage(
        _ tx: borrowing WriteTransaction, content: NewContent, now: Milliseconds
    ) throws -> NewContent {
        try MailContents.stage(tx, content, now: now)
    }

    /// Takes staged octets away that will not be needed. What is forgotten goes by itself after a day.
    package func discard(_ tx: borrowing WriteTransaction, _ content: ContentID) throws {
        let removed = try tx.rowsChanged(
            by: "DELETE FROM mail_content WHERE id = $1 AND staged IS NOT NULL", [.integer(content.rawValue)])
        if removed > 0 { try MailBodies.delete(tx, of: content) }
    }

    /// Whether the owner has room: asked before octets are staged, which count for nothing until they are a message. Throws `MailRefusal`
    /// quotaExceeded or tooManyMessages.
    package func checkQuota(
        _ tx: borrowing ReadTransaction, messages: Int, bytes: UInt64, of owner: PrincipalID
    ) throws {
        try MailAccounts.check(tx, messages: messages, bytes: Int64(clamping: bytes), of: owner)
    }

    /// Appends all or none (RFC 3502 §6.3.11). Throws `MailRefusal` notFound, notSelectable, quotaExceeded, tooManyMessages,
    /// mailboxFull or contentGone. Keywords that the mailbox has no room for are left out.
    package func append(
        _ tx: borrowing WriteTransaction, _ messages: [NewMessage], to mailbox: MailboxID, viewer: PrincipalID? = nil,
        now: Milliseconds
    ) throws -> AppendResult {
        try append(tx, messages, to: try MailboxRows.selectable(tx.read, mailbox), viewer: viewer, now: now)
    }

    /// The same for who has read the mailbox's row in this transaction; it can have messages.
    package func append(
        _ tx: borrowing WriteTransaction, _ messages: [NewMessage], to target: Mailbox, viewer: PrincipalID? = nil, now: Milliseconds
    ) throws -> AppendResult {
        let mailbox = target.id
        if messages.isEmpty {
            return AppendResult(uidValidity: target.uidValidity, uids: UIDSet(), modseq: target.modseq)
        }
        var bytes: Int64 = 0
        for message in messages {
            bytes += Int64(message.content.size)
            guard try MailContents.isThere(tx.read, message.content) else { throw MailRefusal.contentGone }
        }
        try checkRoom(tx.read, for: messages.count, in: target)
        // What another program has put into a Maildir is there: it counts, and cannot be refused.
        let isThere = messages.allSatisfy(\.content.isArrival)
        if !isThere { try MailAccounts.check(tx.read, messages: messages.count, bytes: bytes, of: target.owner) }

        // From here on nothing is refused.
        var files = try NewFiles(tx, self, target)
        let ownViewer = viewer.flatMap { target.seenOwner(for: $0) }
        var delta = MailboxDelta(uids: messages.count)
        var flags: [UInt64] = []
        for message in messages {
            var system = message.flags.system.intersection(.all)
            if ownViewer != nil { system.remove(.seen) }
            let bits = try system.rawValue | MailKeywords.bits(tx, message.flags.keywords, in: mailbox).bits
            delta.add(bits, size: Int64(message.content.size), sign: 1)
            flags.append(bits)
        }
        let (uidNext, modseq) = try MailChangeLog.advance(tx, mailbox, by: delta)
        if isThere {
            try Quota.release(tx, Int(clamping: 0 - bytes), of: target.owner)
        } else {
            try MailAccounts.take(tx, bytes: bytes, of: target.owner)
        }
        let first = uidNext - Int64(messages.count)
        var seen = UIDSet()
        for (index, message) in messages.enumerated() {
            let uid = first + Int64(index)
            let date = message.internalDate ?? InternalTime(seconds: now / 1000)
            let content = try files?.keep(tx, message.content, uid: uid, flags: flags[index], date: date, now: now)
                ?? keepInDatabase(tx, message.content)
            try tx.execute(
                """
                INSERT INTO mail_message (mailbox_id, uid, modseq, flags, content_id, thread_id, size, internal_date,
                    internal_zone, saved)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
                """,
                [
                    .integer(mailbox.rawValue), .integer(uid), .integer(modseq.rawValue),
                    .integer(Int64(bitPattern: flags[index])), .integer(content.rawValue),
                    .integer(message.content.threadHash ?? content.rawValue), .integer(Int64(message.content.size)),
                    .integer(date.seconds), .integer(Int64(date.zoneMinutes)), .integer(now),
                ])
            if ownViewer != nil, message.flags.system.contains(.seen), let uid = UID(exactly: uid) { seen.append(uid) }
        }
        try files?.finish(tx, hasKeywords: flags.contains { $0 & FlagBits.allKeywords != 0 })
        let uids = UIDSet(UID(clamping: first)...UID(clamping: uidNext - 1))
        try MailChangeLog.record(tx, .came, uids, in: mailbox, modseq: modseq, now: now)
        if let ownViewer { try OwnSeen.add(tx, seen, to: mailbox, by: ownViewer) }
        changed(tx, mailbox, of: target.owner, to: modseq)
        return AppendResult(uidValidity: target.uidValidity, uids: uids, modseq: modseq)
    }

    private func keepInDatabase(_ tx: borrowing WriteTransaction, _ content: NewContent) throws -> ContentID {
        let id = try MailContents.keep(tx, content)
        // Another mailbox's, which may be in files.
        if case .held = content.place { return id }
        try bringIntoDatabase(tx, id)
        return id
    }

    /// UIDs are numbers of 32 bits; the last one is not given, so that UIDNEXT is one too.
    func checkRoom(_ tx: borrowing ReadTransaction, for count: Int, in mailbox: Mailbox) throws {
        if Int64(mailbox.uidNext) + Int64(count) > Int64(UID.max) { throw MailRefusal.mailboxFull }
    }
}

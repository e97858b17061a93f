package import CollectionStore
package import Database
package import Directory

extension MailStore {
    /// How long staged octets wait for their message.
    private static let stagedTime: Milliseconds = 24 * 3_600_000

    /// Removes for good what was expunged or deleted before `horizon` or is above the limit, and what was staged a day ago, about `limit` messages at a time; how many
    /// went, 0 when all is done.
    package func purge(
        _ tx: borrowing WriteTransaction, before horizon: Milliseconds, now: Milliseconds, limit: Int
    ) throws -> Int {
        let staged = try tx.read.all(
            "SELECT id FROM mail_content WHERE staged < $1 LIMIT $2",
            [.integer(now - Self.stagedTime), .integer(Int64(limit))]) { ContentID(rawValue: $0.integer(0)) }
        for content in staged { try discard(tx, content) }
        if !staged.isEmpty { return staged.count }

        let retained = try tx.read.all(
            """
            SELECT mailbox_id, uid, content_id, owner_id, size, expunged FROM mail_retained
            WHERE expunged < $1 ORDER BY expunged LIMIT $2
            """, [.integer(horizon), .integer(Int64(limit))], row: RetainedRow.init)
        try remove(tx, retained)
        if !retained.isEmpty { return retained.count }

        let mailbox = try tx.read.first("SELECT id FROM mailbox WHERE trashed < $1 LIMIT 1", [.integer(horizon)]) {
            MailboxID(rawValue: $0.integer(0))
        }
        if let mailbox { return max(1, try destroy(tx, mailbox, limit: limit).count) }

        let owner = try tx.read.first(
            "SELECT owner_id FROM mail_account WHERE retained_bytes > $1 LIMIT 1", [.integer(limits.retainedSize)]
        ) { PrincipalID(rawValue: $0.integer(0)) }
        return try owner.map { try boundRetained(tx, of: $0, limit: limit) } ?? 0
    }

    private func remove(_ tx: borrowing WriteTransaction, _ rows: [RetainedRow]) throws {
        for row in rows {
            try tx.execute(
                "DELETE FROM mail_retained WHERE mailbox_id = $1 AND uid = $2", [.integer(row.mailbox), .integer(row.uid)])
            let uid = UID(clamping: row.uid)
            let mailbox = MailboxID(rawValue: row.mailbox)
            if maildirs != nil { try doomFiles(tx, uid...uid, in: mailbox) }
        }
        try MailContents.deleteUnused(tx, rows.map(\.content))
        for (owner, rows) in Dictionary(grouping: rows, by: \.owner) {
            try MailAccounts.retain(tx, bytes: rows.reduce(0) { $0 - $1.size }, of: owner)
        }
    }

    /// What an owner has retained is no part of a quota, so it has a limit of its own: above it the oldest goes before its time, at most about
    /// `limit` messages now. How many went.
    @discardableResult
    func boundRetained(_ tx: borrowing WriteTransaction, of owner: PrincipalID, limit: Int) throws -> Int {
        var gone = 0
        while gone < limit {
            var excess = try MailAccounts.retainedBytes(tx.read, of: owner) - limits.retainedSize
            if excess <= 0 { return gone }
            let mailbox = try oldestDeleted(tx.read, of: owner)
            var rows = try tx.read.all(
                """
                SELECT mailbox_id, uid, content_id, owner_id, size, expunged FROM mail_retained
                WHERE owner_id = $1 ORDER BY expunged LIMIT $2
                """, [.integer(owner.rawValue), .integer(Int64(min(100, limit - gone)))], row: RetainedRow.init)
            if let mailbox, rows.first.map({ mailbox.deleted <= $0.expunged }) ?? true {
                gone += max(1, try destroy(tx, mailbox.id, limit: limit - gone).count)
                continue
            }
            if rows.isEmpty { return gone }
            rows = Array(
                rows.prefix { row in
                    if excess <= 0 { return false }
                    excess -= row.size
                    return true
                })
            try remove(tx, rows)
            gone += rows.count
        }
        return gone
    }

    /// No more deleted mailboxes than there may be mailboxes: the oldest goes before its time.
    func boundDeleted(_ tx: borrowing WriteTransaction, of owner: PrincipalID) throws {
        let count = try tx.read.first(
            "SELECT COUNT(*) FROM mailbox WHERE owner_id = $1 AND trashed IS NOT NULL", [.integer(owner.rawValue)]) { $0.integer(0) }
        guard count ?? 0 > Int64(limits.mailboxesPerOwner), let oldest = try oldestDeleted(tx.read, of: owner) else { return }
        _ = try destroy(tx, oldest.id, limit: 1000)
    }

    private func oldestDeleted(
        _ tx: borrowing ReadTransaction, of owner: PrincipalID
    ) throws -> (id: MailboxID, deleted: Milliseconds)? {
        try tx.first(
            "SELECT id, trashed FROM mailbox WHERE owner_id = $1 AND trashed IS NOT NULL ORDER BY trashed LIMIT 1",
            [.integer(owner.rawValue)]) { (MailboxID(rawValue: $0.integer(0)), $0.integer(1)) }
    }

    /// Takes a mailbox away, about `limit` rows at a time; when nothing else is left it goes itself. How many rows went.
    private func destroy(
        _ tx: borrowing WriteTransaction, _ mailbox: MailboxID, limit: Int
    ) throws -> (count: Int, isDone: Bool) {
        var count = 0
        while count < limit {
            let (more, isDone) = try destroySome(tx, mailbox, limit: limit - count)
            count += more
            if isDone { return (count, true) }
        }
        return (count, false)
    }

    private func destroySome(
        _ tx: borrowing WriteTransaction, _ mailbox: MailboxID, limit: Int
    ) throws -> (count: Int, isDone: Bool) {
        let id = Value.integer(mailbox.rawValue)
        let messages = try tx.read.all(
            "SELECT uid, content_id, size, flags FROM mail_message WHERE mailbox_id = $1 ORDER BY uid LIMIT $2",
            [id, .integer(Int64(limit))]
        ) {
            (
                uid: UID(clamping: $0.integer(0)), content: ContentID(rawValue: $0.integer(1)), size: $0.integer(2),
                flags: UInt64(bitPattern: $0.integer(3))
            )
        }
        if let last = messages.last {
            try tx.execute("DELETE FROM mail_message WHERE mailbox_id = $1 AND uid <= $2", [id, .integer(Int64(last.uid))])
            try doomFiles(tx, 1...max(1, last.uid), in: mailbox)
            try MailContents.deleteUnused(tx, messages.map(\.content))
            // What is left is what could still be restored.
            var gone = MailboxDelta()
            for message in messages { gone.add(message.flags, size: message.size, sign: 1) }
            let row = try tx.read.first(
                """
                UPDATE mailbox SET message_count = message_count - $2, byte_count = byte_count - $3,
                    unseen_count = unseen_count - $4, deleted_count = deleted_count - $5
                WHERE id = $1 RETURNING owner_id, trashed
                """,
                [
                    id, .integer(Int64(gone.messages)), .integer(gone.bytes), .integer(Int64(gone.unseen)),
                    .integer(Int64(gone.deleted)),
                ]
            ) { (owner: PrincipalID(rawValue: $0.integer(0)), isDeleted: !$0.isNull(1)) }
            if let row, row.isDeleted { try MailAccounts.retain(tx, bytes: 0 - gone.bytes, of: row.owner) }
            return (messages.count, false)
        }
        let retained = try tx.read.all(
            """
            SELECT mailbox_id, uid, content_id, owner_id, size, expunged FROM mail_retained
            WHERE mailbox_id = $1 ORDER BY uid LIMIT $2
            """, [id, .integer(Int64(limit))], row: RetainedRow.init)
        if !retained.isEmpty {
            try remove(tx, retained)
            return (retained.count, false)
        }
        let next = try tx.read.first(
            "SELECT modseq FROM mail_change WHERE mailbox_id = $1 ORDER BY modseq LIMIT 1 OFFSET $2", [id, .integer(Int64(limit))]
        ) { $0.integer(0) }
        if let next {
            // What is left could still be restored, and must know where its log begins.
            try tx.execute("UPDATE mailbox SET log_floor = $2 WHERE id = $1 AND log_floor < $2", [id, .integer(next - 1)])
            try tx.execute("DELETE FROM mail_change WHERE mailbox_id = $1 AND modseq < $2", [id, .integer(next)])
            return (limit, false)
        }
        try tx.execute("DELETE FROM mail_keyword WHERE mailbox_id = $1", [id])
        try tx.execute("DELETE FROM mail_change WHERE mailbox_id = $1", [id])
        try tx.execute("DELETE FROM mail_seen WHERE mailbox_id = $1", [id])
        try tx.execute("DELETE FROM mail_grant WHERE mailbox_id = $1", [id])
        try URLKeys.removeAll(tx, of: mailbox)
        try tx.execute("DELETE FROM mail_annotation WHERE mailbox_id = $1", [id])
        try removeDirectory(tx, of: mailbox)
        try tx.execute("DELETE FROM mail_snapshot WHERE mailbox_id = $1", [id])
        try MailOrder.remove(tx, of: mailbox)
        try tx.execute("DELETE FROM mailbox WHERE id = $1", [id])
        return (0, true)
    }

    /// Forgets changes that were made before `horizon` and raises the floors; how many went.
    package func forgetChanges(
        _ tx: borrowing WriteTransaction, before horizon: Milliseconds, limit: Int
    ) throws -> Int {
        let rows = try tx.read.all(
            "SELECT mailbox_id, modseq FROM mail_change WHERE at < $1 ORDER BY at LIMIT $2",
            [.integer(horizon), .integer(Int64(limit))]) { (mailbox: $0.integer(0), modseq: $0.integer(1)) }
        var floors: [Int64: Int64] = [:]
        for row in rows { floors[row.mailbox] = max(floors[row.mailbox] ?? 0, row.modseq) }
        for (mailbox, floor) in floors.sorted(by: { $0.key < $1.key }) {
            try tx.execute(
                "UPDATE mailbox SET log_floor = $2 WHERE id = $1 AND log_floor < $2", [.integer(mailbox), .integer(floor)])
            try tx.execute(
                "DELETE FROM mail_change WHERE mailbox_id = $1 AND modseq <= $2", [.integer(mailbox), .integer(floor)])
        }
        return rows.count
    }

    /// All of a principal's mail, and what it was granted and has subscribed to: the principal is about to go. Its use of the quota goes with it.
    package func destroyAll(_ tx: borrowing WriteTransaction, of owner: PrincipalID) throws {
        let id = Value.integer(owner.rawValue)
        let mailboxes = try tx.read.all("SELECT id FROM mailbox WHERE owner_id = $1 ORDER BY id", [id]) {
            MailboxID(rawValue: $0.integer(0))
        }
        for mailbox in mailboxes { while try !destroy(tx, mailbox, limit: 10_000).isDone {} }
        try tx.execute("DELETE FROM mail_account WHERE owner_id = $1", [id])
        try tx.execute("DELETE FROM mail_subscription WHERE principal_id = $1", [id])
        try tx.execute("DELETE FROM mail_annotation WHERE principal_id = $1", [id])
        try tx.execute("DELETE FROM mail_seen WHERE viewer_id = $1", [id])
        try tx.execute("DELETE FROM mail_grant WHERE grantee = $1", [id])
        try URLKeys.removeAll(tx, by: owner)
    }
}

/// What is needed of a row of `mail_retained` to remove it.
private struct RetainedRow {
    var mailbox: Int64
    var uid: Int64
    var content: ContentID
    var owner: PrincipalID
    var size: Int64
    var expunged: Milliseconds

    init(_ row: borrowing Row) {
        mailbox = row.integer(0)
        uid = row.integer(1)
        content = ContentID(rawValue: row.integer(2))
        owner = PrincipalID(rawValue: row.integer(3))
        size = row.integer(4)
        expunged = row.integer(5)
    }
}

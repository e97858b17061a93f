package import CollectionStore
package import Database
package import Directory

extension MailStore {
    /// How long staged octets wait for their message.
    private static let stagedTime: Milliseconds = 24 * 3_600_000

    /// Removes for good what was expunged or deleted before `horizon`, and what was staged a day ago, about `limit` messages at a time; how many
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
            "SELECT mailbox_id, uid, content_id FROM mail_retained WHERE expunged < $1 ORDER BY expunged LIMIT $2",
            [.integer(horizon), .integer(Int64(limit))]
        ) { (mailbox: $0.integer(0), uid: $0.integer(1), content: ContentID(rawValue: $0.integer(2))) }
        for row in retained {
            try tx.execute(
                "DELETE FROM mail_retained WHERE mailbox_id = $1 AND uid = $2", [.integer(row.mailbox), .integer(row.uid)])
        }
        try MailContents.deleteUnused(tx, retained.map(\.content))
        if !retained.isEmpty { return retained.count }

        let mailbox = try tx.read.first("SELECT id FROM mailbox WHERE trashed < $1 LIMIT 1", [.integer(horizon)]) {
            MailboxID(rawValue: $0.integer(0))
        }
        guard let mailbox else { return 0 }
        return max(1, try destroy(tx, mailbox, limit: limit))
    }

    /// Takes a mailbox away, some messages at a time; with the last ones it goes itself. How many went.
    private func destroy(_ tx: borrowing WriteTransaction, _ mailbox: MailboxID, limit: Int) throws -> Int {
        let id = Value.integer(mailbox.rawValue)
        let rows = try tx.read.all(
            "SELECT uid, content_id FROM mail_message WHERE mailbox_id = $1 ORDER BY uid LIMIT $2",
            [id, .integer(Int64(limit))]) { (uid: UID(clamping: $0.integer(0)), content: ContentID(rawValue: $0.integer(1))) }
        if let last = rows.last {
            try tx.execute(
                "DELETE FROM mail_message WHERE mailbox_id = $1 AND uid <= $2", [id, .integer(Int64(last.uid))])
            try MailContents.deleteUnused(tx, rows.map(\.content))
            // What is left is what could still be restored.
            try tx.execute(
                """
                UPDATE mailbox SET message_count = (SELECT COUNT(*) FROM mail_message WHERE mailbox_id = $1),
                    byte_count = (SELECT COALESCE(SUM(size), 0) FROM mail_message WHERE mailbox_id = $1)
                WHERE id = $1
                """, [id])
        }
        if rows.count == limit { return rows.count }
        let retained = try tx.read.all("SELECT content_id FROM mail_retained WHERE mailbox_id = $1", [id]) {
            ContentID(rawValue: $0.integer(0))
        }
        try tx.execute("DELETE FROM mail_retained WHERE mailbox_id = $1", [id])
        try MailContents.deleteUnused(tx, retained)
        try tx.execute("DELETE FROM mail_keyword WHERE mailbox_id = $1", [id])
        try tx.execute("DELETE FROM mail_change WHERE mailbox_id = $1", [id])
        try tx.execute("DELETE FROM mail_seen WHERE mailbox_id = $1", [id])
        try tx.execute("DELETE FROM mail_grant WHERE mailbox_id = $1", [id])
        try tx.execute("DELETE FROM mail_annotation WHERE mailbox_id = $1", [id])
        try tx.execute("DELETE FROM mailbox WHERE id = $1", [id])
        return rows.count
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
        for mailbox in mailboxes { while try destroy(tx, mailbox, limit: 10_000) == 10_000 {} }
        try tx.execute("DELETE FROM mail_account WHERE owner_id = $1", [id])
        try tx.execute("DELETE FROM mail_subscription WHERE principal_id = $1", [id])
        try tx.execute("DELETE FROM mail_annotation WHERE principal_id = $1", [id])
        try tx.execute("DELETE FROM mail_seen WHERE viewer_id = $1", [id])
        try tx.execute("DELETE FROM mail_grant WHERE grantee = $1", [id])
    }
}

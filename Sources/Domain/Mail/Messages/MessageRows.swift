import Database

/// What changes need of a message's row.
struct MessageRow {
    var uid: UID
    var modseq: Int64
    var flags: UInt64
    var size: Int64
}

enum MessageRows {
    /// Those of `uids` that there are, in rising order.
    static func all(_ tx: borrowing ReadTransaction, _ uids: UIDSet, in mailbox: MailboxID) throws -> [MessageRow] {
        var rows: [MessageRow] = []
        try forEach(tx, uids, in: mailbox) {
            rows.append($0)
            return true
        }
        return rows
    }

    /// Until `body` returns false.
    static func forEach(
        _ tx: borrowing ReadTransaction, _ uids: UIDSet, in mailbox: MailboxID, _ body: (MessageRow) throws -> Bool
    ) throws {
        var goesOn = true
        for range in uids.ranges where goesOn {
            try tx.forEach(
                """
                SELECT uid, modseq, flags, size FROM mail_message
                WHERE mailbox_id = $1 AND uid BETWEEN $2 AND $3 ORDER BY uid
                """, [.integer(mailbox.rawValue), .integer(Int64(range.lowerBound)), .integer(Int64(range.upperBound))]
            ) { row in
                goesOn = try body(
                    MessageRow(
                        uid: UID(clamping: row.integer(0)), modseq: row.integer(1),
                        flags: UInt64(bitPattern: row.integer(2)), size: row.integer(3)))
                return goesOn
            }
        }
    }

    static func delete(_ tx: borrowing WriteTransaction, _ uids: UIDSet, in mailbox: MailboxID) throws {
        for range in uids.ranges {
            try tx.execute(
                "DELETE FROM mail_message WHERE mailbox_id = $1 AND uid BETWEEN $2 AND $3",
                [.integer(mailbox.rawValue), .integer(Int64(range.lowerBound)), .integer(Int64(range.upperBound))])
        }
    }
}

extension [MessageRow] {
    var uidSet: UIDSet {
        var set = UIDSet()
        for row in self { set.append(row.uid) }
        return set
    }
}

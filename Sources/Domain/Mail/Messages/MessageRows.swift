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
        for range in uids.ranges {
            try tx.forEach(
                """
                SELECT uid, modseq, flags, size FROM mail_message
                WHERE mailbox_id = $1 AND uid BETWEEN $2 AND $3 ORDER BY uid
                """, [.integer(mailbox.rawValue), .integer(Int64(range.lowerBound)), .integer(Int64(range.upperBound))]
            ) { row in
                rows.append(
                    MessageRow(
                        uid: UID(clamping: row.integer(0)), modseq: row.integer(1),
                        flags: UInt64(bitPattern: row.integer(2)), size: row.integer(3)))
                return true
            }
        }
        return rows
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

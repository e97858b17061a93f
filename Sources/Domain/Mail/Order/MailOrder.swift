import CollectionStore
package import Database

/// The rows of `mail_order` (schemas/0025): segments of what messages are sorted and threaded by.
package enum MailOrder {
    /// A segment, and which UIDs it speaks for.
    package struct Stored: Sendable {
        package var range: ClosedRange<UID>
        package var segment: OrderSegment
    }

    /// Some segments with these fields, the first one that ends with `uid` or after it and those behind it; empty: there is none any more. One that
    /// cannot be read, or is of another version, is passed over.
    package static func segments(
        _ tx: borrowing ReadTransaction, of mailbox: MailboxID, from uid: UID, _ fields: SortKeys.Fields, limit: Int
    ) throws -> [Stored] {
        var found: [Stored] = []
        var damaged: Set<UID> = []
        try tx.forEach(
            """
            SELECT first_uid, last_uid, version, message_count, data FROM mail_order
            WHERE mailbox_id = $1 AND part = 0 AND last_uid >= $2 ORDER BY last_uid LIMIT $3
            """, [.integer(mailbox.rawValue), .integer(Int64(uid)), .integer(Int64(limit))]
        ) { row in
            guard let first = UID(exactly: row.integer(0)), let last = UID(exactly: row.integer(1)), first > 0, first <= last else { return true }
            var segment = OrderSegment()
            let isSound = row.integer(2) == OrderPart.version
                && OrderPart.read(row.bytes(4), OrderPart.times, count(row.integer(3)), into: &segment)
                && segment.uids.first ?? first >= first && segment.uids.last ?? last <= last
            if !isSound { damaged.insert(last) }
            found.append(Stored(range: first...last, segment: segment))
            return true
        }
        guard let first = found.first, let last = found.last else { return [] }
        for part in OrderPart.parts(fields).dropFirst() {
            var index = 0
            try tx.forEach(
                """
                SELECT last_uid, data FROM mail_order
                WHERE mailbox_id = $1 AND part = $2 AND last_uid BETWEEN $3 AND $4 ORDER BY last_uid
                """,
                [
                    .integer(mailbox.rawValue), .integer(part), .integer(Int64(first.range.upperBound)),
                    .integer(Int64(last.range.upperBound)),
                ]
            ) { row in
                let last = row.integer(0)
                // Those without the column.
                while index < found.count, Int64(found[index].range.upperBound) < last {
                    damaged.insert(found[index].range.upperBound)
                    index += 1
                }
                guard index < found.count, Int64(found[index].range.upperBound) == last else { return true }
                if !OrderPart.read(row.bytes(1), part, found[index].segment.count, into: &found[index].segment) {
                    damaged.insert(found[index].range.upperBound)
                }
                index += 1
                return true
            }
            for missing in found[min(index, found.count)...] { damaged.insert(missing.range.upperBound) }
        }
        for index in found.indices where damaged.contains(found[index].range.upperBound) { found[index].segment = OrderSegment() }
        return found
    }

    private static func count(_ number: Int64) -> Int { Int(min(max(number, 0), 1 << 24)) }

    // MARK: Making

    /// A segment as the maker looks at it.
    struct Entry {
        var range: ClosedRange<UID>
        var version: Int64
        var count: Int
        var made: Milliseconds
    }

    static func entries(_ tx: borrowing ReadTransaction, of mailbox: MailboxID) throws -> [Entry] {
        try tx.all(
            """
            SELECT first_uid, last_uid, version, message_count, made FROM mail_order WHERE mailbox_id = $1 AND part = 0 ORDER BY last_uid
            """, [.integer(mailbox.rawValue)]
        ) { row in
            let last = UID(clamping: max(row.integer(1), 1))
            return Entry(
                range: min(last, UID(clamping: max(row.integer(0), 1)))...last, version: row.integer(2), count: count(row.integer(3)),
                made: row.integer(4))
        }
    }

    /// In the place of those that end in its range. Nothing where the mailbox is gone.
    static func write(_ tx: borrowing WriteTransaction, _ segment: OrderSegment, _ range: ClosedRange<UID>, of mailbox: MailboxID, now: Milliseconds) throws {
        try remove(tx, range, of: mailbox)
        for part in OrderPart.parts(.all) {
            try tx.execute(
                """
                INSERT INTO mail_order (mailbox_id, part, last_uid, first_uid, version, message_count, made, data)
                SELECT id, $2, $3, $4, $5, $6, $7, $8 FROM mailbox WHERE id = $1
                """,
                [
                    .integer(mailbox.rawValue), .integer(part), .integer(Int64(range.upperBound)), .integer(Int64(range.lowerBound)),
                    .integer(OrderPart.version), .integer(Int64(segment.count)), .integer(now), .bytes(OrderPart.encoded(segment, part)),
                ])
        }
    }

    static func remove(_ tx: borrowing WriteTransaction, _ range: ClosedRange<UID>, of mailbox: MailboxID) throws {
        try tx.execute(
            "DELETE FROM mail_order WHERE mailbox_id = $1 AND last_uid BETWEEN $2 AND $3",
            [.integer(mailbox.rawValue), .integer(Int64(range.lowerBound)), .integer(Int64(range.upperBound))])
    }

    static func remove(_ tx: borrowing WriteTransaction, of mailbox: MailboxID) throws {
        try tx.execute("DELETE FROM mail_order WHERE mailbox_id = $1", [.integer(mailbox.rawValue)])
    }

    /// All of them are made anew.
    package static func removeAll(_ tx: borrowing WriteTransaction) throws { try tx.execute("DELETE FROM mail_order", []) }
}

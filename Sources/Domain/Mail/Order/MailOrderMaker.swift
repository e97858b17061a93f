package import CollectionStore
package import Database

/// Gathers what messages are sorted and threaded by, beside all other work.
package struct MailOrderMaker: Sendable {
    /// Fewer messages behind the last segment are read as they are.
    static let fewest = 1000
    static let most = 4096

    private let database: any Database
    private let store: MailStore
    private let keep: Milliseconds
    private let clock: @Sendable () -> Milliseconds

    /// - Parameter keep: how long what is expunged may be in a segment.
    package init(
        _ database: any Database, _ store: MailStore, keep: Milliseconds = .max, clock: @escaping @Sendable () -> Milliseconds
    ) {
        self.database = database
        self.store = store
        self.keep = keep
        self.clock = clock
    }

    /// The next segment that there is to make for a mailbox; false: there is none.
    package func step(_ mailbox: MailboxID) throws -> Bool {
        let made = try database.read { tx -> (segment: OrderSegment, range: ClosedRange<UID>)? in
            guard let row = try MailboxRows.find(tx, mailbox), row.uidNext > 1 else { return nil }
            let entries = try MailOrder.entries(tx, of: mailbox)
            guard row.messageCount >= Self.fewest || !entries.isEmpty,
                let gap = try Self.gap(tx, entries, upTo: row.uidNext - 1, of: mailbox)
            else { return nil }
            return try gather(tx, gap, of: mailbox)
        }
        guard let made else { return false }
        let now = clock()
        try database.write { tx in try MailOrder.write(tx, made.segment, made.range, of: mailbox, now: now) }
        return true
    }

    /// The first UIDs of which no segment speaks that can be read.
    private static func gap(
        _ tx: borrowing ReadTransaction, _ entries: [MailOrder.Entry], upTo last: UID, of mailbox: MailboxID
    ) throws -> ClosedRange<UID>? {
        var next: UID = 1
        var before: MailOrder.Entry?
        for entry in entries {
            // Also where two overlap: the second one is made anew.
            if entry.version != OrderPart.version || entry.range.lowerBound != next { return next...entry.range.upperBound }
            guard entry.range.upperBound < last else { return nil }
            next = entry.range.upperBound + 1
            before = entry
        }
        let count = try tx.first(
            "SELECT COUNT(*) FROM mail_message WHERE mailbox_id = $1 AND uid >= $2", [.integer(mailbox.rawValue), .integer(Int64(next))]
        ) { $0.integer(0) }
        guard count ?? 0 >= Self.fewest else { return nil }
        // A small one before it becomes larger.
        if let before, before.count <= Self.most - Self.fewest { return before.range.lowerBound...last }
        return next...last
    }

    private func gather(
        _ tx: borrowing ReadTransaction, _ gap: ClosedRange<UID>, of mailbox: MailboxID
    ) throws -> (OrderSegment, ClosedRange<UID>) {
        var builder = OrderSegmentBuilder(.all)
        var count = 0
        var end = gap.upperBound
        try store.messages(tx, UIDSet(gap), in: mailbox, with: .keys) { message in
            builder.append(message)
            count += 1
            if count == Self.most { end = message.uid }
            return count < Self.most
        }
        return (builder.take(), gap.lowerBound...end)
    }

    /// Takes segments away of whose messages more than half are gone, and those that are older than expunged messages are kept and have some.
    package func tidy(_ mailbox: MailboxID) throws {
        let now = clock()
        let horizon = now - min(keep, now)
        let worn = try database.read { tx in
            try MailOrder.entries(tx, of: mailbox).filter { entry in
                let count = try tx.first(
                    "SELECT COUNT(*) FROM mail_message WHERE mailbox_id = $1 AND uid BETWEEN $2 AND $3",
                    [.integer(mailbox.rawValue), .integer(Int64(entry.range.lowerBound)), .integer(Int64(entry.range.upperBound))]
                ) { Int(clamping: $0.integer(0)) } ?? 0
                return count * 2 < entry.count || (count < entry.count && entry.made < horizon)
            }
        }
        if worn.isEmpty { return }
        try database.write { tx in for entry in worn { try MailOrder.remove(tx, entry.range, of: mailbox) } }
    }
}

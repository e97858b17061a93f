package import Database
package import Directory

/// Many changes of one collection by one transaction, for which its row and its owner's are changed twice in all and not once for each of them.
///
/// Why: a row that is changed a hundred times by one transaction leaves a hundred versions behind in PostgreSQL, which nothing may clear away before
/// the commit; they fill pages, so the next one goes to another page and into the indexes, where the rows of others are looked for.
package final class ChangeBatch {
    private let collection: Collection
    private let now: Milliseconds
    private var position: Position?

    private struct Position {
        let firstModseq: Int64
        /// The last one given.
        var modseq: Int64
        var memberDelta: Int64 = 0
        let used: Int64
        let limit: Int64?
        var growth: Int64 = 0
    }

    private init(_ collection: Collection, _ now: Milliseconds) {
        self.collection = collection
        self.now = now
    }

    /// Calls `body`, which gives the batch to all that it has changed of `collection`'s members, and neither reads nor changes its counters or its
    /// log otherwise. Where nothing was changed, nothing is.
    package static func run<Result>(
        _ tx: borrowing WriteTransaction, in collection: Collection, now: Milliseconds,
        _ body: (ChangeBatch) throws -> Result
    ) throws -> Result {
        let batch = ChangeBatch(collection, now)
        let result = try body(batch)
        try batch.finish(tx)
        return result
    }

    /// The modseq of the next change.
    func next(_ tx: borrowing WriteTransaction, memberDelta: Int) throws -> Int64 {
        var position = try begun(tx)
        position.modseq += 1
        position.memberDelta += Int64(memberDelta)
        self.position = position
        return position.modseq
    }

    /// For `Quota`; negative: what is given back.
    func take(_ tx: borrowing WriteTransaction, _ bytes: Int) throws {
        if bytes == 0 { return }
        var position = try begun(tx)
        if let limit = position.limit, bytes > 0, Int64(bytes) > limit - position.used - position.growth {
            throw StoreRefusal.quotaExceeded
        }
        position.growth += Int64(bytes)
        self.position = position
    }

    /// Both rows are this transaction's from here on, in the order in which all take them.
    private func begun(_ tx: borrowing WriteTransaction) throws -> Position {
        if let position { return position }
        try tx.willChange([.principal(collection.owner), .collection(collection.id)])
        let room = try tx.read.first(
            "UPDATE principal SET used_bytes = used_bytes WHERE id = $1 RETURNING used_bytes, quota_bytes",
            [.integer(collection.owner.rawValue)]
        ) { (used: $0.integer(0), limit: $0.optionalInteger(1)) }
        let modseq = try tx.read.first(
            "UPDATE collection SET modseq = modseq WHERE id = $1 RETURNING modseq", [.integer(collection.id.rawValue)]
        ) { $0.integer(0) }
        guard let room, let modseq else { throw StoreRefusal.notFound }
        return Position(firstModseq: modseq, modseq: modseq, used: room.used, limit: room.limit)
    }

    private func finish(_ tx: borrowing WriteTransaction) throws {
        guard let position, position.modseq != position.firstModseq else { return }
        if position.growth != 0 {
            try tx.execute(
                "UPDATE principal SET used_bytes = used_bytes + $2 WHERE id = $1",
                [.integer(collection.owner.rawValue), .integer(position.growth)])
        }
        try tx.execute(
            "UPDATE collection SET modseq = $2, member_count = member_count + $3, modified = $4 WHERE id = $1",
            [.integer(collection.id.rawValue), .integer(position.modseq), .integer(position.memberDelta), .integer(now)])
        if collection.kind == .book { try ChangeLog.booksChanged(tx, of: collection.owner) }
    }
}

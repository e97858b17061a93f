package import CollectionStore
package import Database
package import Directory

extension MailStore {
    /// RFC 9051 §6.4.7: all or none, with flags, dates and keywords. Throws `MailRefusal` as `append`. UIDs without a message are passed over;
    /// without any the result's sets are empty. `keeping`: the flags that the copies may have (RFC 4314 §4).
    package func copy(
        _ tx: borrowing WriteTransaction, _ uids: UIDSet, from source: MailboxID, to target: MailboxID, viewer: PrincipalID,
        keeping: SystemFlags = .all, keywordsKept: Bool = true, now: Milliseconds
    ) throws -> CopyResult {
        let source = try MailboxRows.selectable(tx.read, source)
        let target = try MailboxRows.selectable(tx.read, target)
        let copying = try Copying(
            tx, uids, from: source, to: target, viewer: viewer, keeping: keeping, keywordsKept: keywordsKept, takesAway: false)
        if copying.rows.isEmpty { return copying.nothing }
        try check(tx.read, copying, bytes: copying.bytes)

        let bits = try copying.keywords(tx)
        let (uidNext, modseq) = try MailChangeLog.advance(tx, target.id, by: copying.arriving(bits))
        try MailAccounts.take(tx, bytes: copying.bytes, of: target.owner)
        let copies = try copying.insert(tx, from: uidNext - Int64(copying.rows.count), bits, modseq: modseq, now: now)
        try placeOctets(tx, of: copies, from: source, to: target, now: now)
        try MailChangeLog.record(tx, .came, copies, in: target.id, modseq: modseq, now: now)
        changed(tx, target.id, of: target.owner, to: modseq)
        return CopyResult(uidValidity: target.uidValidity, source: copying.rows.uidSet, target: copies)
    }

    /// RFC 6851: as `copy`, and they are gone from the source, where nothing is retained of them. They may move within a mailbox, and have new
    /// UIDs there then.
    package func move(
        _ tx: borrowing WriteTransaction, _ uids: UIDSet, from source: MailboxID, to target: MailboxID, viewer: PrincipalID,
        keeping: SystemFlags = .all, keywordsKept: Bool = true, now: Milliseconds
    ) throws -> CopyResult {
        let source = try MailboxRows.selectable(tx.read, source)
        let target = try MailboxRows.selectable(tx.read, target)
        let copying = try Copying(
            tx, uids, from: source, to: target, viewer: viewer, keeping: keeping, keywordsKept: keywordsKept, takesAway: true)
        if copying.rows.isEmpty { return copying.nothing }
        // What stays with its owner is there already.
        try check(tx.read, copying, bytes: source.owner == target.owner ? 0 : copying.bytes)

        let bits = try copying.keywords(tx)
        // In the order of the ids, so that two that move against each other do not wait for each other.
        try tx.willChange([.mailbox(source.id), .mailbox(target.id)])
        var left = ModSeq.zero
        if source.id < target.id { left = try MailChangeLog.advance(tx, source.id, by: copying.leaving).modseq }
        let (uidNext, modseq) = try MailChangeLog.advance(tx, target.id, by: copying.arriving(bits))
        if source.id >= target.id { left = try MailChangeLog.advance(tx, source.id, by: copying.leaving).modseq }
        if source.owner != target.owner {
            try MailAccounts.take(tx, bytes: copying.bytes, of: target.owner)
            try MailAccounts.take(tx, bytes: -copying.bytes, of: source.owner)
        }
        let moved = copying.rows.uidSet
        let copies = try copying.insert(tx, from: uidNext - Int64(copying.rows.count), bits, modseq: modseq, now: now)
        let contents = try placeOctets(tx, of: copies, from: source, to: target, now: now)
        try MessageRows.delete(tx, moved, in: source.id)
        try doomFiles(tx, moved, of: source)
        try MailContents.deleteUnused(tx, contents)
        try OwnSeen.forget(tx, moved, of: source)
        try MailChangeLog.record(tx, .came, copies, in: target.id, modseq: modseq, now: now)
        try MailChangeLog.record(tx, .vanished, moved, in: source.id, modseq: left, now: now)
        changed(tx, target.id, of: target.owner, to: modseq)
        changed(tx, source.id, of: source.owner, to: left)
        return CopyResult(uidValidity: target.uidValidity, source: moved, target: copies, sourceModSeq: left)
    }

    private func check(_ tx: borrowing ReadTransaction, _ copying: borrowing Copying, bytes: Int64) throws {
        try checkRoom(tx, for: copying.rows.count, in: copying.target)
        let isSameOwner = copying.source.owner == copying.target.owner && copying.takesAway
        try MailAccounts.check(tx, messages: isSameOwner ? 0 : copying.rows.count, bytes: bytes, of: copying.target.owner)
    }
}

/// Messages on their way from one mailbox to another.
struct Copying {
    let source: Mailbox
    let target: Mailbox
    let takesAway: Bool
    /// With the flags that the copies may have, in the source's keywords, and \Seen as the viewer sees it.
    private(set) var rows: [MessageRow]
    let bytes: Int64
    /// What goes from the source.
    let leaving: MailboxDelta
    private let viewer: PrincipalID
    private let sourceKeywords: [String]
    private let asked: UIDSet

    init(
        _ tx: borrowing WriteTransaction, _ uids: UIDSet, from source: Mailbox, to target: Mailbox, viewer: PrincipalID,
        keeping: SystemFlags, keywordsKept: Bool, takesAway: Bool
    ) throws {
        self.source = source
        self.target = target
        self.takesAway = takesAway
        self.viewer = viewer
        asked = uids
        sourceKeywords = try MailKeywords.all(tx.read, of: source.id)
        rows = try MessageRows.all(tx.read, uids, in: source.id)
        var leaving = MailboxDelta()
        for row in rows { leaving.add(row.flags, size: row.size, sign: -1) }
        self.leaving = leaving
        bytes = 0 - leaving.bytes
        var kept = keeping.intersection(.all).rawValue
        if keywordsKept { kept |= FlagBits.allKeywords }
        let seen = SystemFlags.seen.rawValue
        let ownSeen = try source.seenOwner(for: viewer).map { try OwnSeen.uids(tx.read, of: source.id, by: $0) }
        for index in rows.indices {
            if let ownSeen {
                rows[index].flags = (rows[index].flags & ~seen) | (ownSeen.contains(rows[index].uid) ? seen : 0)
            }
            rows[index].flags &= kept
        }
    }

    var nothing: CopyResult { CopyResult(uidValidity: target.uidValidity, source: UIDSet(), target: UIDSet()) }

    /// Which bit of the target each bit of the source's keywords is; those for which the target has no room are left out.
    func keywords(_ tx: borrowing WriteTransaction) throws -> [(source: UInt64, target: UInt64)] {
        let used = rows.reduce(0) { $0 | $1.flags } & FlagBits.allKeywords
        var bits: [(source: UInt64, target: UInt64)] = []
        for (number, keyword) in sourceKeywords.enumerated().prefix(FlagBits.keywordCount) {
            let bit = FlagBits.keyword(number)
            if used & bit == 0 { continue }
            bits.append((bit, target.id == source.id ? bit : try MailKeywords.bits(tx, [keyword], in: target.id).bits))
        }
        return bits
    }

    /// The flags as the target has them.
    private func flags(_ row: MessageRow, _ bits: [(source: UInt64, target: UInt64)]) -> UInt64 {
        var flags = row.flags & SystemFlags.all.rawValue
        for bit in bits where row.flags & bit.source != 0 { flags |= bit.target }
        if target.seenOwner(for: viewer) != nil { flags &= ~SystemFlags.seen.rawValue }
        return flags
    }

    func arriving(_ bits: [(source: UInt64, target: UInt64)]) -> MailboxDelta {
        var delta = MailboxDelta(uids: rows.count)
        for row in rows { delta.add(flags(row, bits), size: row.size, sign: 1) }
        return delta
    }

    /// Writes the copies, the nth of the rows under the nth UID from `first` on; their UIDs.
    func insert(
        _ tx: borrowing WriteTransaction, from first: Int64, _ bits: [(source: UInt64, target: UInt64)], modseq: ModSeq,
        now: Milliseconds
    ) throws -> UIDSet {
        var seen = UIDSet()
        // As many at a time as follow each other with the same flags, with nothing between them that stays.
        var start = 0
        var asked = asked.ranges[...]
        while start < rows.count {
            let flags = flags(rows[start], bits)
            while let range = asked.first, range.upperBound < rows[start].uid { asked.removeFirst() }
            let last = asked.first?.upperBound ?? UID.max
            var end = start + 1
            while end < rows.count, rows[end].uid <= last, self.flags(rows[end], bits) == flags { end += 1 }
            try insert(tx, rows[start].uid...rows[end - 1].uid, from: first + Int64(start), flags, modseq: modseq, now: now)
            start = end
        }
        let ownSeen = target.seenOwner(for: viewer)
        if let ownSeen {
            for (index, row) in rows.enumerated() where row.flags & SystemFlags.seen.rawValue != 0 {
                seen.append(UID(clamping: first + Int64(index)))
            }
            try OwnSeen.add(tx, seen, to: target.id, by: ownSeen)
        }
        return UIDSet(UID(clamping: first)...UID(clamping: first + Int64(rows.count) - 1))
    }

    private func insert(
        _ tx: borrowing WriteTransaction, _ range: ClosedRange<UID>, from first: Int64, _ flags: UInt64, modseq: ModSeq,
        now: Milliseconds
    ) throws {
        try tx.execute(
            """
            INSERT INTO mail_message (mailbox_id, uid, modseq, flags, content_id, thread_id, size, internal_date, internal_zone,
                saved)
            SELECT $4, $5 + ROW_NUMBER() OVER (ORDER BY uid), $6, $7, content_id, thread_id, size, internal_date, internal_zone, $8
            FROM mail_message WHERE mailbox_id = $1 AND uid BETWEEN $2 AND $3
            """,
            [
                .integer(source.id.rawValue), .integer(Int64(range.lowerBound)), .integer(Int64(range.upperBound)),
                .integer(target.id.rawValue), .integer(first - 1), .integer(modseq.rawValue),
                .integer(Int64(bitPattern: flags)), .integer(now),
            ])
    }
}

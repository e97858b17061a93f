package import CollectionStore
package import Database
import Grams

/// Makes the index of mailboxes, beside all other work: texts are read and decoded in short reads, and written in short writes.
package struct MailIndexer: Sendable {
    /// Fewer messages after the last segment are searched as they are: a search of them takes some milliseconds, and segments that small
    /// would be in the way of larger ones.
    package static let fewest = 32
    /// As many octets of them are indexed, however few they are.
    private static let manyOctets = 1 << 20
    private static let messagesAtOnce = 256
    private static let octetsAtOnce = 32 << 20
    /// Messages that are read in one transaction.
    private static let messagesInTransaction = 8
    /// So many neighbours become one, where it has room for their messages and octets.
    private static let neighbours = 8
    private static let mostMergedBytes = 16 << 20

    private let database: any Database
    private let store: MailStore
    private let keep: Milliseconds
    private let clock: @Sendable () -> Milliseconds

    /// - Parameter keep: how long what is expunged may be in the index.
    package init(
        _ database: any Database, _ store: MailStore, keep: Milliseconds = .max, clock: @escaping @Sendable () -> Milliseconds
    ) {
        self.keep = keep
        self.database = database
        self.store = store
        self.clock = clock
    }

    /// What a step did.
    package enum Step: Sendable, Equatable {
        /// There was nothing to do, or somebody else does it.
        case nothing
        case indexed(Int)
        /// Segments were put together or away.
        case tidied
    }

    /// The next thing that there is to do for a mailbox.
    package func step(_ mailbox: MailboxID) throws -> Step {
        let state = try database.read { tx -> (uidNext: UID, segments: [GramSegment])? in
            guard let row = try MailboxRows.find(tx, mailbox) else { return nil }
            return (row.uidNext, try GramSegments.all(tx, of: mailbox.rawValue))
        }
        guard let state else { return .nothing }
        let old = Self.unusable(state.segments)
        if !old.isEmpty {
            try database.write { tx in for segment in old { try GramSegments.retire(tx, segment.id) } }
            return .tidied
        }
        if let batch = try nextBatch(mailbox, state.uidNext, state.segments) { return try index(batch, of: mailbox) }
        if let run = Self.mergeable(state.segments) { return try merge(Array(state.segments[run]), of: mailbox) }
        return .nothing
    }

    /// Those of another version, and those that are of messages of an earlier one too.
    private static func unusable(_ segments: [GramSegment]) -> [GramSegment] {
        var last: Int64 = 0
        return segments.filter { segment in
            let isUsable = segment.version == MailIndex.version && segment.first > last && segment.last >= segment.first
                && segment.last <= Int64(UID.max)
            if isUsable { last = segment.last }
            return !isUsable
        }
    }

    // MARK: New messages

    private struct Batch {
        /// What the segment covers.
        var range: ClosedRange<UID>
        var uids: UIDSet
    }

    private func nextBatch(_ mailbox: MailboxID, _ uidNext: UID, _ segments: [GramSegment]) throws -> Batch? {
        var next: Int64 = 1
        for segment in segments {
            if segment.first > next, let batch = try batch(mailbox, next...(segment.first - 1), isLast: false) { return batch }
            next = max(next, segment.last + 1)
        }
        let end = Int64(uidNext) - 1
        return next <= end ? try batch(mailbox, next...end, isLast: true) : nil
    }

    private func batch(_ mailbox: MailboxID, _ gap: ClosedRange<Int64>, isLast: Bool) throws -> Batch? {
        var uids = UIDSet()
        var count = 0
        var octets = 0
        var isWhole = true
        try database.read { tx in
            try tx.forEach(
                "SELECT uid, size FROM mail_message WHERE mailbox_id = $1 AND uid BETWEEN $2 AND $3 ORDER BY uid LIMIT $4",
                [
                    .integer(mailbox.rawValue), .integer(gap.lowerBound), .integer(gap.upperBound),
                    .integer(Int64(Self.messagesAtOnce) + 1),
                ]
            ) { row in
                if count == Self.messagesAtOnce || octets >= Self.octetsAtOnce {
                    isWhole = false
                    return false
                }
                uids.append(UID(clamping: row.integer(0)))
                count += 1
                octets += Int(clamping: min(row.integer(1), Int64(Self.octetsAtOnce)))
                return true
            }
        }
        if count == 0 || isLast && isWhole && count < Self.fewest && octets < Self.manyOctets { return nil }
        guard let highest = uids.highest else { return nil }
        return Batch(range: UID(clamping: gap.lowerBound)...(isWhole ? UID(clamping: gap.upperBound) : highest), uids: uids)
    }

    private func index(_ batch: Batch, of mailbox: MailboxID) throws -> Step {
        guard let id = try GramSegments.begin(database, for: mailbox.rawValue, now: clock()) else { return .nothing }
        var builder = GramSegmentBuilder()
        var grams = GramSet()
        var documents = UIDSet()
        var end = batch.range.upperBound
        for uids in batch.uids.chunks(Self.messagesInTransaction) {
            if builder.isFull {
                end = documents.highest ?? end
                break
            }
            try database.read { tx in
                try store.messages(tx, uids, in: mailbox, with: .structure) { row in
                    grams.removeAll()
                    var texts = MessageTexts(row, in: store)
                    if try texts.hasWholeHeader(tx) {
                        grams.insert(try texts.headerText(tx))
                        grams.insert(try texts.body(tx))
                    } else {
                        grams.setOpen()
                    }
                    builder.append(grams)
                    documents.append(row.uid)
                    return true
                }
            }
        }
        let built = builder.build()
        guard try GramSegments.write(database, built.pages, of: id) else { return .nothing }
        return try publish(id, built, documents, batch.range.lowerBound...end, of: mailbox, replacing: [])
            ? .indexed(documents.count) : .nothing
    }

    private func publish(
        _ id: Int64, _ built: BuiltGrams, _ documents: UIDSet, _ range: ClosedRange<UID>, of mailbox: MailboxID, replacing old: [Int64]
    ) throws -> Bool {
        let segment = GramSegment(
            id: id, first: Int64(range.lowerBound), last: Int64(range.upperBound), version: MailIndex.version,
            documentCount: built.documentCount, byteCount: built.byteCount, documents: documents.encoded, open: built.open)
        return try database.write { tx in try GramSegments.publish(tx, [segment], replacing: old) }
    }

    // MARK: Order

    /// The first run of small neighbours that should be one.
    static func mergeable(_ segments: [GramSegment]) -> Range<Int>? {
        var start = 0
        var (documents, bytes) = (0, 0)
        for (index, segment) in segments.enumerated() {
            if segment.documentCount >= DocumentSet.most / 2 || documents + segment.documentCount > DocumentSet.most
                || bytes + segment.byteCount > mostMergedBytes
            {
                start = segment.documentCount >= DocumentSet.most / 2 ? index + 1 : index
                (documents, bytes) = (0, 0)
                if start > index { continue }
            }
            documents += segment.documentCount
            bytes += segment.byteCount
            if index - start + 1 == neighbours { return start..<(index + 1) }
        }
        return nil
    }

    private func merge(_ segments: [GramSegment], of mailbox: MailboxID) throws -> Step {
        guard let first = segments.first, let last = segments.last,
            let id = try GramSegments.begin(database, for: mailbox.rawValue, now: clock())
        else { return .nothing }
        let range = UID(clamping: first.first)...UID(clamping: last.last)
        let live = try database.read { tx in try MessageRows.all(tx, UIDSet(range), in: mailbox).uidSet }
        var documents = UIDSet()
        var next = 0
        var sources: [GramMerge.Source] = []
        for segment in segments {
            let pages = try database.read { tx in try GramSegments.pages(tx, of: segment.id) }
            let numbers = UIDSet(encoded: segment.documents).elements.map { uid -> Int? in
                guard live.contains(uid) else { return nil }
                documents.append(uid)
                next += 1
                return next - 1
            }
            sources.append(GramMerge.Source(numbers: numbers, open: segment.open, pages: pages))
        }
        guard let built = GramMerge.merge(sources) else {
            // Damaged: they are made anew.
            try database.write { tx in
                try GramSegments.retire(tx, id)
                for segment in segments { try GramSegments.retire(tx, segment.id) }
            }
            return .tidied
        }
        guard try GramSegments.write(database, built.pages, of: id) else { return .nothing }
        return try publish(id, built, documents, range, of: mailbox, replacing: segments.map(\.id)) ? .tidied : .nothing
    }

    /// Takes segments out of use of whose messages more than half are gone; the rest of them is indexed anew. Of those that are older
    /// than expunged messages are kept, one loses the grams of messages that are gone.
    package func tidy(_ mailbox: MailboxID) throws {
        let now = clock()
        let horizon = now - min(keep, now)
        var aged: GramSegment?
        let worn = try database.read { tx in
            try GramSegments.all(tx, of: mailbox.rawValue).filter { segment in
                let count = try tx.first(
                    "SELECT COUNT(*) FROM mail_message WHERE mailbox_id = $1 AND uid BETWEEN $2 AND $3",
                    [.integer(mailbox.rawValue), .integer(segment.first), .integer(segment.last)]) { Int(clamping: $0.integer(0)) }
                let isWorn = (count ?? 0) * 2 < segment.documentCount
                let isUsable = segment.version == MailIndex.version && segment.last >= segment.first
                if isUsable, !isWorn, aged == nil, segment.made < horizon, (count ?? 0) < segment.documentCount { aged = segment }
                return isWorn
            }
        }
        if let aged { _ = try merge([aged], of: mailbox) }
        if worn.isEmpty { return }
        try database.write { tx in for segment in worn { try GramSegments.retire(tx, segment.id) } }
    }

    // MARK: All mailboxes

    /// Those after one of them, in order.
    package func mailboxes(after id: MailboxID, limit: Int = 500) throws -> [MailboxID] {
        try database.read { tx in
            try tx.all(
                "SELECT id FROM mailbox WHERE id > $1 AND trashed IS NULL ORDER BY id LIMIT $2",
                [.integer(id.rawValue), .integer(Int64(limit))]) { MailboxID(rawValue: $0.integer(0)) }
        }
    }
}

extension UIDSet {
    /// The same UIDs in sets of at most so many.
    fileprivate func chunks(_ size: Int) -> [UIDSet] {
        var chunks: [UIDSet] = []
        var chunk = UIDSet()
        var count = 0
        for uid in elements {
            chunk.append(uid)
            count += 1
            if count == size {
                chunks.append(chunk)
                (chunk, count) = (UIDSet(), 0)
            }
        }
        if count > 0 { chunks.append(chunk) }
        return chunks
    }
}

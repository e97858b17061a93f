package import CollectionStore

/// The messages of a mailbox at one modseq, as one viewer sees them: UIDs in rising order, with flags and modseqs.
///
/// A value: sessions keep the one that they have told their client, and share its memory with the cache until it is brought
/// forward. Message number n of the session is index n - 1.
package struct MailboxSnapshot: Sendable {
    /// What there is of each message, in the order of the UIDs.
    struct Columns: Sendable {
        var uids: [UID] = []
        var flags: [UInt64] = []
        var modseqs: [Int64] = []
    }

    package let mailbox: MailboxID
    package internal(set) var modseq: ModSeq
    package internal(set) var uidNext: UInt32
    /// Keyword number n is bit 8 + n of the flags.
    package internal(set) var keywords: [String]
    /// Empty where they are still to be made.
    private var made = Columns()
    private var undecoded: UndecodedSnapshot?

    init(mailbox: MailboxID, modseq: ModSeq = .zero, uidNext: UInt32 = 1, keywords: [String] = []) {
        self.mailbox = mailbox
        self.modseq = modseq
        self.uidNext = uidNext
        self.keywords = keywords
    }

    /// A stored one.
    init(_ undecoded: UndecodedSnapshot, of mailbox: MailboxID, at modseq: ModSeq) {
        self.init(mailbox: mailbox, modseq: modseq, uidNext: undecoded.head.uidNext)
        self.undecoded = undecoded
    }

    var columns: Columns { undecoded?.columns ?? made }

    /// What is asked about single messages is quicker after it.
    package mutating func makeColumns() {
        guard let undecoded else { return }
        made = undecoded.columns
        self.undecoded = nil
    }

    package var count: Int { undecoded?.head.count ?? made.uids.count }

    /// `index` must be one of `0..<count`; outside it the answer is 0.
    package func uid(at index: Int) -> UID {
        if let undecoded { return Self.element(index, of: undecoded.columns.uids) ?? 0 }
        return Self.element(index, of: made.uids) ?? 0
    }

    package func flags(at index: Int) -> FlagBits {
        if let undecoded { return FlagBits(rawValue: Self.element(index, of: undecoded.columns.flags) ?? 0) }
        return FlagBits(rawValue: Self.element(index, of: made.flags) ?? 0)
    }

    package func modseq(at index: Int) -> ModSeq {
        if let undecoded { return ModSeq(rawValue: Self.element(index, of: undecoded.columns.modseqs) ?? 0) }
        return ModSeq(rawValue: Self.element(index, of: made.modseqs) ?? 0)
    }

    private static func element<Element>(_ index: Int, of column: [Element]) -> Element? {
        column.indices.contains(index) ? column[index] : nil
    }

    /// The index of the first message with this UID or a higher one; `count` where there is none.
    package func firstIndex(from uid: UID) -> Int {
        // What comes is not there yet, and that is what sessions ask first.
        if let undecoded { return uid >= uidNext ? count : Self.firstIndex(from: uid, in: undecoded.columns.uids) }
        return Self.firstIndex(from: uid, in: made.uids)
    }

    private static func firstIndex(from uid: UID, in uids: [UID]) -> Int {
        guard let first = uids.first, let last = uids.last, uid > first else { return 0 }
        guard uid <= last else { return uids.count }
        // UIDs rise by one at least: where none are missing on one side of it, its place is known at once.
        var low = max(0, uids.count - 1 - Int(last - uid))
        var high = min(uids.count - 1, Int(uid - first))
        while low < high {
            let middle = (low + high) / 2
            if uids[middle] < uid { low = middle + 1 } else { high = middle }
        }
        return low
    }

    package func index(of uid: UID) -> Int? {
        let index = firstIndex(from: uid)
        return index < count && self.uid(at: index) == uid ? index : nil
    }

    /// The indices of the messages with UIDs from the lower to the upper one.
    package func indices(of range: ClosedRange<UID>) -> Range<Int> {
        let start = firstIndex(from: range.lowerBound)
        let end = range.upperBound == UID.max ? count : firstIndex(from: range.upperBound + 1)
        return start..<max(start, end)
    }

    /// All UIDs.
    package var uidSet: UIDSet { uidSet(of: 0..<count) }

    /// The UIDs of the messages at these indices.
    package func uidSet(of indices: Range<Int>) -> UIDSet {
        let indices = indices.clamped(to: 0..<count)
        var set = UIDSet()
        if indices.isEmpty { return set }
        let uids = columns.uids
        for index in indices { set.append(uids[index]) }
        return set
    }

    /// The messages with one of these UIDs that there are.
    package func existing(_ uids: UIDSet) -> UIDSet {
        var set = UIDSet()
        for range in uids.ranges {
            let indices = indices(of: range)
            if indices.isEmpty { continue }
            let there = columns.uids
            for index in indices { set.append(there[index]) }
        }
        return set
    }

    /// The first message that has not been seen; nil where all have.
    package var firstUnseen: Int? {
        if let undecoded { return undecoded.head.firstUnseen }
        return made.flags.firstIndex { $0 & SystemFlags.seen.rawValue == 0 }
    }

    // MARK: Changing it

    mutating func reserve(_ count: Int) {
        makeColumns()
        made.uids.reserveCapacity(count)
        made.flags.reserveCapacity(count)
        made.modseqs.reserveCapacity(count)
    }

    /// One behind all others.
    mutating func append(_ uid: UID, flags: UInt64, modseq: Int64) {
        makeColumns()
        made.uids.append(uid)
        made.flags.append(flags)
        made.modseqs.append(modseq)
    }

    /// One that changed.
    mutating func set(_ uid: UID, _ flags: UInt64, _ modseq: Int64, keepsSeen: Bool) {
        makeColumns()
        guard let index = index(of: uid) else { return }
        let seen = SystemFlags.seen.rawValue
        made.flags[index] = keepsSeen ? (flags & ~seen) | (made.flags[index] & seen) : flags
        made.modseqs[index] = max(made.modseqs[index], modseq)
    }

    /// Gives those at the indices the \Seen of the set.
    mutating func setSeen(_ seen: UIDSet, in indices: Range<Int>) {
        makeColumns()
        for index in indices.clamped(to: made.uids.indices) {
            let bit = SystemFlags.seen.rawValue
            made.flags[index] = (made.flags[index] & ~bit) | (seen.contains(made.uids[index]) ? bit : 0)
        }
    }

    mutating func touch(_ uids: UIDSet, _ modseq: ModSeq) {
        makeColumns()
        for range in uids.ranges {
            for index in indices(of: range) { made.modseqs[index] = max(made.modseqs[index], modseq.rawValue) }
        }
    }

    /// No modseq of it is lower.
    mutating func raise(to modseq: ModSeq) {
        makeColumns()
        for index in made.modseqs.indices { made.modseqs[index] = max(made.modseqs[index], modseq.rawValue) }
    }

    /// Takes messages away: what a session does as it tells its client of them.
    package mutating func remove(_ vanished: UIDSet) {
        guard !vanished.isEmpty else { return }
        let gone = vanished.ranges.map { indices(of: $0) }.filter { !$0.isEmpty }
        guard var target = gone.first?.lowerBound else { return }
        makeColumns()
        let count = made.uids.count
        for (position, hole) in gone.enumerated() {
            let end = position + 1 < gone.count ? gone[position + 1].lowerBound : count
            for index in hole.upperBound..<end {
                made.uids[target] = made.uids[index]
                made.flags[target] = made.flags[index]
                made.modseqs[target] = made.modseqs[index]
                target += 1
            }
        }
        let excess = count - target
        made.uids.removeLast(excess)
        made.flags.removeLast(excess)
        made.modseqs.removeLast(excess)
    }
}

/// What became other between two snapshots of one mailbox.
package struct SnapshotDifference: Sendable, Equatable {
    /// In the old one only.
    package var vanished = UIDSet()
    /// In both, with flags or at least a modseq that changed.
    package var changed = UIDSet()
    /// In the new one only, always after all old ones.
    package var came = UIDSet()

    package var isEmpty: Bool { vanished.isEmpty && changed.isEmpty && came.isEmpty }
}

extension MailboxSnapshot {
    /// What a holder of `older` has to learn. It costs one look at each message, and nothing where nothing changed.
    package func difference(from older: MailboxSnapshot) -> SnapshotDifference {
        if modseq == older.modseq, count == older.count { return SnapshotDifference() }
        return Self.difference(columns, from: older.columns)
    }

    private static func difference(_ new: Columns, from old: Columns) -> SnapshotDifference {
        var difference = SnapshotDifference()
        var index = 0
        var oldIndex = 0
        while oldIndex < old.uids.count {
            let uid = old.uids[oldIndex]
            while index < new.uids.count, new.uids[index] < uid {
                difference.came.append(new.uids[index])
                index += 1
            }
            if index < new.uids.count, new.uids[index] == uid {
                if new.modseqs[index] != old.modseqs[oldIndex] || new.flags[index] != old.flags[oldIndex] {
                    difference.changed.append(uid)
                }
                index += 1
            } else {
                difference.vanished.append(uid)
            }
            oldIndex += 1
        }
        while index < new.uids.count {
            difference.came.append(new.uids[index])
            index += 1
        }
        return difference
    }

    /// RFC 7162 §3.1.4.1: the messages that changed after a position.
    package func changed(since modseq: ModSeq) -> UIDSet {
        var set = UIDSet()
        let columns = columns
        for index in columns.uids.indices where columns.modseqs[index] > modseq.rawValue { set.append(columns.uids[index]) }
        return set
    }
}

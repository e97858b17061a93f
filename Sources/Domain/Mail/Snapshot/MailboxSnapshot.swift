package import CollectionStore

/// The messages of a mailbox at one modseq, as one viewer sees them: UIDs in rising order, with flags and modseqs.
///
/// A value: sessions keep the one that they have told their client, and share its memory with the cache until it is brought
/// forward. Message number n of the session is index n - 1.
package struct MailboxSnapshot: Sendable {
    package let mailbox: MailboxID
    package internal(set) var modseq: ModSeq
    package internal(set) var uidNext: UInt32
    /// Keyword number n is bit 8 + n of the flags.
    package internal(set) var keywords: [String]
    var uids: [UID]
    var flags: [UInt64]
    var modseqs: [Int64]

    init(mailbox: MailboxID, modseq: ModSeq = .zero, uidNext: UInt32 = 1, keywords: [String] = []) {
        self.mailbox = mailbox
        self.modseq = modseq
        self.uidNext = uidNext
        self.keywords = keywords
        uids = []
        flags = []
        modseqs = []
    }

    package var count: Int { uids.count }

    /// `index` must be one of `0..<count`; outside it the answer is 0.
    package func uid(at index: Int) -> UID { uids.indices.contains(index) ? uids[index] : 0 }
    package func flags(at index: Int) -> FlagBits { FlagBits(rawValue: flags.indices.contains(index) ? flags[index] : 0) }
    package func modseq(at index: Int) -> ModSeq { ModSeq(rawValue: modseqs.indices.contains(index) ? modseqs[index] : 0) }

    /// The index of the first message with this UID or a higher one; `count` where there is none.
    package func firstIndex(from uid: UID) -> Int {
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
        return index < uids.count && uids[index] == uid ? index : nil
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
        var set = UIDSet()
        for index in indices.clamped(to: 0..<count) { set.append(uids[index]) }
        return set
    }

    /// The messages with one of these UIDs that there are.
    package func existing(_ uids: UIDSet) -> UIDSet {
        var set = UIDSet()
        for range in uids.ranges {
            for index in indices(of: range) { set.append(self.uids[index]) }
        }
        return set
    }

    /// The first message that has not been seen; nil where all have.
    package var firstUnseen: Int? { flags.firstIndex { $0 & SystemFlags.seen.rawValue == 0 } }

    /// Takes messages away: what a session does as it tells its client of them.
    package mutating func remove(_ vanished: UIDSet) {
        guard !vanished.isEmpty else { return }
        let gone = vanished.ranges.map { indices(of: $0) }.filter { !$0.isEmpty }
        guard var target = gone.first?.lowerBound else { return }
        for (position, hole) in gone.enumerated() {
            let end = position + 1 < gone.count ? gone[position + 1].lowerBound : count
            for index in hole.upperBound..<end {
                uids[target] = uids[index]
                flags[target] = flags[index]
                modseqs[target] = modseqs[index]
                target += 1
            }
        }
        let excess = count - target
        uids.removeLast(excess)
        flags.removeLast(excess)
        modseqs.removeLast(excess)
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
        var difference = SnapshotDifference()
        if modseq == older.modseq, count == older.count { return difference }
        var index = 0
        var olderIndex = 0
        while olderIndex < older.count {
            let uid = older.uids[olderIndex]
            while index < count, uids[index] < uid {
                difference.came.append(uids[index])
                index += 1
            }
            if index < count, uids[index] == uid {
                if modseqs[index] != older.modseqs[olderIndex] || flags[index] != older.flags[olderIndex] {
                    difference.changed.append(uid)
                }
                index += 1
            } else {
                difference.vanished.append(uid)
            }
            olderIndex += 1
        }
        while index < count {
            difference.came.append(uids[index])
            index += 1
        }
        return difference
    }

    /// RFC 7162 §3.1.4.1: the messages that changed after a position.
    package func changed(since modseq: ModSeq) -> UIDSet {
        var set = UIDSet()
        for index in 0..<count where modseqs[index] > modseq.rawValue { set.append(uids[index]) }
        return set
    }
}

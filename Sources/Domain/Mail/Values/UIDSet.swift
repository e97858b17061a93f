import Bytes

/// RFC 9051 §2.3.1.1. Never 0.
package typealias UID = UInt32

/// A set of UIDs as rising ranges that do not touch.
package struct UIDSet: Sendable, Hashable {
    package private(set) var ranges: [ClosedRange<UID>] = []

    package init() {}
    package init(_ range: ClosedRange<UID>) { ranges = [range] }

    package init(_ uids: some Sequence<UID>) {
        for uid in uids.sorted() { append(uid...uid) }
    }

    package init(ranges unsorted: some Sequence<ClosedRange<UID>>) {
        for range in unsorted.sorted(by: { $0.lowerBound < $1.lowerBound }) { append(range) }
    }

    package static let all = UIDSet(1...UID.max)

    package var isEmpty: Bool { ranges.isEmpty }
    package var count: Int { ranges.reduce(0) { $0 + Int($1.upperBound - $1.lowerBound) + 1 } }
    package var lowest: UID? { ranges.first?.lowerBound }
    package var highest: UID? { ranges.last?.upperBound }

    package func contains(_ uid: UID) -> Bool {
        let index = firstRange(endingFrom: uid)
        return index < ranges.count && ranges[index].lowerBound <= uid
    }

    /// The index of the first range that ends at `uid` or after it.
    private func firstRange(endingFrom uid: UID) -> Int {
        var low = 0
        var high = ranges.count
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound < uid { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Adds a range that begins with or after all that are there begin.
    package mutating func append(_ range: ClosedRange<UID>) {
        guard let last = ranges.last else { return ranges.append(range) }
        if range.lowerBound <= last.upperBound || range.lowerBound - 1 == last.upperBound {
            ranges[ranges.count - 1] = min(last.lowerBound, range.lowerBound)...max(last.upperBound, range.upperBound)
        } else {
            ranges.append(range)
        }
    }

    package mutating func append(_ uid: UID) { append(uid...uid) }

    package func union(_ other: UIDSet) -> UIDSet {
        if other.isEmpty { return self }
        if isEmpty { return other }
        return UIDSet(ranges: ranges + other.ranges)
    }

    package mutating func formUnion(_ other: UIDSet) { self = union(other) }

    package func intersection(_ other: UIDSet) -> UIDSet {
        var out = UIDSet()
        var index = 0
        var otherIndex = 0
        while index < ranges.count, otherIndex < other.ranges.count {
            let a = ranges[index]
            let b = other.ranges[otherIndex]
            let low = max(a.lowerBound, b.lowerBound)
            let high = min(a.upperBound, b.upperBound)
            if low <= high { out.append(low...high) }
            if a.upperBound < b.upperBound { index += 1 } else { otherIndex += 1 }
        }
        return out
    }

    package func subtracting(_ other: UIDSet) -> UIDSet {
        var out = UIDSet()
        var otherIndex = 0
        for range in ranges {
            var low = range.lowerBound
            var isDone = false
            while otherIndex < other.ranges.count, other.ranges[otherIndex].upperBound < low { otherIndex += 1 }
            var next = otherIndex
            while next < other.ranges.count, other.ranges[next].lowerBound <= range.upperBound {
                let hole = other.ranges[next]
                if hole.lowerBound > low { out.append(low...(hole.lowerBound - 1)) }
                if hole.upperBound >= range.upperBound { isDone = true; break }
                low = max(low, hole.upperBound + 1)
                next += 1
            }
            if !isDone { out.append(low...range.upperBound) }
        }
        return out
    }

    /// Sets of at most so many ranges, which are it together.
    package func parts(of count: Int) -> [UIDSet] {
        ranges.batches(of: max(1, count)).map { ranges in
            var part = UIDSet()
            part.ranges = Array(ranges)
            return part
        }
    }

    /// The `count` highest.
    package func last(_ count: Int) -> UIDSet {
        var left = count
        var kept: [ClosedRange<UID>] = []
        for range in ranges.reversed() where left > 0 {
            let length = Int(range.upperBound - range.lowerBound) + 1
            kept.append(length > left ? (range.upperBound - UID(left) + 1)...range.upperBound : range)
            left -= min(left, length)
        }
        return UIDSet(ranges: kept.reversed())
    }

    package var elements: some Sequence<UID> { ranges.lazy.joined() }

    // MARK: As it is stored

    /// Of each range the distance from the end of the one before and its length less one, as numbers of seven bits a byte.
    var encoded: [UInt8] {
        var out: [UInt8] = []
        var last: UID = 0
        for range in ranges {
            out.appendNumber(UInt64(range.lowerBound - last))
            out.appendNumber(UInt64(range.upperBound - range.lowerBound))
            last = range.upperBound
        }
        return out
    }

    /// Damaged bytes end the set.
    init(encoded bytes: some Collection<UInt8>) {
        var reader = NumberReader(Array(bytes))
        var last: UInt64 = 0
        while let distance = reader.next(), let length = reader.next() {
            let low = last.addingReportingOverflow(distance)
            let high = low.partialValue.addingReportingOverflow(length)
            guard !low.overflow, !high.overflow, low.partialValue > 0,
                let first = UID(exactly: low.partialValue), let end = UID(exactly: high.partialValue)
            else { return }
            append(first...end)
            last = high.partialValue
        }
    }
}

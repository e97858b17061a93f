internal import Bytes

/// A set of message numbers or UIDs as ascending ranges that do not touch each other: a mailbox of a million messages
/// without gaps is one range.
package struct NumberSet: Hashable, Sendable {
    package private(set) var ranges: [ClosedRange<UInt32>] = []

    package init() {}
    package init(_ range: ClosedRange<UInt32>) { ranges = [range] }

    package init(_ numbers: some Sequence<UInt32>) {
        self.init(ranges: numbers.map { $0...$0 })
    }

    /// In any order, and overlapping. The time is that of sorting them.
    package init(ranges unsorted: some Sequence<ClosedRange<UInt32>>) {
        var isSorted = true
        var latest: UInt32 = 0
        let all = Array(unsorted)
        for range in all {
            if range.lowerBound < latest {
                isSorted = false
                break
            }
            latest = range.lowerBound
        }
        for range in isSorted ? all : all.sorted(by: { $0.lowerBound < $1.lowerBound }) { append(range) }
    }

    package var isEmpty: Bool { ranges.isEmpty }
    package var lowest: UInt32? { ranges.first?.lowerBound }
    package var highest: UInt32? { ranges.last?.upperBound }

    /// How many numbers there are.
    package var count: Int { ranges.reduce(0) { $0 + Int($1.upperBound - $1.lowerBound) + 1 } }

    package func contains(_ number: UInt32) -> Bool {
        let index = firstIndex(endingAtOrAfter: number)
        return index < ranges.count && ranges[index].lowerBound <= number
    }

    /// Adds a range that begins at or behind where the last one begins; one that begins before it is put in its place, in linear time.
    package mutating func append(_ range: ClosedRange<UInt32>) {
        guard let last = ranges.last else { return ranges.append(range) }
        if range.lowerBound < last.lowerBound { return formUnion(NumberSet(range)) }
        if last.upperBound == .max || range.lowerBound <= last.upperBound + 1 {
            ranges[ranges.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
        } else {
            ranges.append(range)
        }
    }

    package mutating func append(_ number: UInt32) { append(number...number) }

    package mutating func formUnion(_ other: NumberSet) {
        if other.isEmpty { return }
        if isEmpty {
            self = other
            return
        }
        self = union(other)
    }

    package func union(_ other: NumberSet) -> NumberSet {
        var result = NumberSet()
        result.ranges.reserveCapacity(ranges.count + other.ranges.count)
        var (left, right) = (0, 0)
        while left < ranges.count || right < other.ranges.count {
            let takesLeft = right >= other.ranges.count
                || (left < ranges.count && ranges[left].lowerBound <= other.ranges[right].lowerBound)
            if takesLeft {
                result.append(ranges[left])
                left += 1
            } else {
                result.append(other.ranges[right])
                right += 1
            }
        }
        return result
    }

    package func intersection(_ other: NumberSet) -> NumberSet {
        var result = NumberSet()
        var (left, right) = (0, 0)
        while left < ranges.count, right < other.ranges.count {
            let (mine, its) = (ranges[left], other.ranges[right])
            let (low, high) = (max(mine.lowerBound, its.lowerBound), min(mine.upperBound, its.upperBound))
            if low <= high { result.ranges.append(low...high) }
            if mine.upperBound < its.upperBound { left += 1 } else { right += 1 }
        }
        return result
    }

    package func subtracting(_ other: NumberSet) -> NumberSet {
        var result = NumberSet()
        var right = 0
        for range in ranges {
            var low = UInt64(range.lowerBound)
            let high = UInt64(range.upperBound)
            while right < other.ranges.count, UInt64(other.ranges[right].upperBound) < low { right += 1 }
            var index = right
            while index < other.ranges.count, UInt64(other.ranges[index].lowerBound) <= high {
                let hole = other.ranges[index]
                if UInt64(hole.lowerBound) > low { result.ranges.append(UInt32(low)...(hole.lowerBound - 1)) }
                low = UInt64(hole.upperBound) + 1
                index += 1
            }
            if low <= high { result.ranges.append(UInt32(low)...range.upperBound) }
            // The last hole may go on into the next range.
            right = max(right, index - 1)
        }
        return result
    }

    private func firstIndex(endingAtOrAfter number: UInt32) -> Int {
        var (low, high) = (0, ranges.count)
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound < number { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension NumberSet {
    /// The numbers one by one, ascending.
    package var elements: some Sequence<UInt32> { ranges.lazy.joined() }

    /// RFC 9051 §9: sequence-set. Nothing for an empty set, which has no form on the wire.
    package func append(to out: inout [UInt8]) {
        var isFirst = true
        for range in ranges {
            if !isFirst { out.append(0x2C) }
            isFirst = false
            out.append(decimal: range.lowerBound)
            if range.lowerBound < range.upperBound {
                out.append(0x3A)
                out.append(decimal: range.upperBound)
            }
        }
    }
}

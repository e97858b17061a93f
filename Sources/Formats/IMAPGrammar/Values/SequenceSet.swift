internal import Bytes

/// A sequence-set as a client writes it (RFC 9051 §9), whose `*` is not known yet.
///
/// Order and repetition have no meaning in it, so it is kept sorted and merged. All of its ranges that have a `*` are one: `n:*`
/// is from the lesser of n and the last number to the last number, so the least n has all others in it; `*` alone has the
/// greatest n there is.
package struct SequenceSet: Hashable, Sendable {
    /// `$`: what the last SEARCH with SAVE found (RFC 9051 §6.4.4.1).
    package var isSavedResult = false
    /// The ranges without `*`.
    package var numbers = NumberSet()
    /// The least n of the ranges `n:*`; `UInt32.max` for `*` alone.
    package var fromOrLast: UInt32?

    package static let savedResult = SequenceSet(isSavedResult: true)
    package static let all = SequenceSet(fromOrLast: 1)

    package init(_ numbers: NumberSet = NumberSet(), fromOrLast: UInt32? = nil) {
        self.numbers = numbers
        self.fromOrLast = fromOrLast
    }

    private init(isSavedResult: Bool) { self.isSavedResult = isSavedResult }

    /// The set for a mailbox whose last number is `last`; 0 where it has no messages.
    package func resolved(last: UInt32) -> NumberSet {
        guard let fromOrLast, last > 0 else { return numbers }
        return numbers.union(NumberSet(min(fromOrLast, last)...last))
    }

    /// The greatest number that is named, to be judged as a message number (RFC 9051 §6.4.5: one that does not exist is an error).
    package var highest: UInt32? { numbers.highest }

    /// One that stands alone; nil where it is none.
    package init?(text: [UInt8]) {
        var cursor = CommandCursor(text)
        guard let set = try? cursor.sequenceSet(), cursor.isAtEnd else { return nil }
        self = set
    }

    package func append(to out: inout [UInt8]) {
        if isSavedResult { return out.append(0x24) }
        numbers.append(to: &out)
        guard let fromOrLast else { return }
        if !numbers.isEmpty { out.append(0x2C) }
        if fromOrLast != .max {
            out.append(decimal: fromOrLast)
            out.append(0x3A)
        }
        out.append(0x2A)
    }
}

/// RFC 9394 §3.1, RFC 5267 §4.4: the results from the `first` to the `last`, counted from 1, or from the end.
package struct PartialRange: Hashable, Sendable {
    package var first: UInt32
    package var last: UInt32
    package var isFromEnd: Bool

    package init(_ first: UInt32, _ last: UInt32, isFromEnd: Bool = false) {
        self.first = min(first, last)
        self.last = max(first, last)
        self.isFromEnd = isFromEnd
    }

    /// Which of `count` results, ascending, by their index.
    package func indices(of count: Int) -> Range<Int> {
        let low = min(Int(first) - 1, count)
        let high = min(Int(last), count)
        return isFromEnd ? (count - high)..<(count - low) : max(low, 0)..<high
    }

    package func append(to out: inout [UInt8]) {
        if isFromEnd { out.append(0x2D) }
        out.append(decimal: first)
        out.append(isFromEnd ? ":-" : ":")
        out.append(decimal: last)
    }
}

extension CommandCursor {
    /// Or `$`.
    mutating func sequenceSet() throws(ParseError) -> SequenceSet {
        if take(0x24) { return .savedResult }
        var set = SequenceSet()
        var ranges: [ClosedRange<UInt32>] = []
        repeat {
            let low = try sequenceNumber()
            let high = take(0x3A) ? try sequenceNumber() : low
            if let low, let high {
                ranges.append(min(low, high)...max(low, high))
            } else {
                set.fromOrLast = min(set.fromOrLast ?? .max, low ?? high ?? .max)
            }
        } while take(0x2C)
        if !ranges.isEmpty { set.numbers = NumberSet(ranges: ranges) }
        return set
    }

    /// A set without `*` (RFC 7162 §7: known-uids and the like).
    mutating func knownSet() throws(ParseError) -> NumberSet {
        let start = position
        let set = try sequenceSet()
        guard !set.isSavedResult, set.fromOrLast == nil else {
            position = start
            throw failure("a set without *")
        }
        return set.numbers
    }

    /// Nil for `*`.
    @inline(__always)
    private mutating func sequenceNumber() throws(ParseError) -> UInt32? {
        take(0x2A) ? nil : try positive("a sequence set")
    }

    mutating func partialRange() throws(ParseError) -> PartialRange {
        let isFromEnd = take(0x2D)
        let first = try positive()
        try expect(0x3A, ":")
        // RFC 9394 §3.1: both are negative, or none.
        if isFromEnd { try expect(0x2D, "-") }
        return PartialRange(first, try positive(), isFromEnd: isFromEnd)
    }
}

/// What a kind of collection finds in the bytes of a member so that queries need not read them: a projection, made anew
/// from the bytes whenever `version` or the time zone database is another.
package struct ObjectIndex: Sendable, Equatable {
    /// Moves with each change of what is found in the same bytes; all is then made anew at the next start.
    package static let version = 7

    package enum Text: Sendable, Equatable {
        /// A file: nobody looks into it.
        case none
        /// Any text may be in it.
        case unknown
        /// All that a text-match can meet, folded as i;unicode-casemap folds.
        case folded([UInt8])

        /// `text` is nil where there is too much to keep.
        package init(_ text: [UInt8]?) { self = text.map(Self.folded) ?? .unknown }
    }

    /// By their line and start; no two of one line start together.
    package private(set) var occurrences: [Occurrence]
    package var text: Text
    package var privacy: Privacy
    /// The ETag of the bytes without what is their owner's alone; nil: there is nothing of the kind in them.
    package var sharedTag: String?

    package init(occurrences: [Occurrence] = [], text: Text = .none, privacy: Privacy = .open, sharedTag: String? = nil) {
        var kept: [Occurrence] = []
        for next in occurrences.sorted(by: { ($0.line, $0.start, $0.end) < ($1.line, $1.start, $1.end) }) {
            if let last = kept.last, last.line == next.line, last.start == next.start {
                kept[kept.count - 1] = last.united(with: next)
            } else {
                kept.append(next)
            }
        }
        self.occurrences = kept
        self.text = text
        self.privacy = privacy
        self.sharedTag = sharedTag
    }
}

/// What those with whom a calendar is shared see of an object (RFC 5545 §3.8.1.3). The numbers are stored.
package enum Privacy: Int64, Sendable {
    case open = 0
    /// Nothing.
    case hidden = 1
    /// When it is, and no more.
    case masked = 2
}

/// A stretch of time in which a calendar object has instances, or may have some.
package struct Occurrence: Sendable, Hashable {
    /// Seconds since 1970 in UTC or, where `isFloating`, on the wall of whoever looks. `Occurrence.beginning`: it has
    /// always been.
    package let start: Int64
    /// `Int64.max`: for ever.
    package let end: Int64
    package let isFloating: Bool
    /// Whether there are instances all the time. Of another it is only certain that there are none outside of all.
    package let isExact: Bool
    package let busy: Busy
    package let weeks: YearWeeks

    package init(
        start: Int64, end: Int64, isFloating: Bool, isExact: Bool, busy: Busy = .varies, weeks: YearWeeks = .all
    ) {
        self.start = start < -Self.farthest ? Self.beginning : min(start, Self.farthest)
        self.end = end > Self.farthest ? .max : max(end, self.start)
        self.isFloating = isFloating
        self.isExact = isExact
        self.busy = busy
        self.weeks = weeks
    }

    package static let beginning = -(Int64(1) << 60)
    /// Seconds to either side of 1970; the years 0 to 9999 are a quarter of it.
    static let farthest = Int64(1) << 40

    /// All time that there is, on both lines.
    package static func always(busy: Busy) -> [Occurrence] {
        [false, true].map {
            Occurrence(start: beginning, end: .max, isFloating: $0, isExact: false, busy: busy)
        }
    }

    /// The length class: it lasts at most 2 to the power of that many seconds.
    var span: Int64 {
        if start == Self.beginning || end == .max { return Self.boundlessSpan }
        let length = end - start
        return max(10, length <= 1 ? 0 : Int64(Int64.bitWidth - (length - 1).leadingZeroBitCount))
    }

    static let boundlessSpan: Int64 = 63
    /// Of what comes every year, by the part of it: one that goes on for ever in a few parts of the year has a row for each, in the
    /// classes from here on, so that a query does not meet those of other parts.
    static let firstWeekSpan: Int64 = 64

    /// In how many parts it may be for that.
    private static let mostWeeks = 4

    /// The rows that it is in the index: their classes, and which parts of the year each is of.
    var rows: [(span: Int64, weeks: YearWeeks)] {
        guard span == Self.boundlessSpan, weeks != .all, weeks.rawValue.nonzeroBitCount <= Self.mostWeeks, !weeks.isEmpty else {
            return [(span, weeks)]
        }
        return weeks.parts.map { (Self.firstWeekSpan + Int64($0), YearWeeks(rawValue: 1 << Int64($0))) }
    }

    var line: Int64 { isFloating ? 1 : 0 }

    func united(with other: Occurrence) -> Occurrence {
        Occurrence(
            start: min(start, other.start), end: max(end, other.end), isFloating: isFloating,
            isExact: isExact && other.isExact, busy: busy == other.busy ? busy : .varies,
            weeks: YearWeeks(rawValue: weeks.rawValue | other.weeks.rawValue))
    }
}

/// How an object's instances take their owner's time.
package enum Busy: Int64, Sendable {
    case free = 0
    case busy = 1
    case tentative = 2
    case unavailable = 3
    /// Not all alike, or it depends on more than the object.
    case varies = 4
}

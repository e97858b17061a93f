/// Stretches of time, in seconds, in their order, none of which touches another; each from its start to before its end.
struct TimeSpans: Equatable {
    private(set) var spans: [Range<Int64>]

    /// In any order; empty ones are none.
    init(_ spans: [Range<Int64>] = []) {
        self.spans = Self.merged(spans)
    }

    var isEmpty: Bool { spans.isEmpty }

    mutating func formUnion(_ other: TimeSpans) {
        if other.isEmpty { return }
        spans = isEmpty ? other.spans : Self.merged(spans + other.spans)
    }

    mutating func subtract(_ other: TimeSpans) {
        if isEmpty || other.isEmpty { return }
        var left: [Range<Int64>] = []
        var next = 0
        for span in spans {
            var start = span.lowerBound
            while next < other.spans.count, other.spans[next].upperBound <= start { next += 1 }
            var cut = next
            while cut < other.spans.count, other.spans[cut].lowerBound < span.upperBound {
                if other.spans[cut].lowerBound > start { left.append(start..<other.spans[cut].lowerBound) }
                start = max(start, other.spans[cut].upperBound)
                cut += 1
            }
            if start < span.upperBound { left.append(start..<span.upperBound) }
        }
        spans = left
    }

    private static func merged(_ spans: [Range<Int64>]) -> [Range<Int64>] {
        var merged: [Range<Int64>] = []
        for span in spans.sorted(by: { $0.lowerBound < $1.lowerBound }) where !span.isEmpty {
            if let last = merged.last, span.lowerBound <= last.upperBound {
                merged[merged.count - 1] = last.lowerBound..<max(last.upperBound, span.upperBound)
            } else {
                merged.append(span)
            }
        }
        return merged
    }
}

/// Stretches of time that are collected one by one, and merged from time to time, so that only what differs takes
/// memory.
struct TimeSpanCollector {
    private var merged = TimeSpans()
    private var recent: [Range<Int64>] = []
    private let limit: Int

    /// `limit` is how many stretches there may be that do not touch each other.
    init(limit: Int) {
        self.limit = limit
    }

    mutating func add(_ span: Range<Int64>) throws(CalendarLimitExceeded) {
        if span.isEmpty { return }
        if let last = recent.last, last.upperBound == span.lowerBound {
            recent[recent.count - 1] = last.lowerBound..<span.upperBound
            return
        }
        recent.append(span)
        guard recent.count >= max(1024, merged.spans.count) else { return }
        merge()
        if merged.spans.count > limit { throw .instances(limit) }
    }

    mutating func spans() throws(CalendarLimitExceeded) -> TimeSpans {
        merge()
        if merged.spans.count > limit { throw .instances(limit) }
        return merged
    }

    private mutating func merge() {
        if recent.isEmpty { return }
        merged.formUnion(TimeSpans(recent))
        recent.removeAll(keepingCapacity: true)
    }
}

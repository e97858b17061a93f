/// A stretch of time for which occurrences are asked: of the line in UTC, and of that on the wall of whoever looks.
package struct OccurrenceRange: Sendable, Hashable {
    /// From `lower` to before `upper`, in seconds since 1970. What goes on without a bound has `Int64.min` and
    /// `Int64.max`.
    package let lower: Int64
    package let upper: Int64
    /// On the wall: outside of it nothing can overlap.
    package let floatingLower: Int64
    package let floatingUpper: Int64
    /// On the wall: what overlaps this, overlaps. Less than the one above where the clocks change close to a bound.
    package let certainFloatingLower: Int64
    package let certainFloatingUpper: Int64
    /// The parts of a year that it has something of.
    let weeks: YearWeeks

    package init(
        lower: Int64, upper: Int64, floatingLower: Int64, floatingUpper: Int64, certainFloatingLower: Int64? = nil,
        certainFloatingUpper: Int64? = nil, weeks: YearWeeks = .all
    ) {
        func clamped(_ bound: Int64) -> Int64 { max(-Self.farthest, min(bound, Self.farthest)) }
        self.lower = clamped(lower)
        self.upper = clamped(upper)
        self.floatingLower = clamped(floatingLower)
        self.floatingUpper = clamped(floatingUpper)
        self.certainFloatingLower = clamped(certainFloatingLower ?? floatingLower)
        self.certainFloatingUpper = clamped(certainFloatingUpper ?? floatingUpper)
        self.weeks = weeks
    }

    /// Beyond all that is kept, and far from what overflows.
    private static let farthest = Occurrence.farthest * 2

    /// Whether the query gives the occurrence: it overlaps the range, or touches it, which some rows of §9.9's tables
    /// take in.
    package func mayOverlap(_ occurrence: Occurrence) -> Bool {
        let lower = occurrence.isFloating ? floatingLower : self.lower
        let upper = occurrence.isFloating ? floatingUpper : self.upper
        return occurrence.start <= upper && occurrence.end >= lower && !occurrence.weeks.isDisjoint(with: weeks)
    }

    /// RFC 4791 §9.9: whether an event or a journal entry that takes all this time overlaps. What is on the wall must do
    /// so wherever the clocks change.
    package func surelyOverlaps(_ occurrence: Occurrence) -> Bool {
        surelyOverlaps(start: occurrence.start, end: occurrence.end, isFloating: occurrence.isFloating)
    }

    func surelyOverlaps(start: Int64, end: Int64, isFloating: Bool) -> Bool {
        let lower = isFloating ? certainFloatingLower : self.lower
        let upper = isFloating ? certainFloatingUpper : self.upper
        return start < upper && (end > lower || (start == end && start >= lower))
    }
}

package import CivilTime
package import ContentLines

/// One instance of an object: a master's, or an override's.
package struct RecurrenceInstance: Sendable {
    /// What says how it is: the master, or the override.
    package let component: Component
    /// In the form of the component that says when it is.
    package let start: CalendarTime
    package let interval: Interval
    /// The start that it would have without overrides, in the master's form (RFC 4791 §9.6.5 wants it of each
    /// instance).
    package let recurrenceID: CalendarTime
    /// Whether RECURRENCE-ID names it, rather than that it comes from the master or a RANGE=THISANDFUTURE.
    package let isOverride: Bool
    let overlap: OverlapRule

    package var isAllDay: Bool { start.isDate }

    package struct Interval: Hashable, Sendable {
        package let start: TimeOnLine
        package let end: TimeOnLine
    }

    /// The same with another end.
    func lasting(to end: TimeOnLine) -> RecurrenceInstance {
        RecurrenceInstance(
            component: component, start: start, interval: Interval(start: interval.start, end: end),
            recurrenceID: recurrenceID, isOverride: isOverride, overlap: overlap)
    }

    /// RFC 4791 §9.9. Without a bound the range goes on for ever.
    package func overlaps(_ range: InstantRange, floatingIn zone: any TimeZoneRules) -> Bool {
        overlap.overlaps(
            start: interval.start.instant(in: zone).seconds, end: interval.end.instant(in: zone).seconds,
            lower: range.start?.seconds ?? .min, upper: range.end?.seconds ?? .max)
    }
}

/// A stretch of the time line, from its start to before its end; without a bound where that is nil.
package struct InstantRange: Hashable, Sendable {
    package var start: Instant?
    package var end: Instant?

    package init(start: Instant? = nil, end: Instant? = nil) {
        self.start = start
        self.end = end
    }

    /// What overlaps this overlaps both; it may end before it begins, and then only what is longer than that overlaps it.
    package func clipped(to other: InstantRange) -> InstantRange {
        InstantRange(
            start: start.map { max($0, other.start ?? $0) } ?? other.start, end: end.map { min($0, other.end ?? $0) } ?? other.end)
    }
}

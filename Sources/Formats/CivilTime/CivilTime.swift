// CivilTime: dates and times as people write them, instants, and the rules of time zones that join the two.
//
// It owns the proleptic Gregorian calendar (RFC 5545 §3.3.4, §3.3.5), nominal and exact durations (§3.3.6), the time zone
// database and the names under which zones go about. It must never read a file, ask a clock, or know of iCalendar's lines:
// the bytes of the time zone database are handed in.
//
// Invariants: all arithmetic is on 64-bit counts of days and seconds and never traps for the years 0 to 9999; what leaves
// those years is nil.
//
// Start reading at CivilDate.swift, then CivilDateTime.swift and TimeZoneRules.swift; of zones at ZoneRules.swift, then
// TZif.swift and ZoneNames.swift.

/// RFC 5545 §3.3.10, in the order of ISO 8601: Monday is 1.
public enum Weekday: Int, Sendable, CaseIterable {
    case monday = 1
    case tuesday, wednesday, thursday, friday, saturday, sunday
}

/// A point on the time line: seconds since 1970-01-01T00:00:00Z, leap seconds not counted.
@frozen
public struct Instant: Hashable, Comparable, Sendable {
    public var seconds: Int64

    @inlinable
    public init(seconds: Int64) {
        self.seconds = seconds
    }

    @inlinable
    public static func < (left: Instant, right: Instant) -> Bool { left.seconds < right.seconds }
}

/// How the clocks of a place stand for a while.
package struct Observance: Hashable, Sendable {
    /// Seconds east of UTC.
    package let offset: Int
    package let isDaylight: Bool
    /// What people there call it; empty where nobody has told.
    package let abbreviation: String

    package init(offset: Int, isDaylight: Bool = false, abbreviation: String = "") {
        self.offset = offset
        self.isDaylight = isDaylight
        self.abbreviation = abbreviation
    }

    /// RFC 9636 §3.2: 25 hours west to 26 hours east, neither included.
    package static let offsets = -89_999...93_599
}

/// A change that comes once in every year, for ever.
package struct AnnualChange: Hashable, Sendable {
    package let day: AnnualDay
    /// On the wall before the change, from the day's midnight; it may point into another day.
    package let secondOfDay: Int
    /// What that wall is east of UTC.
    package let offsetBefore: Int
    package let after: Observance

    package init(day: AnnualDay, secondOfDay: Int, offsetBefore: Int, after: Observance) {
        self.day = day
        self.secondOfDay = secondOfDay
        self.offsetBefore = offsetBefore
        self.after = after
    }

    package func instant(in year: Int) -> Instant {
        Instant(seconds: Int64(day.dayNumber(in: year)) * 86_400 + Int64(secondOfDay - offsetBefore))
    }
}

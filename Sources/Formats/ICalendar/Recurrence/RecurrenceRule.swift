package import CivilTime

/// A RECUR value (RFC 5545 §3.3.10, RFC 7529 §4.1), as a value: nothing here evaluates it, see Occurrences.swift.
package struct RecurrenceRule: Hashable, Sendable {
    package enum Frequency: Int, Sendable, Comparable {
        case secondly, minutely, hourly, daily, weekly, monthly, yearly

        package static func < (left: Frequency, right: Frequency) -> Bool { left.rawValue < right.rawValue }
    }

    /// `-1SU`: a weekday, and which of them; 0 for each.
    package struct WeekdayNumber: Hashable, Sendable {
        package var ordinal: Int
        package var weekday: Weekday

        package init(_ weekday: Weekday, ordinal: Int = 0) {
            self.ordinal = ordinal
            self.weekday = weekday
        }
    }

    /// `5L` is the leap month after the fifth (RFC 7529 §4.2).
    package struct Month: Hashable, Sendable {
        package var number: Int
        package var isLeap: Bool

        package init(_ number: Int, isLeap: Bool = false) {
            self.number = number
            self.isLeap = isLeap
        }
    }

    /// RFC 7529 §4.1: what becomes of a day or month that the calendar does not have in that year.
    package enum Skip: String, Sendable, CaseIterable {
        case omit = "OMIT"
        case backward = "BACKWARD"
        case forward = "FORWARD"
    }

    /// A part of the rule that nobody here knows.
    package struct OtherPart: Hashable, Sendable {
        package var name: String
        package var value: String
    }

    package var frequency: Frequency
    /// At least 1.
    package var interval = 1
    package var count: Int?
    package var until: CalendarTime?
    /// A BYxxx part is nil where it is missing. One that is there with no value that could ever match is empty, and the
    /// rule has no instance of its own.
    package var bySecond: [Int]?
    package var byMinute: [Int]?
    package var byHour: [Int]?
    package var byDay: [WeekdayNumber]?
    package var byMonthDay: [Int]?
    package var byYearDay: [Int]?
    package var byWeekNumber: [Int]?
    package var byMonth: [Month]?
    package var bySetPosition: [Int]?
    package var weekStart = Weekday.monday
    /// RFC 7529 §4.1, in upper case; nil for the Gregorian calendar.
    package var calendarScale: String?
    package var skip = Skip.omit
    package var otherParts: [OtherPart] = []

    package init(_ frequency: Frequency, interval: Int = 1, count: Int? = nil, until: CalendarTime? = nil) {
        self.frequency = frequency
        self.interval = max(1, min(interval, Self.longestInterval))
        self.count = count
        self.until = until
    }

    /// More seconds than there are in 10,000 years, so that such a rule has no second instance, and arithmetic on it
    /// does not overflow.
    static let longestInterval = 1_000_000_000_000

    /// Whether instances go on for ever.
    package var isEndless: Bool { count == nil && until == nil }
}

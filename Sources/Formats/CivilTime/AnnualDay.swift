/// A day that comes once in every year, by one of the ways in which changes of clocks are fixed.
package enum AnnualDay: Hashable, Sendable {
    /// A day of a month. It may lie outside the month: October 32 is November 1, March 0 the last of February.
    case date(month: Int, day: Int)
    /// 0 is January 1, and February 29 is counted.
    case dayOfYear(Int)
    /// The first such weekday on or after a day of a month, which may lie outside the month.
    case weekday(Weekday, onOrAfter: Int, month: Int)

    /// The `ordinal`-th such weekday of a month, counted from its end where negative: -1 is the last. Nil for one that
    /// some years do not have.
    package static func nth(_ ordinal: Int, _ weekday: Weekday, month: Int) -> AnnualDay? {
        guard 1...12 ~= month else { return nil }
        if 1...4 ~= ordinal { return .weekday(weekday, onOrAfter: 7 * ordinal - 6, month: month) }
        guard -4 ... -1 ~= ordinal else { return nil }
        // The last of February is told by the first of March.
        return month == 2
            ? .weekday(weekday, onOrAfter: 7 * ordinal + 1, month: 3)
            : .weekday(weekday, onOrAfter: CivilDate.dayCount(year: 2001, month: month) + 7 * ordinal + 1, month: month)
    }

    /// Days since 1970-01-01.
    package func dayNumber(in year: Int) -> Int {
        switch self {
        case .date(let month, let day): return CivilDate.dayNumber(year: year, month: month, day: day)
        case .dayOfYear(let day): return CivilDate.dayNumber(year: year, month: 1, day: 1) + day
        case .weekday(let weekday, let day, let month):
            let first = CivilDate.dayNumber(year: year, month: month, day: day)
            let ahead = (weekday.rawValue - CivilDate.weekday(ofDayNumber: first).rawValue + 7) % 7
            return first + ahead
        }
    }

    /// The day that is `days` later in each year.
    package func shifted(by days: Int) -> AnnualDay {
        switch self {
        case .date(let month, let day): return .date(month: month, day: day + days)
        case .dayOfYear(let day): return .dayOfYear(day + days)
        case .weekday(let weekday, let day, let month):
            let fromMonday = ((weekday.rawValue - 1 + days) % 7 + 7) % 7
            return .weekday(Weekday(rawValue: fromMonday + 1) ?? weekday, onOrAfter: day + days, month: month)
        }
    }
}

import CivilTime

/// Where a month and its year lie among the days; what a rule needs to know of a calendar.
struct MonthShape {
    /// 1 to 12 or 13.
    var number: Int
    /// RFC 7529 §4.2: whether it follows the month of that number.
    var isLeap = false
    /// Of the first day, since 1970-01-01.
    var firstDay: Int
    var length: Int
    /// Day number of the first day of the year that the month is in.
    var yearStart: Int
    var yearLength: Int
    var previousYearLength: Int
    var nextYearLength: Int

    var dayAfter: Int { firstDay + length }
    var isLastOfYear: Bool { dayAfter == yearStart + yearLength }

    /// A month of the Gregorian calendar.
    init(gregorianYear year: Int, month: Int) {
        number = month
        firstDay = CivilDate.dayNumber(year: year, month: month, day: 1)
        length = CivilDate.dayCount(year: year, month: month)
        yearStart = CivilDate.dayNumber(year: year, month: 1, day: 1)
        yearLength = CivilDate.dayCount(ofYear: year)
        previousYearLength = CivilDate.dayCount(ofYear: year - 1)
        nextYearLength = CivilDate.dayCount(ofYear: year + 1)
    }
}

/// The weeks of years (RFC 5545 §3.3.10, BYWEEKNO): week 1 is the first that has at least four days in the year.
enum WeekYear {
    /// The first day of the week that the day is in; `weekStart` is 0 for Monday.
    static func weekStart(ofDay day: Int, weekStart: Int) -> Int {
        // Day 0 was a Thursday, that is 3 days after Monday.
        let distance = (day + 3 - weekStart) % 7
        return day - (distance < 0 ? distance + 7 : distance)
    }

    /// The first day of week 1 of the year that begins with `yearStart`.
    static func start(yearStart: Int, weekStart: Int) -> Int {
        // The week that has the fourth day of the year has at least four of its days.
        Self.weekStart(ofDay: yearStart + 3, weekStart: weekStart)
    }
}

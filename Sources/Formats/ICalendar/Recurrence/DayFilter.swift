import CivilTime

/// The day parts of a rule as masks: which days of a month pass all of them. It answers for a whole month at once, so that
/// a year costs a dozen of small steps.
///
/// RFC 5545 §3.3.10 has parts that expand and parts that limit. For days both are the same: an expansion is the set of all
/// days of the period that the part names, and what it yields with the other parts is their intersection.
struct DayFilter {
    /// Bit n for month n; all where the rule names none.
    var months = UInt64.max
    var leapMonths = UInt64.max
    /// Bit n - 1 for the nth day of the month, and for the nth from its end.
    var monthDays: (fromStart: UInt64, fromEnd: UInt64)?
    var yearDays: (fromStart: DaySet, fromEnd: DaySet)?
    /// Bit n - 1 for the nth week of the year, and for the nth from its end.
    var weeks: (fromStart: UInt64, fromEnd: UInt64)?
    /// 0 for Monday.
    var weekStart: Int
    var weekdays: Weekdays?
    var skip = RecurrenceRule.Skip.omit

    struct Weekdays {
        /// Bit 0 for Monday: each of them.
        var each: UInt8 = 0
        /// For each weekday bit n - 1 for the nth one, and for the nth from the end.
        var fromStart = SIMD8<UInt64>(repeating: 0)
        var fromEnd = SIMD8<UInt64>(repeating: 0)
        var hasOrdinals = false
        /// Whether the ordinals count within the year, or within the month.
        var countsInYear = false
    }

    var hasMonths: Bool { months != .max || leapMonths != .max }
    /// Whether all days pass.
    var passesAll: Bool { !hasMonths && monthDays == nil && yearDays == nil && weeks == nil && weekdays == nil }
    /// Whether a day passes by its weekday alone; those that do.
    var weekdaysAlone: UInt8? {
        guard !hasMonths, monthDays == nil, yearDays == nil, weeks == nil, let weekdays, !weekdays.hasOrdinals else {
            return nil
        }
        return weekdays.each
    }

    /// The days of the month that pass, bit 0 for the first. With SKIP=FORWARD the first day after the month may be among
    /// them.
    func bits(_ month: MonthShape) -> UInt64 {
        guard (month.isLeap ? leapMonths : months).hasBit(month.number) else { return 0 }
        var days = UInt64.max
        if let yearDays { days &= yearDayBits(yearDays, month) }
        if let monthDays { days &= monthDayBits(monthDays, month) }
        if let weeks { days &= weekBits(weeks, month) }
        if let weekdays, days != 0 { days &= weekdayBits(weekdays, month) }
        return monthDays == nil && yearDays == nil ? days & .ones(month.length) : days
    }

    private func monthDayBits(_ monthDays: (fromStart: UInt64, fromEnd: UInt64), _ month: MonthShape) -> UInt64 {
        let all = UInt64.ones(month.length)
        var days = monthDays.fromStart & all | (monthDays.fromEnd & all).reversed(month.length)
        if skip != .omit, monthDays.fromStart & ~all != 0 { days |= skippedTo(month) }
        return days
    }

    /// RFC 7529 §4.1: a day that the month does not have.
    private func skippedTo(_ month: MonthShape) -> UInt64 {
        1 << UInt64(skip == .forward ? month.length : month.length - 1)
    }

    private func yearDayBits(_ yearDays: (fromStart: DaySet, fromEnd: DaySet), _ month: MonthShape) -> UInt64 {
        let offset = month.firstDay - month.yearStart
        let fromEnd = yearDays.fromEnd.bits(at: month.yearLength - offset - month.length, length: month.length)
        var days = yearDays.fromStart.bits(at: offset, length: month.length) | fromEnd.reversed(month.length)
        if skip != .omit, month.isLastOfYear, yearDays.fromStart.hasDay(from: month.yearLength) {
            days |= skippedTo(month)
        }
        return days
    }

    private func weekBits(_ weeks: (fromStart: UInt64, fromEnd: UInt64), _ month: MonthShape) -> UInt64 {
        var days: UInt64 = 0
        var week = WeekYear.weekStart(ofDay: month.firstDay, weekStart: weekStart)
        while week <= month.dayAfter {
            // A week belongs to the year that its fourth day is in.
            var distance = week + 3 - month.yearStart
            var yearLength = month.yearLength
            if distance < 0 {
                yearLength = month.previousYearLength
                distance += yearLength
            } else if distance >= yearLength {
                distance -= yearLength
                yearLength = month.nextYearLength
            }
            if weeks.fromStart.hasBit(distance / 7) || weeks.fromEnd.hasBit((yearLength - 1 - distance) / 7) {
                let offset = week - month.firstDay
                days |= offset < 0 ? 0x7F >> UInt64(-offset) : 0x7F << UInt64(offset)
            }
            week += 7
        }
        return days
    }

    /// Bits 0, 7, 14, 21 and 28.
    private static let fiveWeeks: UInt64 = 0x1020_4081

    private func weekdayBits(_ weekdays: Weekdays, _ month: MonthShape) -> UInt64 {
        let first = month.firstDay - WeekYear.weekStart(ofDay: month.firstDay, weekStart: 0)
        // The seven bits, turned so that bit 0 is the weekday of the first day, five times one after the other.
        let turned = (UInt64(weekdays.each) >> UInt64(first) | UInt64(weekdays.each) << UInt64(7 - first)) & 0x7F
        var days = turned &* Self.fiveWeeks
        guard weekdays.hasOrdinals else { return days }
        let offsetInYear = weekdays.countsInYear ? month.firstDay - month.yearStart : 0
        let length = weekdays.countsInYear ? month.yearLength : month.length
        for weekday in 0..<7 {
            let fromStart = weekdays.fromStart[weekday]
            let fromEnd = weekdays.fromEnd[weekday]
            if fromStart == 0 && fromEnd == 0 { continue }
            var day = (weekday - first + 7) % 7
            while day < month.length {
                let place = offsetInYear + day
                if fromStart.hasBit(place / 7) || fromEnd.hasBit((length - 1 - place) / 7) { days |= 1 << UInt64(day) }
                day += 7
            }
        }
        return days
    }
}

import CivilTime

/// A rule with what it takes from its DTSTART, made ready for evaluation: masks instead of lists.
struct RecurrencePlan {
    let frequency: RecurrenceRule.Frequency
    let interval: Int
    let count: Int?
    let start: CivilDateTime
    let scale: CalendarScale
    let filter: DayFilter
    /// From a day on: the times of a day. Below: what of hours, minutes and seconds the rule allows or expands to.
    let times: TimeSet
    /// Ascending where counted from the front, then those counted from the back; nil without BYSETPOS.
    let positions: [Int]?
    /// The seconds of a unit, of frequencies below a day.
    let unitSeconds: Int
    /// The first day of the first period; below a day the number of its unit since 1970.
    let origin: Int
    /// The year of the first period.
    let startYear: Int

    /// Nil for an RSCALE that is not known.
    init?(_ rule: RecurrenceRule, start: CivilDateTime, isDate: Bool) {
        guard rule.calendarScale == nil else { return nil }
        let scale = CalendarScale.gregorian
        guard let startMonth = scale.month(containing: start.dayNumber) else { return nil }
        frequency = rule.frequency
        interval = rule.interval
        count = rule.count
        self.start = start
        self.scale = scale
        filter = DayFilter(rule, start: start, startMonth: startMonth)
        times = TimeSet(rule, start: start, isDate: isDate)
        positions = rule.bySetPosition?.sorted { ($0 < 0 ? 1 : 0, $0) < ($1 < 0 ? 1 : 0, $1) }
        unitSeconds = rule.frequency == .hourly ? 3600 : rule.frequency == .minutely ? 60 : 1
        var startYear = scale.year(containing: start.dayNumber) ?? 0
        let weekStart = rule.weekStart.rawValue - 1
        if rule.frequency == .yearly, filter.weeks != nil {
            // The years of a rule with BYWEEKNO are those of whole weeks, which begin up to three days off New Year.
            let day = start.dayNumber
            if day < WeekYear.start(yearStart: scale.yearStart(startYear), weekStart: weekStart) {
                startYear -= 1
            } else if day >= WeekYear.start(yearStart: scale.yearStart(startYear + 1), weekStart: weekStart) {
                startYear += 1
            }
        }
        self.startYear = startYear
        origin = switch rule.frequency {
        case .yearly, .monthly, .daily: start.dayNumber
        case .weekly: WeekYear.weekStart(ofDay: start.dayNumber, weekStart: weekStart)
        case .hourly, .minutely, .secondly: Int(start.wallSeconds).dividedDown(by: unitSeconds)
        }
    }
}

extension DayFilter {
    /// RFC 5545 §3.3.10: what the rule does not say is taken from DTSTART, so that a yearly rule of nothing else is one day.
    init(_ rule: RecurrenceRule, start: CivilDateTime, startMonth: MonthShape) {
        weekStart = rule.weekStart.rawValue - 1
        let frequency = rule.frequency
        // Below a month there is no day that a calendar may lack.
        skip = frequency >= .monthly ? rule.skip : .omit
        if let byMonth = rule.byMonth {
            months = UInt64(bits: byMonth.lazy.filter { !$0.isLeap }.map(\.number))
            leapMonths = UInt64(bits: byMonth.lazy.filter(\.isLeap).map(\.number))
        }
        if let days = rule.byMonthDay {
            monthDays = (UInt64(bits: days.lazy.map { $0 - 1 }), UInt64(bits: days.lazy.map { -$0 - 1 }))
        }
        if let days = rule.byYearDay {
            var sets = (DaySet(), DaySet())
            for day in days {
                if day > 0 { sets.0.insert(1, at: day - 1) } else { sets.1.insert(1, at: -day - 1) }
            }
            yearDays = sets
        }
        if let numbers = rule.byWeekNumber {
            weeks = (UInt64(bits: numbers.lazy.map { $0 - 1 }), UInt64(bits: numbers.lazy.map { -$0 - 1 }))
        }
        if let days = rule.byDay {
            // RFC 5545 §3.3.10: numbers have a meaning only in months and years, and there not within weeks.
            let usesOrdinals = frequency == .monthly || (frequency == .yearly && rule.byWeekNumber == nil)
            weekdays = Weekdays(days, usesOrdinals: usesOrdinals)
            weekdays?.countsInYear = frequency == .yearly && rule.byMonth == nil
        }
        let namesDay = monthDays != nil || yearDays != nil || weekdays != nil
        guard !namesDay, frequency >= .weekly else { return }
        if frequency == .weekly || (frequency == .yearly && weeks != nil) {
            weekdays = Weekdays([.init(start.date.weekday)], usesOrdinals: false)
            return
        }
        monthDays = (1 << UInt64(start.dayNumber - startMonth.firstDay), 0)
        if frequency == .yearly, rule.byMonth == nil {
            months = startMonth.isLeap ? 0 : 1 << UInt64(startMonth.number)
            leapMonths = startMonth.isLeap ? 1 << UInt64(startMonth.number) : 0
        }
    }
}

extension DayFilter.Weekdays {
    init(_ days: [RecurrenceRule.WeekdayNumber], usesOrdinals: Bool) {
        for day in days {
            let index = day.weekday.rawValue - 1
            if day.ordinal == 0 || !usesOrdinals {
                each |= 1 << UInt8(index)
            } else {
                hasOrdinals = true
                let bit = UInt64(1) << UInt64(day.ordinal.magnitude - 1)
                if day.ordinal > 0 { fromStart[index] |= bit } else { fromEnd[index] |= bit }
            }
        }
    }
}

extension TimeSet {
    /// The part of a unit that is longer than the frequency's is DTSTART's, if the rule does not say otherwise; of the
    /// frequency's own and shorter ones all are allowed.
    init(_ rule: RecurrenceRule, start: CivilDateTime, isDate: Bool) {
        // RFC 5545 §3.3.10: "MUST be ignored" where DTSTART is a DATE.
        let start = isDate ? CivilDateTime(start.date) : start
        let frequency = rule.frequency
        hours = isDate ? 1 : Self.mask(rule.byHour, frequency > .hourly ? start.hour : nil, 24)
        minutes = isDate ? 1 : Self.mask(rule.byMinute, frequency > .minutely ? start.minute : nil, 60)
        seconds = isDate ? 1 : Self.mask(rule.bySecond, frequency > .secondly ? start.second : nil, 60)
    }

    private static func mask(_ numbers: [Int]?, _ implied: Int?, _ size: Int) -> UInt64 {
        // The 60th second is taken for the 59th, as in a time.
        if let numbers { return UInt64(bits: numbers.lazy.map { min($0, 59) }) }
        return implied.map { 1 << UInt64($0) } ?? UInt64.ones(size)
    }
}

extension Int {
    /// The quotient, rounded towards minus infinity; `divisor` is positive.
    func dividedDown(by divisor: Int) -> Int {
        let quotient = self / divisor
        return self % divisor < 0 ? quotient - 1 : quotient
    }

    /// The quotient, rounded towards plus infinity; `divisor` is positive.
    func dividedUp(by divisor: Int) -> Int { -(-self).dividedDown(by: divisor) }
}

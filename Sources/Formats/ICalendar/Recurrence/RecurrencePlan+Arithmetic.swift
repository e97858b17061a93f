import CivilTime

extension RecurrencePlan {
    /// The index of the period that has `wallSeconds` in it, or of the one before it where that falls between two.
    func periodIndex(of wallSeconds: Int64) -> Int {
        let day = Int(wallSeconds).dividedDown(by: 86_400)
        let distance: Int
        switch frequency {
        case .yearly:
            var year = scale.year(containing: day) ?? startYear
            if filter.weeks != nil {
                if day < WeekYear.start(yearStart: scale.yearStart(year), weekStart: filter.weekStart) {
                    year -= 1
                } else if day >= WeekYear.start(yearStart: scale.yearStart(year + 1), weekStart: filter.weekStart) {
                    year += 1
                }
            }
            distance = year - startYear
        case .monthly: distance = scale.monthCount(from: origin, to: day)
        case .weekly: distance = (day - origin).dividedDown(by: 7)
        case .daily: distance = day - origin
        case .hourly, .minutely, .secondly: distance = Int(wallSeconds).dividedDown(by: unitSeconds) - origin
        }
        return max(0, distance / interval)
    }

    /// After so many periods in a row with nothing, there never is anything: the Gregorian calendar with its weekdays is
    /// the same every 400 years, which are 4,800 months, 20,871 weeks and 146,097 days.
    var cycle: Int {
        switch frequency {
        case .yearly: 400
        case .monthly: 4800
        case .weekly: 20_871
        case .daily: 146_097
        // Here the budget and the end of the calendar are the bound.
        case .hourly, .minutely, .secondly: .max
        }
    }

    /// How many occurrences each period has, where that is the same for all.
    var countPerPeriod: Int? {
        guard let members = membersPerPeriod else { return nil }
        guard let positions else { return members }
        var selected: Set<Int> = []
        for position in positions {
            let index = position > 0 ? position - 1 : members + position
            if 0..<members ~= index { selected.insert(index) }
        }
        return selected.count
    }

    private var membersPerPeriod: Int? {
        switch frequency {
        case .secondly, .minutely, .hourly:
            guard filter.passesAll, times.hours == UInt64.ones(24) else { return nil }
            if frequency == .hourly { return times.minutes.nonzeroBitCount * times.seconds.nonzeroBitCount }
            guard times.minutes == UInt64.ones(60) else { return nil }
            if frequency == .minutely { return times.seconds.nonzeroBitCount }
            return times.seconds == UInt64.ones(60) ? 1 : nil
        case .daily: return filter.passesAll ? times.count : nil
        case .weekly: return filter.weekdaysAlone.map { $0.nonzeroBitCount * times.count }
        case .monthly: return filter.hasMonths ? nil : filter.daysPerMonth.map { $0 * times.count }
        case .yearly:
            guard filter.weeks == nil else { return nil }
            if case .gregorian = scale, let days = filter.daysPerMonth {
                return days * (filter.months & 0x1FFE).nonzeroBitCount * times.count
            }
            return nil
        }
    }
}

extension DayFilter {
    /// How many days each of the named months has that pass, where it is the same in all.
    var daysPerMonth: Int? {
        guard yearDays == nil, weeks == nil else { return nil }
        if let monthDays {
            guard weekdays == nil, monthDays.fromStart == 0 || monthDays.fromEnd == 0,
                (monthDays.fromStart | monthDays.fromEnd) >> 28 == 0
            else { return nil }
            return (monthDays.fromStart | monthDays.fromEnd).nonzeroBitCount
        }
        guard let weekdays, !weekdays.countsInYear, weekdays.each == 0 else { return nil }
        let none = SIMD8<UInt64>(repeating: 0)
        guard weekdays.fromStart == none || weekdays.fromEnd == none else { return nil }
        let ordinals = weekdays.fromStart | weekdays.fromEnd
        var count = 0
        for weekday in 0..<7 {
            // Each month has four of each weekday, and not always five.
            guard ordinals[weekday] >> 4 == 0 else { return nil }
            count += ordinals[weekday].nonzeroBitCount
        }
        return count
    }
}

import CivilTime

extension RecurrencePlan {
    /// What a look at one period finds.
    enum Look {
        case found(OccurrencePeriod)
        /// Nothing; the next period that may have something.
        case nothing(next: Int)
        /// Nothing, and nothing after it: the calendar ends there.
        case end
    }

    /// The period that is `index` intervals after the first one, which has DTSTART in it.
    func look(
        at index: Int, month cache: inout CachedMonth, _ budget: inout StepBudget
    ) throws(StepBudget.Exhausted) -> Look {
        try budget.spend()
        let (steps, overflowed) = index.multipliedReportingOverflow(by: interval)
        guard !overflowed, steps <= Self.lastUnit else { return .end }
        switch frequency {
        case .yearly: return year(startYear + steps, index)
        case .monthly:
            guard steps <= Self.lastDay, let month = scale.month(steps, afterMonthOf: origin) else { return .end }
            let days = filter.bits(month)
            return found(month.firstDay, DaySet(days), isEmpty: days == 0, index)
        case .weekly:
            guard steps <= Self.lastDay else { return .end }
            let firstDay = origin + steps * 7
            guard firstDay <= Self.lastDay else { return .end }
            let days = week(from: firstDay, &cache)
            return found(firstDay, DaySet(days), isEmpty: days == 0, index)
        case .daily:
            let day = origin + steps
            guard day <= Self.lastDay else { return .end }
            if !passes(day, &cache) {
                guard let next = try nextDay(after: day, &cache, &budget) else { return .end }
                return .nothing(next: max(index + 1, (next - origin).dividedUp(by: interval)))
            }
            return found(day, DaySet(1), isEmpty: false, index)
        case .hourly, .minutely, .secondly: return try unit(origin + steps, index, &cache, &budget)
        }
    }

    /// Of 9999-12-31, and the second after which there is none.
    static let lastDay = CivilDate.lastDayNumber
    static let lastUnit = (lastDay + 1) * 86_400 * 2

    private func found(_ firstDay: Int, _ days: DaySet, isEmpty: Bool, _ index: Int) -> Look {
        isEmpty || times.isEmpty
            ? .nothing(next: index + 1) : .found(OccurrencePeriod(firstDay: firstDay, days: days, times: times))
    }

    private func year(_ year: Int, _ index: Int) -> Look {
        // Others count from earlier than the Gregorian calendar: what ends is its year 9999.
        guard year < 100_000, let yearStart = scale.yearStart(year), yearStart <= Self.lastDay else { return .end }
        var days = DaySet()
        let filter = filter.skippingLeapMonths(ofYear: year, scale)
        guard filter.weeks != nil else {
            scale.forEachMonth(ofYear: year) { month in
                days.insert(filter.bits(month), at: month.firstDay - yearStart)
            }
            return found(yearStart, days, isEmpty: days.isEmpty, index)
        }
        guard let nextStart = scale.yearStart(year + 1) else { return .end }
        let firstDay = WeekYear.start(yearStart: yearStart, weekStart: filter.weekStart)
        let dayAfter = WeekYear.start(yearStart: nextStart, weekStart: filter.weekStart)
        for neighbour in (year - 1)...(year + 1) {
            scale.forEachMonth(ofYear: neighbour) { month in
                guard month.dayAfter > firstDay, month.firstDay < dayAfter else { return }
                var bits = filter.bits(month)
                let offset = month.firstDay - firstDay
                bits &= .ones(dayAfter - month.firstDay)
                if offset < 0 { bits >>= UInt64(-offset) }
                days.insert(bits, at: max(0, offset))
            }
        }
        return found(firstDay, days, isEmpty: days.isEmpty, index)
    }

    private func week(from firstDay: Int, _ cache: inout CachedMonth) -> UInt64 {
        if let each = filter.weekdaysAlone {
            let weekStart = UInt64(filter.weekStart)
            return (UInt64(each) >> weekStart | UInt64(each) << (7 - weekStart)) & 0x7F
        }
        var days: UInt64 = 0
        for offset in 0..<7 where passes(firstDay + offset, &cache) { days |= 1 << UInt64(offset) }
        return days
    }

    private func unit(
        _ number: Int, _ index: Int, _ cache: inout CachedMonth, _ budget: inout StepBudget
    ) throws(StepBudget.Exhausted) -> Look {
        let seconds = number * unitSeconds
        let day = seconds.dividedDown(by: 86_400)
        guard day <= Self.lastDay else { return .end }
        let secondOfDay = seconds - day * 86_400
        var nextSeconds: Int
        if passes(day, &cache) {
            // What the frequency allows of the day's units; shorter ones are expanded.
            var allowed = times
            if frequency == .hourly { allowed.minutes = 1 }
            if frequency != .secondly { allowed.seconds = 1 }
            if allowed.contains(secondOfDay: secondOfDay) {
                var own = times
                own.hours = 1 << UInt64(secondOfDay / 3600)
                if frequency != .hourly { own.minutes = 1 << UInt64(secondOfDay / 60 % 60) }
                if frequency == .secondly { own.seconds = 1 << UInt64(secondOfDay % 60) }
                return own.isEmpty
                    ? .end : .found(OccurrencePeriod(firstDay: day, days: DaySet(1), times: own))
            }
            let rank = allowed.rank(secondOfDay)
            if allowed.isEmpty { return .end }
            nextSeconds = rank < allowed.count
                ? day * 86_400 + allowed.secondOfDay(at: rank) : (day + 1) * 86_400 + allowed.secondOfDay(at: 0)
        } else {
            guard let next = try nextDay(after: day, &cache, &budget) else { return .end }
            nextSeconds = next * 86_400
        }
        let distance = nextSeconds.dividedDown(by: unitSeconds) - origin
        return .nothing(next: max(index + 1, distance.dividedUp(by: interval)))
    }
}

/// The days of the month that was looked at last, for frequencies that ask day by day.
struct CachedMonth {
    var firstDay = 0
    var length = 0
    var days: UInt64 = 0
}

extension RecurrencePlan {
    /// Whether the day passes the day parts.
    func passes(_ day: Int, _ cache: inout CachedMonth) -> Bool {
        if filter.passesAll { return true }
        if let each = filter.weekdaysAlone {
            return each >> UInt8(day - WeekYear.weekStart(ofDay: day, weekStart: 0)) & 1 == 1
        }
        if day < cache.firstDay || day >= cache.firstDay + cache.length {
            guard let month = scale.month(containing: day) else { return false }
            cache = CachedMonth(firstDay: month.firstDay, length: month.length, days: filter.bits(month))
        }
        return cache.days.hasBit(day - cache.firstDay)
    }

    /// The next day after `day` that passes; nil where there is none.
    func nextDay(
        after day: Int, _ cache: inout CachedMonth, _ budget: inout StepBudget
    ) throws(StepBudget.Exhausted) -> Int? {
        if let each = filter.weekdaysAlone, each == 0 { return nil }
        var candidate = day + 1
        // The Gregorian calendar with its weekdays is the same every 400 years; another ends with the year 9999.
        for _ in 0...(400 * 12 + 8) {
            try budget.spend()
            if passes(candidate, &cache) { return candidate }
            if filter.weekdaysAlone != nil {
                candidate += 1
                continue
            }
            guard candidate < cache.firstDay + cache.length else { return nil }
            let rest = cache.days & ~UInt64.ones(candidate - cache.firstDay + 1)
            if rest != 0 { return cache.firstDay + rest.trailingZeroBitCount }
            candidate = cache.firstDay + cache.length
        }
        return nil
    }
}

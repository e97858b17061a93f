package import CivilTime

// The rules by which clocks change are mostly such as give one day in every year. Those need no evaluation.

extension RecurrenceRule {
    /// The day on which the rule's only instance of each year is; nil for a rule that gives none or several in some
    /// year, or by parts that are seldom used so. COUNT and UNTIL do not matter here.
    package func annualDay(start: CivilDate) -> AnnualDay? {
        guard frequency == .yearly, interval == 1, calendarScale == nil, skip == .omit, byWeekNumber == nil,
            bySecond == nil, byMinute == nil, byHour == nil
        else { return nil }
        if let byMonth {
            guard byMonth.count == 1, let month = byMonth.first, !month.isLeap, 1...12 ~= month.number,
                byYearDay == nil
            else { return nil }
            return day(inMonth: month.number, start)
        }
        guard byMonthDay == nil, bySetPosition == nil else { return nil }
        if let byYearDay { return day(of: byYearDay) }
        return byDay == nil ? Self.day(start.day, inMonth: start.month) : nil
    }

    private func day(inMonth month: Int, _ start: CivilDate) -> AnnualDay? {
        guard let byDay else {
            if bySetPosition != nil { return nil }
            guard let byMonthDay else { return Self.day(start.day, inMonth: month) }
            return byMonthDay.count == 1 ? byMonthDay.first.flatMap { Self.day($0, inMonth: month) } : nil
        }
        guard byDay.count == 1, let day = byDay.first else { return nil }
        switch (day.ordinal, byMonthDay, bySetPosition) {
        case (0, let days?, nil):
            // One of seven days in a row that every year has.
            guard let first = Self.firstOfWeek(days), let date = Self.day(first, inMonth: month),
                case .date(let month, let first) = date, Self.day(days.max() ?? 0, inMonth: month) != nil || first <= 0
            else { return nil }
            return .weekday(day.weekday, onOrAfter: first, month: month)
        case (0, nil, let positions?):
            return positions.count == 1 ? positions.first.flatMap { .nth($0, day.weekday, month: month) } : nil
        case (let ordinal, nil, nil): return .nth(ordinal, day.weekday, month: month)
        default: return nil
        }
    }

    private func day(of yearDays: [Int]) -> AnnualDay? {
        if let byDay {
            guard byDay.count == 1, let day = byDay.first, day.ordinal == 0,
                let first = Self.firstOfWeek(yearDays)
            else { return nil }
            if 1...359 ~= first { return .weekday(day.weekday, onOrAfter: first, month: 1) }
            return -365 ... -7 ~= first ? .weekday(day.weekday, onOrAfter: 32 + first, month: 12) : nil
        }
        guard yearDays.count == 1, let day = yearDays.first else { return nil }
        if 1...365 ~= day { return .dayOfYear(day - 1) }
        return -365 ... -1 ~= day ? .date(month: 12, day: 32 + day) : nil
    }

    /// A day of a month, counted from its end where negative, that every year has.
    private static func day(_ day: Int, inMonth month: Int) -> AnnualDay? {
        let count = CivilDate.dayCount(year: 2001, month: month)
        if 1...count ~= day { return .date(month: month, day: day) }
        guard -count ... -1 ~= day else { return nil }
        return month == 2 ? .date(month: 3, day: day + 1) : .date(month: month, day: count + day + 1)
    }

    /// The first of seven days in a row, all of them counted from the same side.
    private static func firstOfWeek(_ days: [Int]) -> Int? {
        guard let first = days.min(), let last = days.max(), days.count == 7, Set(days).count == 7, last - first == 6,
            first > 0 || last < 0
        else { return nil }
        return first
    }
}

extension RecurrenceRule {
    /// The rule that gives that day in each year; nil where there is no plain one.
    package init?(annual day: AnnualDay) {
        self.init(.yearly)
        switch day {
        case .date(let month, let day):
            if 1...CivilDate.dayCount(year: 2001, month: month) ~= day {
                byMonth = [Month(month)]
                byMonthDay = [day]
            } else if month == 3, -27...0 ~= day {
                byMonth = [Month(2)]
                byMonthDay = [day - 1]
            } else {
                guard let yearDay = Self.yearDay(month: month, day: day) else { return nil }
                byYearDay = [yearDay]
            }
        case .dayOfYear(let day):
            guard 0...364 ~= day else { return nil }
            byYearDay = [day + 1]
        case .weekday(let weekday, let first, let month):
            let count = CivilDate.dayCount(year: 2001, month: month)
            byDay = [WeekdayNumber(weekday)]
            if first >= 1, first + 6 <= count {
                byMonth = [Month(month)]
                if first + 6 == count, month != 2 {
                    byDay = [WeekdayNumber(weekday, ordinal: -1)]
                } else if first % 7 == 1 {
                    byDay = [WeekdayNumber(weekday, ordinal: (first + 6) / 7)]
                } else {
                    byMonthDay = Array(first...(first + 6))
                }
            } else if month == 3, -27 ... -6 ~= first {
                byMonth = [Month(2)]
                if first % 7 == -6 {
                    byDay = [WeekdayNumber(weekday, ordinal: (first - 1) / 7)]
                } else {
                    byMonthDay = Array((first - 1)...(first + 5))
                }
            } else {
                // Days of two months: no other part can name them.
                guard let first = Self.yearDay(month: month, day: first), first <= -7 else { return nil }
                byYearDay = Array(first...(first + 6))
            }
        }
    }

    /// Counted from the end of the year, where February makes no difference.
    private static func yearDay(month: Int, day: Int) -> Int? {
        let yearDay = CivilDate.dayNumber(year: 2001, month: month, day: day)
            - CivilDate.dayNumber(year: 2002, month: 1, day: 1)
        return -306 ... -1 ~= yearDay ? yearDay : nil
    }
}

import CivilTime

extension RecurrencePlan {
    /// Days from one occurrence to the next, at most; nil where that is not seen at once.
    var longestGapInDays: Int? {
        let (days, overflowed) = longestGapOfUnit.multipliedReportingOverflow(by: interval)
        guard !overflowed, let members = countPerPeriod, members > 0 else { return gapOfWeekdays }
        switch frequency {
        case .secondly, .minutely, .hourly: return days / 86_400 + 1
        // Of a pattern of times in a day, the first of one day and the first of the next are at most a day apart.
        case .daily, .weekly: return days
        // Another day of the next month, by as much as a month's days and weekdays move.
        case .monthly, .yearly: return filter.isFixedDays ? days : days + 7
        }
    }

    private var longestGapOfUnit: Int {
        switch frequency {
        case .secondly, .minutely, .hourly: unitSeconds
        case .daily: 1
        case .weekly: 7
        case .monthly: 31
        case .yearly: 366
        }
    }

    /// Of a rule that names weekdays and nothing else, each day or month.
    private var gapOfWeekdays: Int? {
        guard let each = filter.weekdaysAlone, each != 0, !times.isEmpty else { return nil }
        switch frequency {
        case .daily: return interval == 1 && positions == nil ? 7 : nil
        case .monthly:
            // Each month has each weekday four times or more.
            let members = each.nonzeroBitCount * 4 * times.count
            let isAlwaysThere = positions?.contains { $0.magnitude <= members } ?? true
            return isAlwaysThere && interval < 10_000 ? 31 * interval + 31 : nil
        default: return nil
        }
    }
}

extension DayFilter {
    /// Whether all that is said of days is their number from the beginning of the month.
    var isFixedDays: Bool { weekdays == nil && monthDays?.fromEnd == 0 }
}

import CivilTime

/// The values of RSCALE that are evaluated (RFC 7529).
package enum RecurrenceScales {
    package static let names = ["GREGORIAN"] + ForeignCalendar.names
}

/// The calendar by which a rule counts years and months (RFC 7529). Days and weeks are the same in all.
enum CalendarScale {
    case gregorian
    case foreign(ForeignCalendar)

    /// Nil for an RSCALE that nobody knows.
    init?(_ name: String?) {
        guard let name else {
            self = .gregorian
            return
        }
        guard let calendar = ForeignCalendar.named(name) else { return nil }
        self = .foreign(calendar)
    }

    /// The year that the day is in; nil outside the years that the calendar tells.
    func year(containing day: Int) -> Int? {
        switch self {
        case .gregorian: CivilDate(dayNumber: day)?.year
        case .foreign(let calendar): calendar.year(containing: day)
        }
    }

    /// The month that the day is in.
    func month(containing day: Int) -> MonthShape? {
        switch self {
        case .gregorian: CivilDate(dayNumber: day).map { MonthShape(gregorianYear: $0.year, month: $0.month) }
        case .foreign(let calendar): calendar.month(containing: day)
        }
    }

    /// The month that is `distance` months after the one that `day` is in.
    func month(_ distance: Int, afterMonthOf day: Int) -> MonthShape? {
        switch self {
        case .gregorian:
            guard let date = CivilDate(dayNumber: day) else { return nil }
            let index = date.year * 12 + date.month - 1 + distance
            guard index >= 0, index < 10_000 * 12 else { return nil }
            return MonthShape(gregorianYear: index / 12, month: index % 12 + 1)
        case .foreign(let calendar): return calendar.month(distance, afterMonthOf: day)
        }
    }

    /// How many months the month of `day` is after that of `other`; nil where the calendar does not tell.
    func monthCount(from other: Int, to day: Int) -> Int? {
        switch self {
        case .gregorian:
            guard let first = CivilDate(dayNumber: other), let last = CivilDate(dayNumber: day) else { return nil }
            return last.year * 12 + last.month - first.year * 12 - first.month
        case .foreign(let calendar): return calendar.monthCount(from: other, to: day)
        }
    }

    /// Calls `body` with all months of the year, in their order.
    func forEachMonth(ofYear year: Int, _ body: (MonthShape) -> Void) {
        switch self {
        case .gregorian:
            for month in 1...12 { body(MonthShape(gregorianYear: year, month: month)) }
        case .foreign(let calendar):
            for month in calendar.months(ofYear: year) { body(month) }
        }
    }

    /// The first day of the year; nil outside the years that the calendar tells.
    func yearStart(_ year: Int) -> Int? {
        switch self {
        case .gregorian: CivilDate.dayNumber(year: year, month: 1, day: 1)
        case .foreign(let calendar): calendar.yearStart(year)
        }
    }
}

extension RecurrenceRule {
    /// The names of RSCALE that can be evaluated (RFC 7529 §5, CALDAV:supported-rscale-set).
    package static var supportedCalendarScales: [String] { ["GREGORIAN"] + ForeignCalendar.names }
}

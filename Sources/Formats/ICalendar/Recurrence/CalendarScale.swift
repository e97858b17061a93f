import CivilTime

/// The calendar by which a rule counts years and months (RFC 7529). Days are the same in all.
enum CalendarScale {
    case gregorian

    /// The year that the day is in; nil outside the years that can be written.
    func year(containing day: Int) -> Int? {
        switch self {
        case .gregorian: CivilDate(dayNumber: day)?.year
        }
    }

    /// The month that the day is in.
    func month(containing day: Int) -> MonthShape? {
        switch self {
        case .gregorian: CivilDate(dayNumber: day).map { MonthShape(gregorianYear: $0.year, month: $0.month) }
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
        }
    }

    /// How many months the month of `day` is after that of `other`, or one less.
    func monthCount(from other: Int, to day: Int) -> Int {
        switch self {
        case .gregorian:
            guard let first = CivilDate(dayNumber: other), let last = CivilDate(dayNumber: day) else { return 0 }
            return last.year * 12 + last.month - first.year * 12 - first.month
        }
    }

    /// Calls `body` with all months of the year, in their order.
    func forEachMonth(ofYear year: Int, _ body: (MonthShape) -> Void) {
        switch self {
        case .gregorian:
            for month in 1...12 { body(MonthShape(gregorianYear: year, month: month)) }
        }
    }

    /// The first day of the year.
    func yearStart(_ year: Int) -> Int {
        switch self {
        case .gregorian: CivilDate.dayNumber(year: year, month: 1, day: 1)
        }
    }
}

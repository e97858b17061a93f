import CICU
import CivilTime
import Locks

/// A calendar other than the Gregorian one (RFC 7529), as ICU has it: read once, year by year as they are asked for,
/// into a table.
///
/// Some are made by astronomy, so a year may take a millisecond to read, and no one says how years far off will be: of these
/// only days of the years 1600 to 2400 are told. The others are arithmetic, and have all years that iCalendar can write.
final class ForeignCalendar: Sendable {
    private let table: Guarded<YearTable>

    private init?(_ name: String) {
        guard let table = YearTable(name) else { return nil }
        self.table = Guarded(table)
    }

    /// By their RSCALE; the names are those of CLDR.
    private static let all: [String: ForeignCalendar] = {
        let names = [
            "CHINESE", "DANGI", "HEBREW", "ETHIOPIC", "COPTIC", "PERSIAN", "INDIAN", "ISLAMIC", "ISLAMIC-CIVIL",
            "ISLAMIC-TBLA", "ISLAMIC-UMALQURA", "BUDDHIST", "JAPANESE", "ROC",
        ]
        return names.reduce(into: [:]) { $0[$1] = ForeignCalendar($1.lowercased()) }
    }()

    static var names: [String] { all.keys.sorted() }
    static func named(_ scale: String) -> ForeignCalendar? { all[scale] }

    func year(containing day: Int) -> Int? {
        table.withLock { table in table.yearIndex(containing: day).map { table.firstYear + $0 } }
    }

    func month(containing day: Int) -> MonthShape? {
        table.withLock { table in
            guard let year = table.yearIndex(containing: day) else { return nil }
            return table.shape(table.monthIndex(containing: day, inYear: year), inYear: year)
        }
    }

    func month(_ distance: Int, afterMonthOf day: Int) -> MonthShape? {
        table.withLock { table in
            guard let start = table.yearIndex(containing: day) else { return nil }
            let wanted = table.monthIndex(containing: day, inYear: start) + distance
            guard wanted >= 0 else { return nil }
            while wanted >= table.months.count { guard table.extendForward() else { return nil } }
            guard let year = table.yearIndex(containing: table.months[wanted].firstDay) else { return nil }
            return table.shape(wanted, inYear: year)
        }
    }

    func monthCount(from other: Int, to day: Int) -> Int? {
        table.withLock { table in
            // The first is asked for twice: looking for the other may move the indexes.
            guard table.yearIndex(containing: other) != nil, let last = table.yearIndex(containing: day),
                let first = table.yearIndex(containing: other)
            else { return nil }
            return table.monthIndex(containing: day, inYear: last) - table.monthIndex(containing: other, inYear: first)
        }
    }

    /// Empty for a year that is not told.
    func months(ofYear year: Int) -> [MonthShape] {
        table.withLock { table in
            guard let index = table.index(ofYear: year) else { return [] }
            let end = index + 1 < table.years.count ? table.years[index + 1].firstMonth : table.months.count
            return (table.years[index].firstMonth..<end).map { table.shape($0, inYear: index) }
        }
    }

    func yearStart(_ year: Int) -> Int? {
        table.withLock { table in table.index(ofYear: year).map { table.years[$0].firstDay } }
    }
}

/// Years that follow one another, and their months.
private struct YearTable {
    struct Year {
        let firstDay: Int
        /// Index in `months`.
        var firstMonth: Int
    }

    struct Month {
        let firstDay: Int
        let number: Int
        let isLeap: Bool
    }

    private let calendar: icu_calendar
    private let isHebrew: Bool
    private(set) var firstYear: Int
    private(set) var years: [Year] = []
    private(set) var months: [Month] = []
    /// The day after the last year.
    private var end: Int

    /// The days that the calendar tells.
    private let told: Range<Int>

    /// Those whose months follow the moon, or the sun, as they are seen.
    private static let astronomical: Set<String> = ["chinese", "dangi", "islamic"]
    /// 1600-01-01 and 2400-01-01.
    private static let foreseeable = -135_140..<157_054

    init?(_ name: String) {
        guard let calendar = icu_calendar_open("@calendar=\(name)", name) else { return nil }
        self.calendar = calendar
        isHebrew = name == "hebrew"
        told = Self.astronomical.contains(name) ? Self.foreseeable : CivilDate.firstDayNumber..<CivilDate.lastDayNumber + 1
        var day = icu_day()
        // From 2000-01-01 on; both ends move when they are asked for.
        guard icu_calendar_get(calendar, 10_957, &day) != 0 else { return nil }
        firstYear = Int(day.year)
        end = 10_957 - Int(day.day_of_year) + 1
        guard extendForward() else { return nil }
    }

    mutating func extendForward() -> Bool {
        guard end < told.upperBound, let (read, next) = readYear(from: end) else { return false }
        years.append(Year(firstDay: end, firstMonth: months.count))
        months += read
        end = next
        return true
    }

    private mutating func extendBackward() -> Bool {
        var last = icu_day()
        guard let first = years.first?.firstDay, first > told.lowerBound,
            icu_calendar_get(calendar, Int64(first - 1), &last) != 0,
            let (read, next) = readYear(from: first - Int(last.day_of_year)), next == first
        else { return false }
        for index in years.indices { years[index].firstMonth += read.count }
        years.insert(Year(firstDay: first - Int(last.day_of_year), firstMonth: 0), at: 0)
        months.insert(contentsOf: read, at: 0)
        firstYear -= 1
        return true
    }

    private func readYear(from start: Int) -> (months: [Month], next: Int)? {
        var read: [Month] = []
        var first = icu_day()
        guard icu_calendar_get(calendar, Int64(start), &first) != 0 else { return nil }
        var day = start
        var current = first
        // No year has more than 13 months.
        while current.year == first.year, read.count < 14 {
            read.append(month(current, firstDay: day))
            // No month has more than 32 days, and none after a longer one fewer than 5: this is in the next month.
            let probe = day + 32
            guard icu_calendar_get(calendar, Int64(probe), &current) != 0 else { return nil }
            let next = probe - Int(current.day_of_month) + 1
            guard next > day else { return nil }
            day = next
        }
        return (read, day)
    }

    private func month(_ day: icu_day, firstDay: Int) -> Month {
        guard isHebrew else {
            return Month(firstDay: firstDay, number: Int(day.month) + 1, isLeap: day.is_leap_month != 0)
        }
        // RFC 7529 §4.2: Adar I, which ICU always counts as the sixth month, is 5L, so that the others keep their
        // numbers.
        let number = day.month < 5 ? Int(day.month) + 1 : max(5, Int(day.month))
        return Month(firstDay: firstDay, number: number, isLeap: day.month == 5)
    }

    mutating func yearIndex(containing day: Int) -> Int? {
        guard told.contains(day) else { return nil }
        while day >= end { guard extendForward() else { return nil } }
        while let first = years.first?.firstDay, day < first { guard extendBackward() else { return nil } }
        return years.partitioningIndex { $0.firstDay > day } - 1
    }

    mutating func index(ofYear year: Int) -> Int? {
        while year < firstYear { guard extendBackward() else { return nil } }
        while year >= firstYear + years.count { guard extendForward() else { return nil } }
        return year - firstYear
    }

    func monthIndex(containing day: Int, inYear year: Int) -> Int {
        var index = years[year].firstMonth
        while index + 1 < months.count, months[index + 1].firstDay <= day { index += 1 }
        return index
    }

    func shape(_ month: Int, inYear year: Int) -> MonthShape {
        // The neighbours' lengths are needed for weeks; at the ends of what is told, a year is taken to be as its
        // neighbour.
        let own = years[year]
        let yearEnd = year + 1 < years.count ? years[year + 1].firstDay : end
        let length = yearEnd - own.firstDay
        let previous = year > 0 ? own.firstDay - years[year - 1].firstDay : length
        let atEnd = year + 1 < years.count ? end : yearEnd + length
        let afterNext = year + 2 < years.count ? years[year + 2].firstDay : atEnd
        let monthEnd = month + 1 < months.count ? months[month + 1].firstDay : end
        return MonthShape(
            number: months[month].number, isLeap: months[month].isLeap, firstDay: months[month].firstDay,
            length: monthEnd - months[month].firstDay, yearStart: own.firstDay, yearLength: length,
            previousYearLength: previous, nextYearLength: afterNext - yearEnd)
    }
}

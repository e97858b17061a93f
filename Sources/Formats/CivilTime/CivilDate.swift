/// A day of the proleptic Gregorian calendar (RFC 5545 §3.3.4). The year 0 is 1 BC, as in ISO 8601.
@frozen
public struct CivilDate: Hashable, Sendable {
    public let year: Int
    /// 1 to 12.
    public let month: Int
    /// 1 to 31.
    public let day: Int

    /// Nil for a day that the calendar does not have, or a year outside 0 to 9999.
    @inlinable
    public init?(year: Int, month: Int, day: Int) {
        guard 0...9999 ~= year, 1...12 ~= month, day >= 1, day <= CivilDate.dayCount(year: year, month: month) else {
            return nil
        }
        self.init(unchecked: year, month, day)
    }

    /// The day that is `dayNumber` days after 1970-01-01; nil outside the years 0 to 9999.
    @inlinable
    public init?(dayNumber: Int) {
        guard CivilDate.firstDayNumber...CivilDate.lastDayNumber ~= dayNumber else { return nil }
        // The year is taken to begin in March, so that the day that comes and goes is its last one.
        let fromMarchOfYear0 = dayNumber + 719_468
        let era = (fromMarchOfYear0 >= 0 ? fromMarchOfYear0 : fromMarchOfYear0 - 146_096) / 146_097
        let dayOfEra = fromMarchOfYear0 - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        self.init(unchecked: year, month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
    }

    @usableFromInline
    init(unchecked year: Int, _ month: Int, _ day: Int) {
        self.year = year
        self.month = month
        self.day = day
    }

    /// Of 0000-01-01 and 9999-12-31.
    public static let firstDayNumber = -719_528
    public static let lastDayNumber = 2_932_896

    /// Days since 1970-01-01.
    @inlinable
    public var dayNumber: Int { CivilDate.dayNumber(year: year, month: month, day: day) }

    @inlinable
    public var weekday: Weekday { CivilDate.weekday(ofDayNumber: dayNumber) }

    /// 1 to 366.
    @inlinable
    public var dayOfYear: Int { dayNumber - CivilDate.dayNumber(year: year, month: 1, day: 1) + 1 }

    @inlinable
    public static func weekday(ofDayNumber dayNumber: Int) -> Weekday {
        // 1970-01-01 was a Thursday.
        let fromMonday = (dayNumber + 3) % 7
        return Weekday(rawValue: (fromMonday < 0 ? fromMonday + 7 : fromMonday) + 1) ?? .monday
    }

    /// Days since 1970-01-01 of a day that need not be in range: the 0th of a month is the last of the one before.
    @inlinable
    public static func dayNumber(year: Int, month: Int, day: Int) -> Int {
        let marchYear = month <= 2 ? year - 1 : year
        let era = (marchYear >= 0 ? marchYear : marchYear - 399) / 400
        let yearOfEra = marchYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    @inlinable
    public static func isLeap(_ year: Int) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

    @inlinable
    public static func dayCount(ofYear year: Int) -> Int { isLeap(year) ? 366 : 365 }

    /// `month` is 1 to 12.
    @inlinable
    public static func dayCount(year: Int, month: Int) -> Int {
        switch month {
        case 2: isLeap(year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}

extension CivilDate: Comparable {
    @inlinable
    public static func < (left: CivilDate, right: CivilDate) -> Bool {
        (left.year, left.month, left.day) < (right.year, right.month, right.day)
    }
}

/// What a calendar on the wall and the clock beside it show: a date and a time without a place (RFC 5545 §3.3.5, form 1).
@frozen
public struct CivilDateTime: Hashable, Comparable, Sendable {
    /// Seconds since 1970-01-01T00:00:00 on that same wall. Only times of the years 0 to 9999 are made.
    public let wallSeconds: Int64

    /// Nil outside the years 0 to 9999.
    @inlinable
    public init?(wallSeconds: Int64) {
        guard CivilDateTime.first...CivilDateTime.last ~= wallSeconds else { return nil }
        self.wallSeconds = wallSeconds
    }

    /// `secondOfDay` is 0 to 86,399.
    @inlinable
    public init(_ date: CivilDate, secondOfDay: Int = 0) {
        wallSeconds = Int64(date.dayNumber) * 86_400 + Int64(secondOfDay)
    }

    /// Nil for what neither the calendar nor the clock has. The 60th second is taken for the 59th: no clock here counts it.
    @inlinable
    public init?(year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int) {
        guard let date = CivilDate(year: year, month: month, day: day), 0...23 ~= hour, 0...59 ~= minute,
            0...60 ~= second
        else { return nil }
        self.init(date, secondOfDay: hour * 3600 + minute * 60 + min(second, 59))
    }

    @usableFromInline static let first = Int64(CivilDate.firstDayNumber) * 86_400
    @usableFromInline static let last = Int64(CivilDate.lastDayNumber) * 86_400 + 86_399

    /// Days since 1970-01-01.
    @inlinable
    public var dayNumber: Int { Int(wallSeconds >= 0 ? wallSeconds / 86_400 : (wallSeconds - 86_399) / 86_400) }

    /// 0 to 86,399.
    @inlinable
    public var secondOfDay: Int { Int(wallSeconds - Int64(dayNumber) * 86_400) }

    @inlinable
    public var date: CivilDate { CivilDate(dayNumber: dayNumber) ?? CivilDate(unchecked: 1970, 1, 1) }

    @inlinable
    public var hour: Int { secondOfDay / 3600 }
    @inlinable
    public var minute: Int { secondOfDay % 3600 / 60 }
    @inlinable
    public var second: Int { secondOfDay % 60 }

    @inlinable
    public static func < (left: CivilDateTime, right: CivilDateTime) -> Bool { left.wallSeconds < right.wallSeconds }
}

internal import Bytes

/// A day of SEARCH (RFC 9051 §9: date).
package struct SearchDate: Hashable, Sendable {
    package let year: Int
    package let month: Int
    package let day: Int

    /// Nil for a day that the calendar does not have.
    package init?(year: Int, month: Int, day: Int) {
        guard 0...9999 ~= year, 1...12 ~= month, day >= 1, day <= Calendar.dayCount(year, month) else { return nil }
        (self.year, self.month, self.day) = (year, month, day)
    }

    /// Days since 1970-01-01.
    package var dayNumber: Int { Calendar.dayNumber(year, month, day) }

    package func append(to out: inout [UInt8]) {
        out.append(decimal: day)
        Calendar.appendMonthAndYear(month, year, to: &out)
    }
}

/// When a message came (RFC 9051 §2.3.3, §9: date-time): a moment, and the zone it is told in.
package struct InternalDate: Hashable, Sendable {
    /// Since 1970-01-01T00:00:00Z.
    package var seconds: Int64
    /// East of Greenwich.
    package var zoneMinutes: Int

    package init(seconds: Int64, zoneMinutes: Int = 0) {
        self.seconds = seconds
        self.zoneMinutes = zoneMinutes
    }

    /// In quotes; a moment outside of the years 0 to 9999 becomes the nearest one within them.
    package func append(to out: inout [UInt8]) {
        let zone = max(-1439, min(1439, zoneMinutes))
        let first = Int64(Calendar.dayNumber(0, 1, 1)) * 86400
        let last = Int64(Calendar.dayNumber(9999, 12, 31)) * 86400 + 86399
        // Before the zone is added, so that the sum is one.
        let near = max(first - 86400, min(last + 86400, seconds))
        let wall = max(first, min(last, near + Int64(zone) * 60))
        let day = Int((Double(wall) / 86400).rounded(.down))
        let time = Int(wall - Int64(day) * 86400)
        let date = Calendar.date(dayNumber: day)
        out.append(0x22)
        // RFC 9051 §9: date-day-fixed
        if date.day < 10 { out.append(0x20) }
        out.append(decimal: date.day)
        Calendar.appendMonthAndYear(date.month, date.year, to: &out)
        for (index, value) in [time / 3600, time / 60 % 60, time % 60].enumerated() {
            out.append(index == 0 ? 0x20 : 0x3A)
            Calendar.appendTwo(value, to: &out)
        }
        out.append(zone < 0 ? " -" : " +")
        Calendar.appendTwo(abs(zone) / 60, to: &out)
        Calendar.appendTwo(abs(zone) % 60, to: &out)
        out.append(0x22)
    }
}

enum Calendar {
    private static let months: [StaticString] = [
        "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
    ]
    private static let written: [StaticString] = [
        "-Jan-", "-Feb-", "-Mar-", "-Apr-", "-May-", "-Jun-", "-Jul-", "-Aug-", "-Sep-", "-Oct-", "-Nov-", "-Dec-",
    ]

    static func month(_ name: some Collection<UInt8>) -> Int? {
        months.firstIndex { name.equalsIgnoringASCIICase($0) }.map { $0 + 1 }
    }

    static func appendMonthAndYear(_ month: Int, _ year: Int, to out: inout [UInt8]) {
        if written.indices.contains(month - 1) { out.append(written[month - 1]) }
        appendTwo(year / 100, to: &out)
        appendTwo(year % 100, to: &out)
    }

    static func appendTwo(_ value: Int, to out: inout [UInt8]) {
        out.append(UInt8(truncatingIfNeeded: value / 10 % 10) + 0x30)
        out.append(UInt8(truncatingIfNeeded: value % 10) + 0x30)
    }

    static func dayCount(_ year: Int, _ month: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Of the proleptic Gregorian calendar, years from 0 on; a year is taken to begin in March.
    static func dayNumber(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let marchYear = (month <= 2 ? year - 1 : year) + 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return marchYear * 365 + marchYear / 4 - marchYear / 100 + marchYear / 400 + dayOfYear - 719_468 - 146_097
    }

    static func date(dayNumber: Int) -> (year: Int, month: Int, day: Int) {
        let sinceMarch = dayNumber + 719_468 + 146_097
        let (era, dayOfEra) = (sinceMarch / 146_097, sinceMarch % 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (yearOfEra + era * 400 - (month <= 2 ? 399 : 400), month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
    }
}

extension CommandCursor {
    /// RFC 9051 §9: date, in quotes or without.
    mutating func searchDate() throws(ParseError) -> SearchDate {
        let isQuoted = take(0x22)
        let start = position
        let day = try number("a date such as 1-Feb-1994")
        let (month, year) = try monthAndYear()
        guard let date = SearchDate(year: year, month: month, day: Int(day)) else {
            position = start
            throw failure("a day that the calendar has")
        }
        if isQuoted { try expect(0x22, "\"") }
        return date
    }

    /// RFC 9051 §9: date-time
    mutating func dateTime() throws(ParseError) -> InternalDate {
        try expect(0x22, "a date and time in quotes")
        let start = position
        let isPadded = take(0x20)
        let day = try number("the day of the month")
        guard isPadded || Quirks.takesOneDigitDay || position - start == 2 else { throw failure("a day of two digits") }
        let (month, year) = try monthAndYear()
        guard let date = SearchDate(year: year, month: month, day: Int(day)) else {
            position = start
            throw failure("a day that the calendar has")
        }
        try space()
        let hour = try twoDigits(below: 24)
        try expect(0x3A, ":")
        let minute = try twoDigits(below: 60)
        try expect(0x3A, ":")
        let second = try twoDigits(below: 61)
        try space()
        let isWest = byte == 0x2D
        if !isWest, byte != 0x2B { throw failure("a zone such as +0200") }
        position += 1
        let zone = try twoDigits(below: 24) * 60 + twoDigits(below: 60)
        try expect(0x22, "\"")
        let wall = Int64(date.dayNumber) * 86400 + Int64(hour * 3600 + minute * 60 + second)
        return InternalDate(seconds: wall - Int64(isWest ? -zone : zone) * 60, zoneMinutes: isWest ? -zone : zone)
    }

    private mutating func monthAndYear() throws(ParseError) -> (month: Int, year: Int) {
        try expect(0x2D, "-")
        let name = run(\.isASCIILetter)
        guard let month = Calendar.month(bytes[name]) else { throw failure("a month such as Feb") }
        try expect(0x2D, "-")
        let digits = run(\.isASCIIDigit)
        guard digits.count == 4, let year = bytes[digits].decimalValue else { throw failure("a year of four digits") }
        return (month, year)
    }

    private mutating func twoDigits(below limit: Int) throws(ParseError) -> Int {
        guard position + 2 <= bytes.count, let value = bytes[position..<(position + 2)].decimalValue, value < limit else {
            throw failure("two digits below \(limit)")
        }
        position += 2
        return value
    }
}

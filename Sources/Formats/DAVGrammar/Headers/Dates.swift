import Bytes

/// Days and seconds since 1970 as a date in UTC, by the proleptic Gregorian calendar.
private struct UTCDate {
    var year: Int
    var month: Int
    var day: Int
    var hour: Int
    var minute: Int
    var second: Int
    /// 0 is Sunday.
    var weekday: Int

    init(seconds: Int64) {
        let clamped = max(-62_135_596_800, min(seconds, 253_402_300_799))  // years 1 to 9999
        let days = Int((clamped >= 0 ? clamped : clamped - 86_399) / 86_400)
        let rest = Int(clamped) - days * 86_400
        (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60)
        weekday = ((days + 4) % 7 + 7) % 7
        // Days are counted in eras of 400 years from 0000-03-01, so that a leap day is the last of its year.
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    static func seconds(year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int) -> Int64? {
        guard (1...9999).contains(year), (1...12).contains(month), (1...31).contains(day), (0...23).contains(hour),
            (0...59).contains(minute), (0...60).contains(second) else { return nil }
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = shiftedYear / 400
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        let days = era * 146_097 + dayOfEra - 719_468
        return Int64(days) * 86_400 + Int64(hour * 3600 + minute * 60 + second)
    }
}

/// RFC 9110 §5.6.7.
package enum HTTPDate {
    private static let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// IMF-fixdate: `Sun, 06 Nov 1994 08:49:37 GMT`.
    package static func format(seconds: Int64) -> String {
        let date = UTCDate(seconds: seconds)
        var out: [UInt8] = []
        out.reserveCapacity(29)
        out.append(days[date.weekday])
        out.append(", ")
        appendTwo(date.day, to: &out)
        out.append(0x20)
        out.append(months[date.month - 1])
        out.append(0x20)
        appendTwo(date.year / 100, to: &out)
        appendTwo(date.year % 100, to: &out)
        out.append(0x20)
        appendTime(date.hour, date.minute, date.second, to: &out)
        out.append(" GMT")
        return String(utf8: out)
    }

    /// In any of the three forms; seconds since 1970.
    package static func parse(_ text: String) -> Int64? {
        let words = text.split(whereSeparator: { " ,-".contains($0) }).map(String.init)
        // asctime: Sun Nov  6 08:49:37 1994
        if words.count == 5, let month = month(words[1]), let day = words[2].utf8.decimalValue,
            let year = words[4].utf8.decimalValue {
            return seconds(year, month, day, words[3])
        }
        // Sun, 06 Nov 1994 08:49:37 GMT, and RFC 850's Sunday, 06-Nov-94 08:49:37 GMT
        guard words.count == 6, let day = words[1].utf8.decimalValue, let month = month(words[2]),
            var year = words[3].utf8.decimalValue else { return nil }
        if words[3].utf8.count == 2 { year += year < 70 ? 2000 : 1900 }
        return seconds(year, month, day, words[4])
    }

    private static func month(_ name: String) -> Int? { months.firstIndex(of: name).map { $0 + 1 } }

    private static func seconds(_ year: Int, _ month: Int, _ day: Int, _ time: String) -> Int64? {
        let parts = time.split(separator: ":").map { $0.utf8.decimalValue }
        guard parts.count == 3, let hour = parts[0], let minute = parts[1], let second = parts[2] else { return nil }
        return UTCDate.seconds(year: year, month: month, day: day, hour: hour, minute: minute, second: second)
    }
}

/// RFC 3339, in UTC: `1997-12-01T17:42:21Z`.
package enum InternetDate {
    package static func format(seconds: Int64) -> String {
        let date = UTCDate(seconds: seconds)
        var out: [UInt8] = []
        out.reserveCapacity(20)
        appendTwo(date.year / 100, to: &out)
        appendTwo(date.year % 100, to: &out)
        out.append(0x2D)
        appendTwo(date.month, to: &out)
        out.append(0x2D)
        appendTwo(date.day, to: &out)
        out.append(0x54)
        appendTime(date.hour, date.minute, date.second, to: &out)
        out.append(0x5A)
        return String(utf8: out)
    }
}

private func appendTwo(_ number: Int, to out: inout [UInt8]) {
    out.append(UInt8(truncatingIfNeeded: number / 10 % 10) &+ 0x30)
    out.append(UInt8(truncatingIfNeeded: number % 10) &+ 0x30)
}

private func appendTime(_ hour: Int, _ minute: Int, _ second: Int, to out: inout [UInt8]) {
    appendTwo(hour, to: &out)
    out.append(0x3A)
    appendTwo(minute, to: &out)
    out.append(0x3A)
    appendTwo(second, to: &out)
}

import Bytes
package import CivilTime

/// RFC 5322 §3.3 and §4.3: a date and time, and how far its clock is from UTC.
package struct MessageDate: Sendable, Hashable {
    /// On the sender's wall.
    package var local: CivilDateTime
    /// Minutes east of UTC; 0 too where the zone cannot be read.
    package var offsetMinutes: Int

    package init(local: CivilDateTime, offsetMinutes: Int) {
        self.local = local
        self.offsetMinutes = offsetMinutes
    }

    /// Seconds since 1970-01-01T00:00:00Z. RFC 5256 §2.2: what SORT and THREAD compare.
    package var utcSeconds: Int64 { local.wallSeconds - Int64(offsetMinutes) * 60 }
    /// RFC 9051 §6.4.4: what SENTBEFORE, SENTON and SENTSINCE compare, disregarding time and time zone.
    package var date: CivilDate { local.date }

    /// Nil where no day can be read. RFC 5256 §2.2: a time that is none is 00:00:00, a zone that is none is UTC.
    package init?(_ value: ArraySlice<UInt8>) {
        var cursor = FieldCursor(value)
        var day: Int?
        var month: Int?
        var year: Int?
        // The day's name, and words before the day that say nothing. What stands too early is not what was meant.
        for _ in 0..<8 where year == nil {
            cursor.skipSpace()
            let word = cursor.dateWord()
            if word.isEmpty {
                if cursor.isAtEnd { return nil }
                cursor.advance()
            } else if let number = word.decimalValue {
                if month != nil, day != nil { year = Self.fullYear(number, digits: word.count) } else if day == nil { day = number }
                // asctime has the time before the year: Mon Jan  1 12:00:00 2001.
                if day != nil, month != nil, year == nil { break }
            } else if let named = Self.month(word) {
                month = named
            }
        }
        var time: Int?
        if year == nil, day != nil, month != nil {
            time = cursor.time()
            cursor.skipSpace()
            _ = cursor.take(0x2C)
            cursor.skipSpace()
            var word = cursor.dateWord()
            if word.first?.isASCIILetter == true {
                // date(1) has the zone there.
                cursor.skipSpace()
                word = cursor.dateWord()
            }
            year = word.decimalValue.flatMap { Self.fullYear($0, digits: word.count) }
        }
        guard let day, let month, let year, let date = CivilDate(year: year, month: month, day: day) else { return nil }
        local = CivilDateTime(date, secondOfDay: time ?? cursor.time() ?? 0)
        cursor.skipSpace()
        offsetMinutes = cursor.zone() ?? 0
    }

    /// RFC 5322 §4.3: two digits are of 1950 to 2049, three count from 1900.
    private static func fullYear(_ number: Int, digits: Int) -> Int? {
        switch digits {
        case 1, 2: number < 50 ? 2000 + number : 1900 + number
        case 3: 1900 + number
        case 4: number
        default: nil
        }
    }

    static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    static let days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]

    private static func month(_ word: ArraySlice<UInt8>) -> Int? {
        guard word.count >= 3 else { return nil }
        return months.firstIndex { word.prefix(3).equalsIgnoringASCIICase($0.utf8) }.map { $0 + 1 }
    }

    /// As RFC 5322 §3.3 has it: `Fri, 21 Nov 1997 09:55:06 -0600`.
    package var bytes: [UInt8] {
        var out: [UInt8] = []
        func two(_ number: Int) { if number < 10 { out.append(0x30) }; out.append(decimal: number) }
        let date = date
        let weekday = (date.dayNumber % 7 + 7 + 3) % 7
        out.append(Self.days[weekday])
        out.append(", " as StaticString)
        out.append(decimal: date.day)
        out.append(0x20)
        out.append(Self.months[(date.month - 1) % 12])
        out.append(0x20)
        two(date.year / 100)
        two(date.year % 100)
        out.append(0x20)
        two(local.hour)
        out.append(0x3A)
        two(local.minute)
        out.append(0x3A)
        two(local.second)
        out.append(offsetMinutes < 0 ? " -" : " +" as StaticString)
        let offset = Int(offsetMinutes.magnitude) % 6000
        two(offset / 60)
        two(offset % 60)
        return out
    }
}

extension FieldCursor {
    /// Letters, or digits: `1Jan` is two words.
    fileprivate mutating func dateWord() -> ArraySlice<UInt8> {
        let start = position
        let isNumber = peek?.isASCIIDigit ?? false
        while let next = peek, isNumber ? next.isASCIIDigit : next.isASCIILetter { advance() }
        return bytes[start..<position]
    }

    /// RFC 5322 §4.3: white space and comments may stand around the colons. Some write dots. Nil, and nothing read, where there is none.
    fileprivate mutating func time() -> Int? {
        let start = self
        skipSpace()
        guard let hour = shortNumber() else { self = start; return nil }
        var parts = [hour]
        while parts.count < 3 {
            let before = self
            skipSpace()
            guard take(0x3A) || take(0x2E) else { self = before; break }
            skipSpace()
            guard let number = shortNumber() else { self = before; break }
            parts.append(number)
        }
        // Fractions of a second are met too.
        if parts.count == 3, take(0x2E) { _ = dateWord() }
        let second = parts.count > 2 ? parts[2] : 0
        guard parts.count > 1, parts[0] < 24, parts[1] < 60, second <= 60 else { return parts.count > 1 ? 0 : nil }
        return parts[0] * 3600 + parts[1] * 60 + min(second, 59)
    }

    private mutating func shortNumber() -> Int? {
        let word = dateWord()
        return word.count <= 2 ? word.decimalValue : nil
    }

    /// RFC 5322 §3.3 and §4.3. Military letters were defined the wrong way round, so they say nothing.
    fileprivate mutating func zone() -> Int? {
        if let sign = peek, sign == 0x2B || sign == 0x2D {
            advance()
            var digits = Array(dateWord())
            // +02:00
            if digits.count <= 2, take(0x3A) { digits = (digits.count == 1 ? [0x30] : []) + digits + dateWord() }
            guard digits.count <= 4, let number = digits.decimalValue else { return nil }
            let minutes = digits.count <= 2 ? number * 60 : number / 100 * 60 + number % 100
            return sign == 0x2D ? -minutes : minutes
        }
        let name = dateWord()
        for (zone, hours) in Self.zones where name.equalsIgnoringASCIICase(zone.utf8) {
            // GMT+0200
            if hours == 0, let sign = peek, sign == 0x2B || sign == 0x2D { return self.zone() }
            return hours * 60
        }
        return nil
    }

    private static let zones: [(String, Int)] = [
        ("UT", 0), ("GMT", 0), ("UTC", 0), ("EDT", -4), ("EST", -5), ("CDT", -5), ("CST", -6), ("MDT", -6), ("MST", -7), ("PDT", -7),
        ("PST", -8),
    ]
}

import Bytes
import CivilTime

extension CalendarTime {
    /// Whether it is a day or a time is seen from the text, whatever a VALUE parameter says: clients forget it and put
    /// it where it does not belong. ISO 8601's dashes and colons, a fraction of a second, an offset (which makes it
    /// UTC), and midnight at the end of a day are understood. Nil for what is no time of the years 1 to 9999.
    package init?(_ value: __shared ArraySlice<UInt8>, zoneID: __shared String? = nil) {
        if let plain = CalendarTime(plain: value, zoneID: zoneID) {
            self = plain
            return
        }
        var scanner = ValueScanner(value)
        guard let year = scanner.digits(4), year > 0 else { return nil }
        let isExtended = scanner.take(0x2D)
        guard let month = scanner.digits(2) else { return nil }
        if isExtended, !scanner.take(0x2D) { return nil }
        guard let day = scanner.digits(2), let date = CivilDate(year: year, month: month, day: day) else { return nil }
        guard scanner.take(0x54) || scanner.take(0x20) else {
            guard scanner.isAtEnd || (scanner.take(0x5A) && scanner.isAtEnd) else { return nil }
            self = .date(date)
            return
        }
        if scanner.isAtEnd {
            self = .date(date)
            return
        }
        guard let time = Self.clock(on: date, from: &scanner) else { return nil }
        if scanner.isAtEnd {
            self = zoneID.map { .zoned(time, $0) } ?? .floating(time)
        } else if scanner.take(0x5A) {
            guard scanner.isAtEnd else { return nil }
            self = .utc(time)
        } else {
            guard let offset = UTCOffset(scanner.rest),
                let utc = CivilDateTime(wallSeconds: time.wallSeconds - Int64(offset.seconds))
            else { return nil }
            self = .utc(utc)
        }
    }

    /// `20260105`, `20260105T100000` and `20260105T100000Z`: nearly all that there is. Nil for another form, and for what
    /// needs a second look.
    private init?(plain value: __shared ArraySlice<UInt8>, zoneID: __shared String?) {
        let count = value.count
        guard count == 15 || count == 16 || count == 8 else { return nil }
        let time: CivilDateTime? = value.withUnsafeBufferPointer { bytes in
            func pair(_ place: Int) -> Int {
                let (tens, ones) = (bytes[place] &- 0x30, bytes[place + 1] &- 0x30)
                return tens < 10 && ones < 10 ? Int(tens) * 10 + Int(ones) : 100_000
            }
            guard let date = CivilDate(year: pair(0) * 100 + pair(2), month: pair(4), day: pair(6)), date.year > 0 else {
                return nil
            }
            if count == 8 { return CivilDateTime(date) }
            guard bytes[8] == 0x54, count == 15 || bytes[15] == 0x5A else { return nil }
            let (hour, minute, second) = (pair(9), pair(11), pair(13))
            guard hour < 24, minute < 60, second < 60 else { return nil }
            return CivilDateTime(date, secondOfDay: hour * 3600 + minute * 60 + second)
        }
        guard let time else { return nil }
        switch count {
        case 8: self = .date(time.date)
        case 16: self = .utc(time)
        default: self = zoneID.map { .zoned(time, $0) } ?? .floating(time)
        }
    }

    private static func clock(on date: CivilDate, from scanner: inout ValueScanner) -> CivilDateTime? {
        guard let hour = scanner.digits(2) else { return nil }
        let isExtended = scanner.take(0x3A)
        guard let minute = scanner.digits(2) else { return nil }
        var second = 0
        if !isExtended || scanner.take(0x3A), let digits = scanner.digits(2) {
            second = digits
        }
        if scanner.take(0x2E) { scanner.skipDigits() }
        guard 0...24 ~= hour, 0...59 ~= minute, 0...60 ~= second else { return nil }
        if hour == 24 {
            guard minute == 0, second == 0 else { return nil }
            return CivilDateTime(wallSeconds: CivilDateTime(date).wallSeconds + 86_400)
        }
        // RFC 5545 §3.3.12: the leap second is taken for the one before it by those who do not know it.
        return CivilDateTime(date, secondOfDay: hour * 3600 + minute * 60 + min(second, 59))
    }

    /// The times of a value of several (RDATE, EXDATE); what is none is passed over.
    package static func list(_ value: ArraySlice<UInt8>, zoneID: String? = nil) -> [CalendarTime] {
        var times: [CalendarTime] = []
        var start = value.startIndex
        while start < value.endIndex {
            let end = value.index(of: 0x2C, from: start) ?? value.endIndex
            if let time = CalendarTime(value[start..<end], zoneID: zoneID) { times.append(time) }
            start = end + 1
        }
        return times
    }
}

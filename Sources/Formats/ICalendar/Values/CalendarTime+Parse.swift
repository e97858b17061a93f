import Bytes
import CivilTime

extension CalendarTime {
    /// Whether it is a day or a time is seen from the text, whatever a VALUE parameter says: clients forget it and put
    /// it where it does not belong. ISO 8601's dashes and colons, a fraction of a second, an offset (which makes it
    /// UTC), and midnight at the end of a day are understood. Nil for what is no time of the years 1 to 9999.
    package init?(_ value: Span<UInt8>, zoneID: __shared String? = nil) {
        if let plain = CalendarTime(plain: value, zoneID: zoneID) {
            self = plain
            return
        }
        guard let time = value.scan({ Self.read(&$0, zoneID: zoneID) }) else { return nil }
        self = time
    }

    package init?(_ value: __shared ArraySlice<UInt8>, zoneID: __shared String? = nil) { self.init(value.span, zoneID: zoneID) }

    private static func read(_ scanner: inout ValueScanner, zoneID: String?) -> CalendarTime? {
        guard let year = scanner.digits(4), year > 0 else { return nil }
        let isExtended = scanner.take(0x2D)
        guard let month = scanner.digits(2) else { return nil }
        if isExtended, !scanner.take(0x2D) { return nil }
        guard let day = scanner.digits(2), let date = CivilDate(year: year, month: month, day: day) else { return nil }
        guard scanner.take(0x54) || scanner.take(0x20) else {
            return scanner.isAtEnd || (scanner.take(0x5A) && scanner.isAtEnd) ? .date(date) : nil
        }
        if scanner.isAtEnd { return .date(date) }
        guard let time = clock(on: date, from: &scanner) else { return nil }
        if scanner.isAtEnd { return zoneID.map { .zoned(time, $0) } ?? .floating(time) }
        if scanner.take(0x5A) { return scanner.isAtEnd ? .utc(time) : nil }
        guard let offset = scanner.withRest({ UTCOffset($0) }),
            let utc = CivilDateTime(wallSeconds: time.wallSeconds - Int64(offset.seconds))
        else { return nil }
        return .utc(utc)
    }

    /// `20260105`, `20260105T100000` and `20260105T100000Z`: nearly all that there is. Nil for another form, and for what
    /// needs a second look.
    private init?(plain value: Span<UInt8>, zoneID: __shared String?) {
        let count = value.count
        guard count == 15 || count == 16 || count == 8, let time = Self.plain(value) else { return nil }
        switch count {
        case 8: self = .date(time.date)
        case 16: self = .utc(time)
        default: self = zoneID.map { .zoned(time, $0) } ?? .floating(time)
        }
    }

    private static func plain(_ value: Span<UInt8>) -> CivilDateTime? {
        value.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress, bytes.count >= 8,
                let day = UInt64(eightBytesAt: 0, of: base).pairsOfDigits,
                let date = CivilDate(year: pair(day, 0) * 100 + pair(day, 1), month: pair(day, 2), day: pair(day, 3)), date.year > 0
            else { return nil }
            if bytes.count == 8 { return CivilDateTime(date) }
            guard bytes.count >= 15, bytes[8] == 0x54, bytes.count == 15 || bytes[15] == 0x5A else { return nil }
            // The two bytes before the clock are what was looked at already: nought in digits.
            guard let clock = (UInt64(eightBytesAt: 7, of: base) & ~0xFFFF | 0x3030).pairsOfDigits else { return nil }
            let (hour, minute, second) = (pair(clock, 1), pair(clock, 2), pair(clock, 3))
            guard hour < 24, minute < 60, second < 60 else { return nil }
            return CivilDateTime(date, secondOfDay: hour * 3600 + minute * 60 + second)
        }
    }

    /// One of `UInt64.pairsOfDigits`.
    @inline(__always)
    private static func pair(_ pairs: UInt64, _ place: UInt64) -> Int { Int(truncatingIfNeeded: pairs >> (16 &* place) & 0xFF) }

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
    package static func list(_ value: Span<UInt8>, zoneID: String? = nil) -> [CalendarTime] {
        var times: [CalendarTime] = []
        times.reserveCapacity(min(value.count / 9 + 1, 32))
        var start = 0
        while start < value.count {
            let end = value.firstOffset(of: 0x2C, from: start) ?? value.count
            if let time = CalendarTime(value.extracting(start..<end), zoneID: zoneID) { times.append(time) }
            start = end + 1
        }
        return times
    }
}

import Bytes
import CivilTime

extension CalendarTime {
    /// Whether it is a day or a time is seen from the text, whatever a VALUE parameter says: clients forget it and put it
    /// where it does not belong. ISO 8601's dashes and colons, a fraction of a second, an offset (which makes it UTC), and
    /// midnight at the end of a day are understood. Nil for what is no time of the years 1 to 9999.
    package init?(_ value: ArraySlice<UInt8>, zoneID: String? = nil) {
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
        value.split(separator: 0x2C).compactMap { CalendarTime($0, zoneID: zoneID) }
    }
}

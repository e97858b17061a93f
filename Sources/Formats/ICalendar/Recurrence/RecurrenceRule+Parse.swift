import Bytes
import CivilTime

extension RecurrenceRule {
    /// Takes what can be understood: in either case, with blanks, in any order, with parts that nobody knows. Of a part that
    /// is there twice the first counts. Nil without a known FREQ.
    package init?(_ value: ArraySlice<UInt8>) {
        var parts: [(name: ArraySlice<UInt8>, value: ArraySlice<UInt8>)] = []
        for part in value.split(separator: 0x3B) {
            guard let equals = part.firstIndex(of: 0x3D) else { continue }
            let name = part[..<equals].trimmingASCIIWhitespace
            if parts.contains(where: { $0.name.equalsIgnoringASCIICase(name) }) { continue }
            parts.append((name, part[(equals + 1)...].trimmingASCIIWhitespace))
            if parts.count == Self.partLimit { break }
        }
        guard let frequencyText = parts.first(where: { $0.name.equalsIgnoringASCIICase("FREQ") })?.value,
            let frequency = Frequency.allCases.first(where: { frequencyText.equalsIgnoringASCIICase($0.name) })
        else { return nil }
        self.init(frequency)
        for (name, value) in parts where !name.equalsIgnoringASCIICase("FREQ") {
            take(String(utf8: name.map(\.asciiUppercased)), value)
        }
    }

    /// More than there are names; a rule of a thousand invented ones is nobody's.
    private static let partLimit = 64

    private mutating func take(_ name: String, _ value: ArraySlice<UInt8>) {
        switch name {
        // INTERVAL=0 and what is no number are taken for 1, COUNT=0 for the first instance alone.
        case "INTERVAL": interval = max(1, min(value.decimalValue ?? (Self.isNumber(value) ? .max : 1), Self.longestInterval))
        case "COUNT": count = value.decimalValue.map { max(1, $0) }
        case "UNTIL": until = CalendarTime(value)
        case "BYSECOND": bySecond = Self.numbers(value, 0...60)
        case "BYMINUTE": byMinute = Self.numbers(value, 0...59)
        case "BYHOUR": byHour = Self.numbers(value, 0...23)
        case "BYDAY", "BYWEEKDAY": byDay = Self.list(value, Self.weekdayNumber)
        case "BYMONTHDAY": byMonthDay = Self.numbers(value, 1...31, orNegative: true)
        case "BYYEARDAY": byYearDay = Self.numbers(value, 1...Self.longestYear, orNegative: true)
        case "BYWEEKNO": byWeekNumber = Self.numbers(value, 1...Self.mostWeeks, orNegative: true)
        case "BYMONTH": byMonth = Self.list(value, Self.month)
        case "BYSETPOS": bySetPosition = Self.numbers(value, 1...Self.mostPositions, orNegative: true)
        case "WKST": weekStart = Self.weekday(value) ?? .monday
        case "RSCALE":
            let scale = String(utf8: value.map(\.asciiUppercased))
            calendarScale = scale == "GREGORIAN" || scale.isEmpty ? nil : scale
        case "SKIP": skip = Skip(rawValue: String(utf8: value.map(\.asciiUppercased))) ?? .omit
        default: otherParts.append(OtherPart(name: name, value: String(utf8: value)))
        }
    }

    /// RFC 7529 §4.1: other calendars have years of up to 385 days.
    static let longestYear = 385
    static let mostWeeks = 55
    /// A set may have more than the 366 that RFC 5545 §3.3.10 names, when times of the day are in it.
    private static let mostPositions = 400 * 86_400

    /// The values that are understood; nil where nothing is written, so that an empty part is as none.
    private static func list<Value: Hashable>(
        _ value: ArraySlice<UInt8>, _ read: (ArraySlice<UInt8>) -> Value?
    ) -> [Value]? {
        if value.isEmpty { return nil }
        var values: [Value] = []
        var seen: Set<Value> = []
        for item in value.split(separator: 0x2C) {
            guard let read = read(item.trimmingASCIIWhitespace), seen.insert(read).inserted else { continue }
            values.append(read)
        }
        return values
    }

    private static func numbers(
        _ value: ArraySlice<UInt8>, _ range: ClosedRange<Int>, orNegative: Bool = false
    ) -> [Int]? {
        list(value) { item in
            var scanner = ValueScanner(item)
            let sign = scanner.sign() ?? 1
            guard let number = scanner.number(), scanner.isAtEnd, range.contains(number), sign > 0 || orNegative else {
                return nil
            }
            return sign * number
        }
    }

    private static func weekdayNumber(_ item: ArraySlice<UInt8>) -> WeekdayNumber? {
        var scanner = ValueScanner(item)
        let sign = scanner.sign() ?? 1
        guard let number = scanner.number() else { return weekday(scanner.rest).map { WeekdayNumber($0) } }
        guard 1...mostWeeks ~= number, let weekday = weekday(scanner.rest) else { return nil }
        return WeekdayNumber(weekday, ordinal: sign * number)
    }

    private static func month(_ item: ArraySlice<UInt8>) -> Month? {
        var scanner = ValueScanner(item)
        guard let number = scanner.number(), 1...13 ~= number else { return nil }
        let isLeap = scanner.take(0x4C)
        return scanner.isAtEnd ? Month(number, isLeap: isLeap) : nil
    }

    private static func weekday(_ text: ArraySlice<UInt8>) -> Weekday? {
        Weekday.allCases.first { text.equalsIgnoringASCIICase($0.twoLetters) }
    }

    private static func isNumber(_ text: ArraySlice<UInt8>) -> Bool { !text.isEmpty && text.allSatisfy(\.isASCIIDigit) }
}

extension RecurrenceRule.Frequency {
    var name: StaticString {
        switch self {
        case .secondly: "SECONDLY"
        case .minutely: "MINUTELY"
        case .hourly: "HOURLY"
        case .daily: "DAILY"
        case .weekly: "WEEKLY"
        case .monthly: "MONTHLY"
        case .yearly: "YEARLY"
        }
    }
}

extension Weekday {
    var twoLetters: StaticString {
        switch self {
        case .monday: "MO"
        case .tuesday: "TU"
        case .wednesday: "WE"
        case .thursday: "TH"
        case .friday: "FR"
        case .saturday: "SA"
        case .sunday: "SU"
        }
    }
}

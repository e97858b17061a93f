import Bytes
import CivilTime

extension RecurrenceRule {
    /// Takes what can be understood: in either case, with blanks, in any order, with parts that nobody knows. Of a part
    /// that is there twice the first counts. Nil without a known FREQ.
    package init?(_ value: __shared ArraySlice<UInt8>) {
        guard let rule = Self.read(value) else { return nil }
        self = rule
    }

    private static func read(_ value: ArraySlice<UInt8>) -> RecurrenceRule? {
        var rule = RecurrenceRule(.daily)
        return rule.read(value) ? rule : nil
    }

    /// Whether there is a known FREQ.
    private mutating func read(_ value: ArraySlice<UInt8>) -> Bool {
        var known: UInt32 = 0
        var start = value.startIndex
        var count = 0
        while start < value.endIndex, count < Self.partLimit {
            let end = value.index(of: 0x3B, from: start) ?? value.endIndex
            defer { start = end + 1 }
            guard let equals = value[..<end].index(of: 0x3D, from: start) else { continue }
            let name = Self.trimmed(start..<equals, of: value)
            let text = Self.trimmed((equals + 1)..<end, of: value)
            guard let part = Part(value[name]) else {
                if takeOther(value[name], value[text]) { count += 1 }
                continue
            }
            if known >> part.rawValue & 1 == 1 { continue }
            known |= 1 << part.rawValue
            count += 1
            if part == .freq {
                guard let frequency = Frequency(value[text]) else { return false }
                self.frequency = frequency
            } else {
                take(part, value[text])
            }
        }
        return known >> Part.freq.rawValue & 1 == 1
    }

    private static func trimmed(_ range: Range<Int>, of value: ArraySlice<UInt8>) -> Range<Int> {
        var (start, end) = (range.lowerBound, range.upperBound)
        while start < end, value[start].isASCIIWhitespace { start += 1 }
        while start < end, value[end - 1].isASCIIWhitespace { end -= 1 }
        return start..<end
    }

    /// More than there are names; a rule of a thousand invented ones is nobody's.
    private static let partLimit = 64

    private enum Part: UInt32 {
        case freq, interval, count, until, bySecond, byMinute, byHour, byDay, byWeekday, byMonthDay, byYearDay, byWeekNo, byMonth
        case bySetPos, weekStart, scale, skip

        init?(_ name: __shared ArraySlice<UInt8>) {
            switch name.count {
            case 4 where name.equalsIgnoringASCIICase("FREQ"): self = .freq
            case 4 where name.equalsIgnoringASCIICase("WKST"): self = .weekStart
            case 4 where name.equalsIgnoringASCIICase("SKIP"): self = .skip
            case 5 where name.equalsIgnoringASCIICase("BYDAY"): self = .byDay
            case 5 where name.equalsIgnoringASCIICase("COUNT"): self = .count
            case 5 where name.equalsIgnoringASCIICase("UNTIL"): self = .until
            case 6 where name.equalsIgnoringASCIICase("BYHOUR"): self = .byHour
            case 6 where name.equalsIgnoringASCIICase("RSCALE"): self = .scale
            case 7 where name.equalsIgnoringASCIICase("BYMONTH"): self = .byMonth
            case 8 where name.equalsIgnoringASCIICase("INTERVAL"): self = .interval
            case 8 where name.equalsIgnoringASCIICase("BYSETPOS"): self = .bySetPos
            case 8 where name.equalsIgnoringASCIICase("BYSECOND"): self = .bySecond
            case 8 where name.equalsIgnoringASCIICase("BYMINUTE"): self = .byMinute
            case 8 where name.equalsIgnoringASCIICase("BYWEEKNO"): self = .byWeekNo
            case 9 where name.equalsIgnoringASCIICase("BYWEEKDAY"): self = .byWeekday
            case 9 where name.equalsIgnoringASCIICase("BYYEARDAY"): self = .byYearDay
            case 10 where name.equalsIgnoringASCIICase("BYMONTHDAY"): self = .byMonthDay
            default: return nil
            }
        }
    }

    /// Whether it is there now, and was not before.
    private mutating func takeOther(_ name: ArraySlice<UInt8>, _ value: ArraySlice<UInt8>) -> Bool {
        let name = String(utf8: name.map(\.asciiUppercased))
        if otherParts.contains(where: { $0.name == name }) { return false }
        otherParts.append(OtherPart(name: name, value: String(utf8: value)))
        return true
    }

    private mutating func take(_ part: Part, _ value: ArraySlice<UInt8>) {
        switch part {
        case .freq: break
        // INTERVAL=0 and what is no number are taken for 1, COUNT=0 for the first instance alone.
        case .interval:
            let number = value.decimalValue ?? (Self.isNumber(value) ? .max : 1)
            interval = max(1, min(number, Self.longestInterval))
        case .count: count = value.decimalValue.map { max(1, $0) }
        case .until: until = CalendarTime(value)
        case .bySecond: bySecond = Self.numbers(value, 0...60)
        case .byMinute: byMinute = Self.numbers(value, 0...59)
        case .byHour: byHour = Self.numbers(value, 0...23)
        case .byDay, .byWeekday: byDay = Self.list(value, Self.weekdayNumber)
        case .byMonthDay: byMonthDay = Self.numbers(value, 1...31, orNegative: true)
        case .byYearDay: byYearDay = Self.numbers(value, 1...Self.longestYear, orNegative: true)
        case .byWeekNo: byWeekNumber = Self.numbers(value, 1...Self.mostWeeks, orNegative: true)
        case .byMonth: byMonth = Self.list(value, Self.month)
        case .bySetPos: bySetPosition = Self.numbers(value, 1...Self.mostPositions, orNegative: true)
        case .weekStart: weekStart = Self.weekday(value) ?? .monday
        case .scale:
            let scale = String(utf8: value.map(\.asciiUppercased))
            calendarScale = scale == "GREGORIAN" || scale.isEmpty ? nil : scale
        case .skip: skip = Skip(rawValue: String(utf8: value.map(\.asciiUppercased))) ?? .omit
        }
    }

    /// RFC 7529 §4.1: other calendars have years of up to 385 days.
    static let longestYear = 385
    static let mostWeeks = 55
    /// A set may have more than the 366 that RFC 5545 §3.3.10 names, when times of the day are in it.
    private static let mostPositions = 400 * 86_400

    /// The values that are understood; nil where nothing is written, so that an empty part is as none.
    @inline(__always)
    private static func list<Value: Hashable>(
        _ value: ArraySlice<UInt8>, _ read: (ArraySlice<UInt8>) -> Value?
    ) -> [Value]? {
        if value.isEmpty { return nil }
        var values: [Value] = []
        values.reserveCapacity(min(value.count / 3 + 1, 32))
        // For the lists that people write a look at each is faster than a set.
        var seen: Set<Value> = []
        var start = value.startIndex
        while start < value.endIndex {
            let end = value.index(of: 0x2C, from: start) ?? value.endIndex
            defer { start = end + 1 }
            guard start < end, let read = read(value[start..<end]) else { continue }
            if values.count < 32 ? values.contains(read) : seen.contains(read) { continue }
            values.append(read)
            if values.count == 32 { seen = Set(values) } else if values.count > 32 { seen.insert(read) }
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
        guard text.count == 2, let first = text.first?.asciiUppercased, let second = text.last?.asciiUppercased else {
            return nil
        }
        switch (first, second) {
        case (0x4D, 0x4F): return .monday
        case (0x54, 0x55): return .tuesday
        case (0x57, 0x45): return .wednesday
        case (0x54, 0x48): return .thursday
        case (0x46, 0x52): return .friday
        case (0x53, 0x41): return .saturday
        case (0x53, 0x55): return .sunday
        default: return nil
        }
    }

    private static func isNumber(_ text: ArraySlice<UInt8>) -> Bool { !text.isEmpty && text.allSatisfy(\.isASCIIDigit) }
}

extension RecurrenceRule.Frequency {
    fileprivate init?(_ name: __shared ArraySlice<UInt8>) {
        switch name.count {
        case 5 where name.equalsIgnoringASCIICase("DAILY"): self = .daily
        case 6 where name.equalsIgnoringASCIICase("WEEKLY"): self = .weekly
        case 6 where name.equalsIgnoringASCIICase("YEARLY"): self = .yearly
        case 6 where name.equalsIgnoringASCIICase("HOURLY"): self = .hourly
        case 7 where name.equalsIgnoringASCIICase("MONTHLY"): self = .monthly
        case 8 where name.equalsIgnoringASCIICase("MINUTELY"): self = .minutely
        case 8 where name.equalsIgnoringASCIICase("SECONDLY"): self = .secondly
        default: return nil
        }
    }

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

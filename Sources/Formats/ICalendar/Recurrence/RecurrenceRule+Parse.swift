import Bytes
import CivilTime

extension RecurrenceRule {
    /// Takes what can be understood: in either case, with blanks, in any order, with parts that nobody knows. Of a part
    /// that is there twice the first counts. Nil without a known FREQ.
    package init?(_ value: Span<UInt8>) {
        frequency = .daily
        guard read(value) else { return nil }
    }

    package init?(_ value: __shared ArraySlice<UInt8>) { self.init(value.span) }

    /// Whether there is a known FREQ.
    private mutating func read(_ value: Span<UInt8>) -> Bool {
        var known: UInt32 = 0
        var start = 0
        var count = 0
        while count < Self.partLimit, let equals = value.firstOffset(of: 0x3D, from: start) {
            let end = value.firstOffset(of: 0x3B, from: equals) ?? value.count
            var name = value.extracting(value.trimmingASCIIWhitespace(start..<equals))
            let text = value.extracting(value.trimmingASCIIWhitespace((equals + 1)..<end))
            start = end + 1
            var part = Part(name)
            if part == nil, let rest = Self.withoutEmptyParts(name) {
                name = name.extracting(rest)
                part = Part(name)
            }
            guard let part else {
                if takeOther(name, text) { count += 1 }
                continue
            }
            if known >> part.rawValue & 1 == 1 { continue }
            known |= 1 << part.rawValue
            count += 1
            if part == .freq {
                guard let frequency = Frequency(text) else { return false }
                self.frequency = frequency
            } else {
                take(part, text)
            }
        }
        return known >> Part.freq.rawValue & 1 == 1
    }

    /// What stands after the parts without a `=` that a name was found behind; nil where there are none.
    private static func withoutEmptyParts(_ name: Span<UInt8>) -> Range<Int>? {
        guard var start = name.firstOffset(of: 0x3B) else { return nil }
        while let next = name.firstOffset(of: 0x3B, from: start + 1) { start = next }
        return name.trimmingASCIIWhitespace((start + 1)..<name.count)
    }

    /// More than there are names; a rule of a thousand invented ones is nobody's.
    private static let partLimit = 64

    private enum Part: UInt32 {
        case freq, interval, count, until, bySecond, byMinute, byHour, byDay, byWeekday, byMonthDay, byYearDay, byWeekNo, byMonth
        case bySetPos, weekStart, scale, skip

        init?(_ name: Span<UInt8>) {
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
    private mutating func takeOther(_ name: Span<UInt8>, _ value: Span<UInt8>) -> Bool {
        let name = Self.uppercased(name)
        if otherParts.contains(where: { $0.name == name }) { return false }
        otherParts.append(OtherPart(name: name, value: value.withUnsafeBufferPointer { String(utf8: $0) }))
        return true
    }

    private mutating func take(_ part: Part, _ value: Span<UInt8>) {
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
            let scale = Self.uppercased(value)
            calendarScale = scale == "GREGORIAN" || scale.isEmpty ? nil : scale
        case .skip: skip = Skip(rawValue: Self.uppercased(value)) ?? .omit
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
        _ value: Span<UInt8>, _ read: (Span<UInt8>) -> Value?
    ) -> [Value]? {
        if value.isEmpty { return nil }
        guard value.firstOffset(of: 0x2C) != nil else { return read(value).map { [$0] } ?? [] }
        var values: [Value] = []
        values.reserveCapacity(min(value.count / 3 + 1, 32))
        // For the lists that people write a look at each is faster than a set.
        var seen: Set<Value>?
        var start = 0
        while start < value.count {
            let end = value.firstOffset(of: 0x2C, from: start) ?? value.count
            defer { start = end + 1 }
            guard start < end, let read = read(value.extracting(start..<end)) else { continue }
            if seen?.contains(read) ?? values.contains(read) { continue }
            values.append(read)
            if seen != nil { seen?.insert(read) } else if values.count == 32 { seen = Set(values) }
        }
        return values
    }

    private static func numbers(_ value: Span<UInt8>, _ range: ClosedRange<Int>, orNegative: Bool = false) -> [Int]? {
        list(value) { item in
            item.scan { scanner in
                let sign = scanner.sign() ?? 1
                guard let number = scanner.number(), scanner.isAtEnd, range.contains(number), sign > 0 || orNegative else {
                    return nil
                }
                return sign * number
            }
        }
    }

    private static func weekdayNumber(_ item: Span<UInt8>) -> WeekdayNumber? {
        item.scan { scanner in
            let sign = scanner.sign() ?? 1
            guard let number = scanner.number() else { return scanner.withRest(weekday).map { WeekdayNumber($0) } }
            guard 1...mostWeeks ~= number, let weekday = scanner.withRest(weekday) else { return nil }
            return WeekdayNumber(weekday, ordinal: sign * number)
        }
    }

    private static func month(_ item: Span<UInt8>) -> Month? {
        item.scan { scanner in
            guard let number = scanner.number(), 1...13 ~= number else { return nil }
            let isLeap = scanner.take(0x4C)
            return scanner.isAtEnd ? Month(number, isLeap: isLeap) : nil
        }
    }

    private static func weekday(_ text: Span<UInt8>) -> Weekday? {
        guard text.count == 2 else { return nil }
        let (first, second) = (text[0].asciiUppercased, text[1].asciiUppercased)
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

    private static func isNumber(_ text: Span<UInt8>) -> Bool {
        !text.isEmpty && text.withUnsafeBufferPointer { $0.allSatisfy(\.isASCIIDigit) }
    }

    private static func uppercased(_ text: Span<UInt8>) -> String {
        text.withUnsafeBufferPointer { String(utf8: $0.map(\.asciiUppercased)) }
    }
}

extension RecurrenceRule.Frequency {
    fileprivate init?(_ name: Span<UInt8>) {
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

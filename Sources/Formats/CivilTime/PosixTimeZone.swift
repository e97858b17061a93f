import Bytes

/// RFC 9636 §3.3: the text that ends a TZif file and tells how the clocks stand after its last transition, in the
/// words of POSIX with the hours of the extension (§3.3.1).
///
///     TZ = std offset [dst [offset] "," start ["/" time] "," end ["/" time]]
struct PosixTimeZone: Sendable {
    let standard: Observance
    /// None where the clocks never change, or two.
    let changes: [AnnualChange]

    /// Nil where the text does not follow the grammar.
    init?(_ text: some Collection<UInt8>) {
        var scanner = PosixTimeZoneScanner(rest: ArraySlice(text))
        guard let name = scanner.name(), let west = scanner.time(hours: 24) else { return nil }
        let standard = Observance(offset: -west, isDaylight: false, abbreviation: name)
        if scanner.rest.isEmpty {
            self.init(standard: standard, changes: [])
            return
        }
        guard let name = scanner.name() else { return nil }
        var offset = standard.offset + 3600
        if scanner.rest.first != 0x2C {
            guard let west = scanner.time(hours: 24) else { return nil }
            offset = -west
        }
        let daylight = Observance(offset: offset, isDaylight: true, abbreviation: name)
        guard Observance.offsets.contains(standard.offset), Observance.offsets.contains(daylight.offset),
            let start = scanner.change(offsetBefore: standard.offset, after: daylight),
            let end = scanner.change(offsetBefore: daylight.offset, after: standard), scanner.rest.isEmpty
        else { return nil }
        // RFC 9636 §3.3.1: daylight time that ends when it begins anew is observed all year.
        if (2000...2003).allSatisfy({ end.instant(in: $0) >= start.instant(in: $0 + 1) }) {
            self.init(standard: daylight, changes: [])
        } else {
            self.init(standard: standard, changes: [start, end])
        }
    }

    private init(standard: Observance, changes: [AnnualChange]) {
        self.standard = standard
        self.changes = changes
    }
}

/// Takes the parts of the text one by one; nil where the next one is not there.
private struct PosixTimeZoneScanner {
    var rest: ArraySlice<UInt8>

    private mutating func take(_ byte: UInt8) -> Bool {
        guard rest.first == byte else { return false }
        rest.removeFirst()
        return true
    }

    /// Three letters or more, or, between angle brackets, digits and signs too.
    mutating func name() -> String? {
        let isQuoted = take(0x3C)
        let name = rest.prefix {
            $0.isASCIILetter || (isQuoted && ($0.isASCIIDigit || $0 == 0x2B || $0 == 0x2D))
        }
        rest = rest[name.endIndex...]
        guard name.count >= 3, !isQuoted || take(0x3E) else { return nil }
        return String(utf8: name)
    }

    /// `[+-]hh[:mm[:ss]]` in seconds.
    mutating func time(hours: Int) -> Int? {
        let isNegative = take(0x2D)
        if !isNegative { _ = take(0x2B) }
        guard let hour = number(0...hours) else { return nil }
        var seconds = hour * 3600
        if take(0x3A) {
            guard let minute = number(0...59) else { return nil }
            seconds += minute * 60
            if take(0x3A) {
                guard let second = number(0...59) else { return nil }
                seconds += second
            }
        }
        return isNegative ? -seconds : seconds
    }

    /// `,date[/time]`
    mutating func change(offsetBefore: Int, after: Observance) -> AnnualChange? {
        guard take(0x2C), let day = day() else { return nil }
        var secondOfDay = 7200
        if take(0x2F) {
            // RFC 9636 §3.3.1: -167 to 167 hours.
            guard let time = time(hours: 167) else { return nil }
            secondOfDay = time
        }
        return AnnualChange(day: day, secondOfDay: secondOfDay, offsetBefore: offsetBefore, after: after)
    }

    /// `Jn` (1 to 365, February 29 is not counted), `n` (0 to 365, it is) or `Mm.w.d` (of month m the w-th weekday d,
    /// the fifth is the last, day 0 is Sunday).
    private mutating func day() -> AnnualDay? {
        if take(0x4A) {
            guard let day = number(1...365),
                let date = CivilDate(dayNumber: Self.lastDayOf2000 + day)
            else { return nil }
            return .date(month: date.month, day: date.day)
        }
        guard take(0x4D) else { return number(0...365).map { .dayOfYear($0) } }
        guard let month = number(1...12), take(0x2E), let week = number(1...5), take(0x2E),
            let day = number(0...6), let weekday = Weekday(rawValue: day == 0 ? 7 : day)
        else { return nil }
        return .nth(week == 5 ? -1 : week, weekday, month: month)
    }

    private static let lastDayOf2000 = CivilDate.dayNumber(year: 2000, month: 12, day: 31)

    private mutating func number(_ range: ClosedRange<Int>) -> Int? {
        let digits = rest.prefix { $0.isASCIIDigit }
        rest = rest[digits.endIndex...]
        guard digits.count <= 3, let number = digits.decimalValue, range.contains(number) else { return nil }
        return number
    }
}

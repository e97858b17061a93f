import Bytes

/// RFC 6350 §4.3: a date, a time or both, with what may be missing of them; RFC 2426 §4 writes the same with separators.
package struct DateOrTime: Equatable, Sendable {
    package var year: Int?
    package var month: Int?
    package var day: Int?
    /// Digits without separators, truncated as RFC 6350 §4.3.2 allows; nil for a date alone.
    package var time: ArraySlice<UInt8>?
    /// `Z`, or a sign and two or four digits; empty where there is none.
    package var zone: ArraySlice<UInt8> = []

    /// Takes both the basic and the extended form. Nil for what is neither.
    package init?(_ text: ArraySlice<UInt8>) {
        guard !text.isEmpty else { return nil }
        let mark = text.firstIndex { $0 | 0x20 == 0x74 }
        let date = text[..<(mark ?? text.endIndex)]
        guard date.isEmpty ? mark != nil : readDate(date) else { return nil }
        if let mark {
            guard readTime(text[(mark + 1)...]) else { return nil }
        } else if year == nil && month == nil && day == nil {
            return nil
        }
    }

    /// RFC 6350 §4.3.1: `YYYY[MM]DD`, `YYYY-MM`, `YYYY`, `--MM[DD]`, `---DD`.
    private mutating func readDate(_ text: ArraySlice<UInt8>) -> Bool {
        var rest = text
        if rest.starts(with: [0x2D, 0x2D, 0x2D]) {
            day = Self.number(&rest, dropping: 3, 2)
            return day.map { 1...31 ~= $0 } == true && rest.isEmpty
        }
        if rest.starts(with: [0x2D, 0x2D]) {
            month = Self.number(&rest, dropping: 2, 2)
        } else {
            year = Self.number(&rest, dropping: 0, 4)
            guard year != nil else { return false }
            if rest.isEmpty { return true }
            month = Self.number(&rest, dropping: rest.first == 0x2D ? 1 : 0, 2)
        }
        guard let month, 1...12 ~= month else { return false }
        if rest.isEmpty {
            // `YYYYMM` would be the start of `YYYYMMDD`.
            return year == nil || text.count == 7
        }
        day = Self.number(&rest, dropping: rest.first == 0x2D ? 1 : 0, 2)
        return day.map { 1...Self.dayCount(year, month) ~= $0 } == true && rest.isEmpty
    }

    /// RFC 6350 §4.3.2 and §4.3.3; a fraction of a second (RFC 2426 §4) is passed over.
    private mutating func readTime(_ text: ArraySlice<UInt8>) -> Bool {
        var clock = text
        if let last = clock.last, last | 0x20 == 0x7A {
            zone = [0x5A]
            clock = clock.dropLast()
        } else if let sign = clock.lastIndex(where: { $0 == 0x2B || $0 == 0x2D }), sign > clock.startIndex,
            clock[sign - 1].isASCIIDigit {
            let digits = clock[sign...].filter { $0 != 0x3A }
            guard digits.count == 3 || digits.count == 5, digits.dropFirst().allSatisfy(\.isASCIIDigit) else {
                return false
            }
            zone = digits[...]
            clock = clock[..<sign]
        }
        if let point = clock.firstIndex(where: { $0 == 0x2E || $0 == 0x2C }) {
            guard clock[(point + 1)...].allSatisfy(\.isASCIIDigit) else { return false }
            clock = clock[..<point]
        }
        let digits = clock.filter { $0 != 0x3A }
        let dashes = digits.prefix { $0 == 0x2D }.count
        let count = digits.count - dashes
        guard dashes <= 2, count > 0, count % 2 == 0, count <= 6 - 2 * dashes,
            digits.dropFirst(dashes).allSatisfy(\.isASCIIDigit), Self.isClock(digits[...], dashes)
        else { return false }
        time = digits[...]
        return true
    }

    private static func isClock(_ digits: ArraySlice<UInt8>, _ dashes: Int) -> Bool {
        var rest = digits.dropFirst(dashes)
        var limit = dashes == 0 ? 23 : dashes == 1 ? 59 : 60
        while !rest.isEmpty {
            guard let value = rest.prefix(2).decimalValue, value <= limit else { return false }
            rest = rest.dropFirst(2)
            limit = limit == 23 ? 59 : 60
        }
        return true
    }

    private static func number(_ text: inout ArraySlice<UInt8>, dropping skipped: Int, _ count: Int) -> Int? {
        let digits = text.dropFirst(skipped).prefix(count)
        guard digits.count == count, let value = digits.decimalValue else { return nil }
        text = text[digits.endIndex...]
        return value
    }

    /// Without a year, of a leap year.
    private static func dayCount(_ year: Int?, _ month: Int) -> Int {
        switch month {
        case 2: year.map { $0 % 4 == 0 && ($0 % 100 != 0 || $0 % 400 == 0) } ?? true ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}

extension DateOrTime {
    /// Whether year, month and day are all there.
    package var isWholeDate: Bool { year != nil && month != nil && day != nil }
    /// Whether hour, minute and second are all there.
    package var isWholeTime: Bool { time.map { $0.count == 6 && $0.first != 0x2D } == true }

    /// RFC 6350 §4.3: the basic form, which is the only one of version 4.0.
    package var basic: [UInt8] { written(separators: false) }
    /// RFC 7095 §3.5.3 and RFC 2426 §4: the form with separators.
    package var extended: [UInt8] { written(separators: true) }

    private func written(separators: Bool) -> [UInt8] {
        var out = date(separators: separators)
        guard let time else { return out }
        out.append(0x54)
        appendPairs(time, separators, to: &out)
        if zone.count > 1, let sign = zone.first {
            out.append(sign)
            appendPairs(zone.dropFirst(), separators, to: &out)
        } else {
            out.append(contentsOf: zone)
        }
        return out
    }

    private func date(separators: Bool) -> [UInt8] {
        var out: [UInt8] = []
        if let year {
            appendDigits(year, 4, to: &out)
        } else if month != nil {
            out.append("--")
        } else if day != nil {
            out.append("---")
        }
        if let month {
            // RFC 6350 §4.3.1: a year and a month alone keep their dash.
            if year != nil && (separators || day == nil) { out.append(0x2D) }
            appendDigits(month, 2, to: &out)
        }
        if let day {
            if separators && month != nil { out.append(0x2D) }
            appendDigits(day, 2, to: &out)
        }
        return out
    }

    private func appendPairs(_ digits: ArraySlice<UInt8>, _ separators: Bool, to out: inout [UInt8]) {
        var isInPair = false
        var isFirst = true
        for byte in digits {
            if separators && byte != 0x2D && !isInPair && !isFirst { out.append(0x3A) }
            out.append(byte)
            guard byte != 0x2D else { continue }
            isFirst = false
            isInPair.toggle()
        }
    }

    private func appendDigits(_ number: Int, _ width: Int, to out: inout [UInt8]) {
        var divisor = width == 4 ? 1000 : 10
        while divisor > 0 {
            out.append(UInt8(truncatingIfNeeded: number / divisor % 10) &+ 0x30)
            divisor /= 10
        }
    }
}

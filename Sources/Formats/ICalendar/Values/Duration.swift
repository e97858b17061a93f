import Bytes
package import CivilTime

extension CivilDuration {
    /// RFC 5545 §3.3.6, in whatever order and mixture the parts come, also none at all (`PT`). Nil for what is no
    /// duration, or is longer than all of the years 1 to 9999.
    package init?(_ value: Span<UInt8>) {
        guard let duration = value.scan(Self.read) else { return nil }
        self = duration
    }

    package init?(_ value: __shared ArraySlice<UInt8>) { self.init(value.span) }

    private static func read(_ scanner: inout ValueScanner) -> CivilDuration? {
        let sign = scanner.sign() ?? 1
        guard scanner.take(0x50) else { return nil }
        var days = 0
        var seconds = 0
        var isTime = false
        while !scanner.isAtEnd {
            if scanner.take(0x54) {
                if isTime { return nil }
                isTime = true
                continue
            }
            guard let number = scanner.number(), let unit = scanner.letter(), number <= Self.longest else { return nil }
            switch (unit, isTime) {
            case (0x57, _): days += number * 7
            case (0x44, _): days += number
            case (0x48, true): seconds += number * 3600
            case (0x4D, true): seconds += number * 60
            case (0x53, true): seconds += number
            default: return nil
            }
            if days > Self.longest / 86_400 || seconds > Self.longest { return nil }
        }
        return CivilDuration(days: sign * days, seconds: sign * seconds)
    }

    /// The seconds of 10,000 years.
    private static let longest = 315_569_520_000

    /// Appends the value; the parts below a week as days, hours, minutes and seconds.
    package func append(to out: inout [UInt8]) {
        if days < 0 || seconds < 0 { out.append(0x2D) }
        out.append(0x50)
        let days = days.magnitude
        let seconds = seconds.magnitude
        if days > 0 && days % 7 == 0 && seconds == 0 {
            out.append(decimal: days / 7)
            out.append(0x57)
            return
        }
        if days > 0 {
            out.append(decimal: days)
            out.append(0x44)
        }
        if seconds == 0 && days > 0 { return }
        out.append(0x54)
        let parts: [(UInt, UInt8)] = [(seconds / 3600, 0x48), (seconds / 60 % 60, 0x4D), (seconds % 60, 0x53)]
        for (number, unit) in parts where number > 0 || (seconds == 0 && unit == 0x53) {
            out.append(decimal: number)
            out.append(unit)
        }
    }
}

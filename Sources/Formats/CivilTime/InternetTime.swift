package import Bytes

/// A date and time of RFC 3339 §5.6.
package enum InternetTime {
    /// Seconds since 1970 in UTC, and the milliseconds beside them; nil for what is none, and for a day that the calendar does not have.
    ///
    /// - Parameter isLenient: as people write it: seconds and the offset (UTC then) may be missing, and a blank may stand for the T.
    package static func parse(_ text: some Collection<UInt8>, isLenient: Bool = false) -> (seconds: Int64, milliseconds: Int64)? {
        var rest = ArraySlice(text)
        func digits(_ count: Int) -> Int? {
            guard rest.count >= count, let value = rest.prefix(count).decimalValue else { return nil }
            rest = rest.dropFirst(count)
            return value
        }
        func take(_ byte: UInt8) -> Bool {
            guard rest.first?.asciiUppercased == byte else { return false }
            rest = rest.dropFirst()
            return true
        }
        guard let year = digits(4), take(0x2D), let month = digits(2), take(0x2D), let day = digits(2),
            take(0x54) || isLenient && take(0x20), let hour = digits(2), take(0x3A), let minute = digits(2),
            let date = CivilDate(year: year, month: month, day: day), hour < 24, minute < 60
        else { return nil }
        var (second, milliseconds) = (0, Int64(0))
        if take(0x3A) {
            guard let found = digits(2), found < 61 else { return nil }
            second = found
            if take(0x2E) {
                let fraction = rest.prefix { $0.isASCIIDigit }
                if fraction.isEmpty { return nil }
                rest = rest[fraction.endIndex...]
                for digit in (fraction + [0x30, 0x30]).prefix(3) { milliseconds = milliseconds * 10 + Int64(digit - 0x30) }
            }
        } else if !isLenient {
            return nil
        }
        let wall = Int64(date.dayNumber) * 86_400 + Int64(hour * 3600 + minute * 60 + second)
        if take(0x5A) || isLenient && rest.isEmpty { return rest.isEmpty ? (wall, milliseconds) : nil }
        let isWest = rest.first == 0x2D
        guard take(isWest ? 0x2D : 0x2B), let hours = digits(2), take(0x3A), let minutes = digits(2), rest.isEmpty,
            hours < 24, minutes < 60
        else { return nil }
        let offset = Int64(hours * 3600 + minutes * 60)
        return (isWest ? wall + offset : wall - offset, milliseconds)
    }

    /// The same in milliseconds since 1970.
    package static func milliseconds(_ text: some Collection<UInt8>, isLenient: Bool = false) -> Int64? {
        parse(text, isLenient: isLenient).map { $0.seconds * 1000 + $0.milliseconds }
    }
}

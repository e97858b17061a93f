import Bytes

/// RFC 5545 §3.3.14: how far the clocks of a place are ahead of UTC.
package struct UTCOffset: Hashable, Sendable {
    /// East of Greenwich is positive; less than a day.
    package let seconds: Int

    /// `+0300`, `-052836`; a colon between the parts, hours alone, and a missing plus are understood. Nil for more than
    /// a day.
    package init?(_ value: Span<UInt8>) {
        guard let offset = value.scan(Self.read) else { return nil }
        self = offset
    }

    package init?(_ value: __shared ArraySlice<UInt8>) { self.init(value.span) }

    private init(seconds: Int) { self.seconds = seconds }

    private static func read(_ scanner: inout ValueScanner) -> UTCOffset? {
        let sign = scanner.sign() ?? 1
        guard let hours = scanner.digits(2) else { return nil }
        var minutes = 0
        var seconds = 0
        if !scanner.isAtEnd {
            _ = scanner.take(0x3A)
            guard let digits = scanner.digits(2) else { return nil }
            minutes = digits
        }
        if !scanner.isAtEnd {
            _ = scanner.take(0x3A)
            guard let digits = scanner.digits(2) else { return nil }
            seconds = digits
        }
        guard scanner.isAtEnd, hours < 24, minutes < 60, seconds < 60 else { return nil }
        return UTCOffset(seconds: sign * (hours * 3600 + minutes * 60 + seconds))
    }

    /// As it stands in a VTIMEZONE: seconds only where there are any.
    package static func bytes(of seconds: Int) -> [UInt8] {
        var text: [UInt8] = [seconds < 0 ? 0x2D : 0x2B]
        let magnitude = Int(clamping: seconds.magnitude)
        text.append(digits: magnitude / 3600, count: 2)
        text.append(digits: magnitude / 60 % 60, count: 2)
        if magnitude % 60 > 0 { text.append(digits: magnitude % 60, count: 2) }
        return text
    }
}

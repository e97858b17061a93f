import Bytes
import Wire

/// Sizes in bytes as people write them: `4096`, `64KiB`, `10 MiB`, `1GB`.
package enum ByteSize {
    private static let binary: [(String, Int)] = [
        ("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10),
    ]
    private static let decimal: [(String, Int)] = [
        ("TB", 1_000_000_000_000), ("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1_000), ("B", 1),
    ]

    /// Nil for a fraction, an unknown unit, or more than `Int` holds.
    package static func parse(_ text: String) -> Int? {
        guard let (number, unit) = NumberWithUnit.split(text) else { return nil }
        if unit.isEmpty { return number }
        for (name, factor) in binary + decimal where name.lowercased() == unit.lowercased() {
            let (product, overflowed) = number.multipliedReportingOverflow(by: factor)
            return overflowed ? nil : product
        }
        return nil
    }

    /// In the largest unit that gives a whole number.
    package static func text(_ size: Int) -> String {
        for (name, factor) in binary where size != 0 && size % factor == 0 { return "\(size / factor)\(name)" }
        return "\(size)B"
    }
}

/// Times as people write them: `500ms`, `30s`, `5m`, `12h`, `90d`. A number alone is none, for nobody could tell its
/// unit.
package enum TimeSpan {
    private static let units: [(String, Int)] = [
        ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1),
    ]

    package static func parse(_ text: String) -> Duration? {
        guard let (number, unit) = NumberWithUnit.split(text) else { return nil }
        if number == 0 && unit.isEmpty { return .zero }
        guard let (_, factor) = units.first(where: { $0.0 == unit.lowercased() }) else { return nil }
        let (product, overflowed) = number.multipliedReportingOverflow(by: factor)
        return overflowed ? nil : .milliseconds(product)
    }

    package static func text(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        let milliseconds = Int(seconds) * 1_000 + Int(attoseconds / 1_000_000_000_000_000)
        if milliseconds == 0 { return "0s" }
        for (name, factor) in units where milliseconds % factor == 0 { return "\(milliseconds / factor)\(name)" }
        return "\(milliseconds)ms"
    }
}

private enum NumberWithUnit {
    static func split(_ text: String) -> (number: Int, unit: String)? {
        let bytes = [UInt8](text.utf8)
        let digits = bytes.prefix { $0.isASCIIDigit }
        guard let number = digits.decimalValue else { return nil }
        return (number, String(utf8: bytes[digits.endIndex...].trimmingASCIIWhitespace))
    }
}

extension ListenAddress: TextSettingElement {
    static let expected = "an address and a port such as *:8443, 127.0.0.1:8080 or [::1]:8080"
}

extension MachineAddress: TextSettingElement {
    static let expected = "an address and a port such as 127.0.0.1:24, or a socket such as unix:/run/tegu/lmtp or unix:/run/tegu/lmtp:666"
}

extension AddressRange: TextSettingElement {
    static let expected = "an address or range such as 127.0.0.1, 10.0.0.0/8 or 2001:db8::/32"
}

package import Bytes

/// RFC 1035 §3.1: a name in the DNS, always complete (absolute). Two names are the same when they differ in the case of
/// ASCII letters only (RFC 4343).
package struct DomainName: Sendable, Hashable, CustomStringConvertible {
    /// Without the empty label of the root; each of 1 to 63 bytes, in the case in which they were given.
    package private(set) var labels: [[UInt8]]

    /// RFC 1035 §2.3.4: octets of the whole name on the wire.
    private static let longest = 255
    private static let longestLabel = 63

    /// The name `.`: in an SRV record, that the service is decidedly not there (RFC 2782).
    package static let root = DomainName(labels: [])

    private init(labels: [[UInt8]]) { self.labels = labels }

    /// Reads what people and zone files write, with or without the last dot: letters, digits, `-`, `_` and `*`; other
    /// bytes as `\DDD`, a dot in a label as `\.` (RFC 1035 §5.1).
    package init(_ text: String) throws(ParseError) {
        let bytes = [UInt8](text.utf8)
        if bytes == [0x2E] {
            self = .root
            return
        }
        var labels: [[UInt8]] = []
        var label: [UInt8] = []
        var length = 1
        var index = 0
        func finish(_ offset: Int) throws(ParseError) {
            guard !label.isEmpty, label.count <= Self.longestLabel else {
                throw ParseError(at: offset, expected: "a label of 1 to 63 bytes")
            }
            length += label.count + 1
            guard length <= Self.longest else { throw ParseError(at: offset, expected: "a name of at most 253 bytes") }
            labels.append(label)
            label = []
        }
        while index < bytes.count {
            let byte = bytes[index]
            switch byte {
            case 0x2E:
                try finish(index)
            case 0x5C:
                let (value, width) = try Self.escaped(bytes[(index + 1)...], at: index)
                label.append(value)
                index += width
            case _ where byte.isASCIILetter || byte.isASCIIDigit || byte == 0x2D || byte == 0x5F || byte == 0x2A:
                label.append(byte)
            default:
                throw ParseError(
                    at: index, expected: "a letter, digit, '-' or '_' (a name in another script in its xn-- form)")
            }
            index += 1
        }
        if bytes.last != 0x2E || !label.isEmpty { try finish(index) }
        self.labels = labels
    }

    private static func escaped(_ rest: ArraySlice<UInt8>, at offset: Int) throws(ParseError) -> (UInt8, Int) {
        let digits = rest.prefix(3)
        if digits.count == 3, let number = digits.decimalValue, let value = UInt8(exactly: number) { return (value, 3) }
        guard let byte = rest.first, !byte.isASCIIDigit else {
            throw ParseError(at: offset, expected: "three digits up to 255 or one character after '\\'")
        }
        return (byte, 1)
    }

    /// Reads an uncompressed name of record data: what libunbound gives has the pointers of RFC 1035 §4.1.4 resolved,
    /// so one that is left can only lead astray.
    init(reading data: inout RecordDataCursor) throws(ParseError) {
        var labels: [[UInt8]] = []
        var length = 1
        while true {
            let count = Int(try data.byte())
            if count == 0 { break }
            guard count <= Self.longestLabel else {
                throw ParseError(at: data.offset - 1, expected: "a label's length")
            }
            length += count + 1
            guard length <= Self.longest else {
                throw ParseError(at: data.offset, expected: "a name of at most 255 bytes")
            }
            labels.append([UInt8](try data.bytes(count)))
        }
        self.labels = labels
    }

    /// The name below this one, e.g. `_caldavs._tcp` in front of `example.org`.
    package func prefixed(by prefix: String) throws(ParseError) -> DomainName {
        let front = try DomainName(prefix)
        let length = (front.labels + labels).reduce(1) { $0 + $1.count + 1 }
        guard length <= Self.longest else { throw ParseError(at: 0, expected: "a name of at most 253 bytes") }
        return DomainName(labels: front.labels + labels)
    }

    /// As a zone file has it, with the last dot.
    package var description: String {
        if labels.isEmpty { return "." }
        var out: [UInt8] = []
        for label in labels {
            for byte in label {
                switch byte {
                case _ where byte.isASCIILetter || byte.isASCIIDigit || byte == 0x2D || byte == 0x5F || byte == 0x2A:
                    out.append(byte)
                case 0x21...0x7E:
                    out.append(0x5C)
                    out.append(byte)
                default:
                    PresentationEscapes.appendDecimal(byte, to: &out)
                }
            }
            out.append(0x2E)
        }
        return String(utf8: out)
    }

    package static func == (a: DomainName, b: DomainName) -> Bool {
        a.labels.count == b.labels.count && zip(a.labels, b.labels).allSatisfy { $0.equalsIgnoringASCIICase($1) }
    }

    package func hash(into hasher: inout Hasher) {
        for label in labels { hasher.combine(label.map(\.asciiLowercased)) }
    }
}

/// RFC 1035 §5.1: bytes of record data in a zone file.
enum PresentationEscapes {
    static func appendDecimal(_ byte: UInt8, to out: inout [UInt8]) {
        out.append(0x5C)
        out.append(0x30 + byte / 100)
        out.append(0x30 + byte / 10 % 10)
        out.append(0x30 + byte % 10)
    }
}

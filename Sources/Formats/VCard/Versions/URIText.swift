import Bytes

/// What can be seen of a URI without knowing its scheme.
enum URIText {
    /// RFC 3986 §3.1
    static func hasScheme(_ value: some Collection<UInt8>) -> Bool {
        guard let first = value.first, first.isASCIILetter else { return false }
        let scheme = value.prefix { $0.isASCIILetter || $0.isASCIIDigit || $0 == 0x2B || $0 == 0x2D || $0 == 0x2E }
        let rest = value.dropFirst(scheme.count)
        return scheme.count > 1 && rest.first == 0x3A && rest.count > 1
    }

    static func hasScheme(_ value: some Collection<UInt8>, _ scheme: StaticString) -> Bool {
        let count = scheme.utf8CodeUnitCount
        return value.prefix(count).equalsIgnoringASCIICase(scheme) && value.dropFirst(count).first == 0x3A
    }

    /// Without the backslashes that writers of version 3.0 put before colons, commas and semicolons.
    static func unescaped(_ value: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var out: [UInt8] = []
        out.reserveCapacity(value.count)
        for (index, byte) in zip(value.indices, value) {
            let next = index + 1 < value.endIndex ? value[index + 1] : 0
            if byte == 0x5C, next == 0x3A || next == 0x2C || next == 0x3B { continue }
            out.append(byte)
        }
        return out[...]
    }

    /// All but unreserved characters as `%XX`.
    static func percentEncoded(_ text: String) -> [UInt8] {
        var out: [UInt8] = []
        for byte in text.utf8 {
            if byte.isASCIILetter || byte.isASCIIDigit || [0x2D, 0x2E, 0x5F, 0x7E, 0x40, 0x2B].contains(byte) {
                out.append(byte)
            } else {
                out.append(0x25)
                out.append(contentsOf: Hexadecimal.encode([byte]).map(\.asciiUppercased))
            }
        }
        return out
    }
}

extension CardLine {
    /// The value as it is.
    var rawText: String { String(utf8: value) }
}

import Bytes

/// Search filters as text (RFC 4515).
package enum LDAPFilter {
    /// RFC 4515 §3: the value with what has a meaning in a filter as `\xx`, and all that is not ASCII too, so that any
    /// bytes may be in it.
    package static func escaped(_ value: some Sequence<UInt8>) -> String {
        var out: [UInt8] = []
        for byte in value {
            switch byte {
            case UInt8(ascii: "*"), UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "\\"), 0...0x1F, 0x7F...0xFF:
                out.append(UInt8(ascii: "\\"))
                out.append(hexDigit(byte >> 4))
                out.append(hexDigit(byte & 15))
            default: out.append(byte)
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    package static func escaped(_ value: String) -> String { escaped(value.utf8) }

    /// `(attribute=value)`.
    static func equals(_ attribute: String, _ value: String) -> String { "(\(attribute)=\(escaped(value)))" }

    /// Any of them; with none, what nothing matches (RFC 4526 §2).
    static func any(_ filters: [String]) -> String {
        filters.count == 1 ? filters[0] : "(|" + filters.joined() + ")"
    }

    static func all(_ filters: [String]) -> String {
        filters.count == 1 ? filters[0] : "(&" + filters.joined() + ")"
    }

    /// Whether it is one filter by the grammar of RFC 4515 §3: for what an administrator writes.
    package static func isWellFormed(_ text: String) -> Bool {
        var rest = ArraySlice(text.utf8)
        return text.utf8.count <= 8_192 && takeFilter(&rest, depth: 0) && rest.isEmpty
    }

    private static func takeFilter(_ rest: inout ArraySlice<UInt8>, depth: Int) -> Bool {
        guard depth < 32, take(UInt8(ascii: "("), &rest), let first = rest.first else { return false }
        switch first {
        case UInt8(ascii: "&"), UInt8(ascii: "|"):
            rest.removeFirst()
            // RFC 4526 §2: an empty list is true or false.
            while rest.first == UInt8(ascii: "(") {
                guard takeFilter(&rest, depth: depth + 1) else { return false }
            }
        case UInt8(ascii: "!"):
            rest.removeFirst()
            guard takeFilter(&rest, depth: depth + 1) else { return false }
        default:
            guard takeItem(&rest) else { return false }
        }
        return take(UInt8(ascii: ")"), &rest)
    }

    /// An attribute (or a rule, with colons), its operator and a value.
    private static func takeItem(_ rest: inout ArraySlice<UInt8>) -> Bool {
        let attribute = rest.prefix {
            $0.isASCIILetter || $0.isASCIIDigit || [0x2D, 0x2E, 0x3A, 0x3B].contains($0)
        }
        rest = rest.dropFirst(attribute.count)
        guard !attribute.isEmpty else { return false }
        if let sign = rest.first, [UInt8(ascii: "~"), UInt8(ascii: "<"), UInt8(ascii: ">")].contains(sign) {
            rest.removeFirst()
        }
        guard take(UInt8(ascii: "="), &rest) else { return false }
        while let byte = rest.first, byte != UInt8(ascii: ")") {
            guard byte != UInt8(ascii: "("), byte != 0 else { return false }
            rest.removeFirst()
            if byte == UInt8(ascii: "\\") {
                guard rest.count >= 2, rest.prefix(2).allSatisfy({ $0.hexadecimalValue != nil }) else { return false }
                rest = rest.dropFirst(2)
            }
        }
        return true
    }

    private static func take(_ byte: UInt8, _ rest: inout ArraySlice<UInt8>) -> Bool {
        guard rest.first == byte else { return false }
        rest.removeFirst()
        return true
    }

    static func hexDigit(_ nibble: UInt8) -> UInt8 { nibble < 10 ? 0x30 + nibble : 0x57 + nibble }
}

import Bytes

/// A distinguished name in the text form of RFC 4514, for comparing: types and values without regard to case, whatever
/// way they are escaped and spaced.
package struct DistinguishedName: Hashable, Sendable {
    private static let maximumLength = 8_192

    /// The relative names, the entry's own first; each the sorted `type=value` of it, in lower case.
    private let relativeNames: [[[UInt8]]]

    /// Nil where it is no distinguished name.
    package init?(_ text: String) {
        guard text.utf8.count <= Self.maximumLength else { return nil }
        var names: [[[UInt8]]] = []
        var rest = ArraySlice(text.utf8)
        if rest.isEmpty {
            relativeNames = []
            return
        }
        while true {
            var pairs: [[UInt8]] = []
            repeat {
                guard let pair = Self.takePair(&rest) else { return nil }
                pairs.append(pair)
            } while Self.take(UInt8(ascii: "+"), &rest)
            names.append(pairs.sorted { $0.lexicographicallyPrecedes($1) })
            if rest.isEmpty { break }
            // RFC 2253's semicolon is still met (RFC 4514 §2.1 has the comma only).
            guard Self.take(UInt8(ascii: ","), &rest) || Self.take(UInt8(ascii: ";"), &rest) else { return nil }
        }
        relativeNames = names
    }

    /// A text that is the same for the same name, and for no other.
    package var comparisonText: String {
        relativeNames.map { pairs in pairs.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "\u{1}") }
            .joined(separator: "\u{2}")
    }

    /// Whether it is below `other` or is it.
    package func isInside(_ other: DistinguishedName) -> Bool {
        relativeNames.count >= other.relativeNames.count
            && relativeNames.suffix(other.relativeNames.count).elementsEqual(other.relativeNames)
    }

    /// RFC 4514 §2.4: a value as it stands in a distinguished name.
    package static func escaped(_ value: String) -> String {
        var out: [UInt8] = []
        let bytes = [UInt8](value.utf8)
        for (index, byte) in bytes.enumerated() {
            let isEdge = index == 0 || index == bytes.count - 1
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "+"), UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "<"),
                UInt8(ascii: ">"), UInt8(ascii: "\\"), UInt8(ascii: "="):
                out += [UInt8(ascii: "\\"), byte]
            case UInt8(ascii: " ") where isEdge, UInt8(ascii: "#") where index == 0:
                out += [UInt8(ascii: "\\"), byte]
            case 0...0x1F, 0x7F:
                out += [UInt8(ascii: "\\"), LDAPFilter.hexDigit(byte >> 4), LDAPFilter.hexDigit(byte & 15)]
            default: out.append(byte)
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    /// `type=value`, in lower case, unescaped, without the blanks around.
    private static func takePair(_ rest: inout ArraySlice<UInt8>) -> [UInt8]? {
        rest = rest.drop { $0 == 0x20 }
        let type = rest.prefix { $0.isASCIILetter || $0.isASCIIDigit || $0 == 0x2D || $0 == 0x2E }
        rest = rest.dropFirst(type.count).drop { $0 == 0x20 }
        guard !type.isEmpty, take(UInt8(ascii: "="), &rest) else { return nil }
        rest = rest.drop { $0 == 0x20 }
        var value: [UInt8] = []
        var keptCount = 0  // up to the last byte that is no blank around the value
        while let byte = rest.first {
            switch byte {
            case UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "+"):
                return pair(type, value.prefix(keptCount))
            case UInt8(ascii: "\\"):
                rest.removeFirst()
                guard let next = rest.first else { return nil }
                rest.removeFirst()
                if let high = next.hexadecimalValue, let low = rest.first.flatMap(\.hexadecimalValue) {
                    rest.removeFirst()
                    value.append(high << 4 | low)
                } else {
                    value.append(next)
                }
                keptCount = value.count
            case 0: return nil
            default:
                rest.removeFirst()
                value.append(byte)
                if byte != 0x20 { keptCount = value.count }
            }
        }
        return pair(type, value.prefix(keptCount))
    }

    /// What is no UTF-8 keeps its bytes.
    private static func pair(_ type: ArraySlice<UInt8>, _ value: ArraySlice<UInt8>) -> [UInt8] {
        let folded = String(validating: value, as: UTF8.self).map { [UInt8]($0.lowercased().utf8) } ?? [UInt8](value)
        return type.map(\.asciiLowercased) + [UInt8(ascii: "=")] + folded
    }

    private static func take(_ byte: UInt8, _ rest: inout ArraySlice<UInt8>) -> Bool {
        guard rest.first == byte else { return false }
        rest.removeFirst()
        return true
    }
}

import Bytes

/// The name under which a principal signs in, and its segment in URLs: `name@domain`, all in lower case.
///
/// A name is of letters, digits and a few marks: nothing in it needs to be escaped in a path, a shell or a log, and
/// nothing looks like two names (`/`, `:`, `@`, blanks, controls, invisible characters).
package struct SignInName: Hashable, Sendable, CustomStringConvertible {
    /// Bytes of the part before `@`.
    package static let maximumNameLength = 64
    /// RFC 1035 §2.3.4.
    package static let maximumDomainLength = 253

    package let name: String
    package let domain: String

    /// `text` is `name@domain`, or `name` in the default domain; in any case of letters. Nil where it can be no name.
    package init?(_ text: String, defaultDomain: String) {
        let bytes = text.utf8
        guard bytes.count <= Self.maximumNameLength + 1 + Self.maximumDomainLength else { return nil }
        if let at = bytes.lastIndex(of: UInt8(ascii: "@")) {
            self.init(name: String(text[..<at]), domain: String(text[bytes.index(after: at)...]))
        } else {
            self.init(name: text, domain: defaultDomain)
        }
    }

    /// From its parts, in any case of letters. Nil where they can be no name.
    package init?(name: String, domain: String) {
        guard let name = Self.foldedName(name), let domain = Self.foldedDomain(domain) else { return nil }
        self.name = name
        self.domain = domain
    }

    /// `name@domain`.
    package var description: String { "\(name)@\(domain)" }

    // MARK: Syntax

    private static func foldedName(_ text: String) -> String? {
        guard let first = text.utf8.first, let last = text.utf8.last, text.utf8.count <= maximumNameLength,
            // A leading dash is an option to commands; dots at the ends are lost by clients.
            first != UInt8(ascii: "-"), first != UInt8(ascii: "."), last != UInt8(ascii: ".")
        else { return nil }
        var isFolded = true
        for byte in text.utf8 {
            if byte >= 0x80 { return foldedUnicodeName(text) }
            guard isNameByte(byte) else { return nil }
            if byte != byte.asciiLowercased { isFolded = false }
        }
        return isFolded ? text : text.lowercased()
    }

    private static func foldedUnicodeName(_ text: String) -> String? {
        let folded = text.lowercased()
        guard folded.utf8.count <= maximumNameLength else { return nil }
        for scalar in folded.unicodeScalars {
            if scalar.isASCII {
                guard isNameByte(UInt8(truncatingIfNeeded: scalar.value)) else { return nil }
            } else {
                switch scalar.properties.generalCategory {
                case .lowercaseLetter, .otherLetter, .modifierLetter, .nonspacingMark, .spacingMark, .decimalNumber:
                    break
                default: return nil
                }
            }
        }
        return folded
    }

    /// The marks are those of RFC 5322 §3.2.3 (atext) that are harmless everywhere.
    private static func isNameByte(_ byte: UInt8) -> Bool {
        if byte.isASCIILetter || byte.isASCIIDigit { return true }
        switch byte {
        case UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "+"), UInt8(ascii: "="),
            UInt8(ascii: "~"), UInt8(ascii: "'"):
            return true
        default: return false
        }
    }

    /// RFC 1123 §2.1; internationalised domains in their ASCII form (`xn--...`), as the DNS has them.
    static func foldedDomain(_ text: String) -> String? {
        guard 1...maximumDomainLength ~= text.utf8.count else { return nil }
        var labelLength = 0
        var previous = UInt8(ascii: ".")
        var isFolded = true
        for byte in text.utf8 {
            if byte == UInt8(ascii: ".") {
                guard labelLength > 0, previous != UInt8(ascii: "-") else { return nil }
                labelLength = 0
            } else {
                guard byte.isASCIILetter || byte.isASCIIDigit || (byte == UInt8(ascii: "-") && labelLength > 0) else {
                    return nil
                }
                labelLength += 1
                guard labelLength <= 63 else { return nil }
                if byte != byte.asciiLowercased { isFolded = false }
            }
            previous = byte
        }
        guard labelLength > 0, previous != UInt8(ascii: "-") else { return nil }
        return isFolded ? text : text.lowercased()
    }
}

import Bytes

/// The form in which mail addresses are kept and compared.
package enum MailAddress {
    /// RFC 5321 §4.5.3.1.3, without the angle brackets.
    package static let maximumLength = 254

    /// `address` in lower case; nil where it is none that is served: a dot-atom (RFC 5321 §4.1.2), UTF-8 allowed, and a
    /// domain. RFC 5321 §2.4 leaves the case of the local part to the host that owns it: here it has no meaning.
    package static func folded(_ address: String) -> String? {
        let bytes = address.utf8
        guard bytes.count <= maximumLength, let at = bytes.lastIndex(of: UInt8(ascii: "@")) else { return nil }
        let localPart = address[..<at].lowercased()
        guard 1...64 ~= localPart.utf8.count, isDotAtom(localPart),
            let domain = SignInName.foldedDomain(String(address[bytes.index(after: at)...]))
        else { return nil }
        return "\(localPart)@\(domain)"
    }

    private static func isDotAtom(_ text: String) -> Bool {
        var previous: Unicode.Scalar = "."
        for scalar in text.unicodeScalars {
            if scalar == "." {
                if previous == "." { return false }
            } else if scalar.isASCII {
                guard UInt8(truncatingIfNeeded: scalar.value).isAtext else { return false }
            } else {
                switch scalar.properties.generalCategory {
                case .control, .format, .surrogate, .privateUse, .unassigned, .spaceSeparator, .lineSeparator,
                    .paragraphSeparator:
                    return false
                default: break
                }
            }
            previous = scalar
        }
        return previous != "."
    }
}

/// How a text-match compares (RFC 4790). The two RFCs that ask for collations name these three.
package enum Collation: String, Hashable, Sendable, CaseIterable {
    /// RFC 4790 §9.2: letters of ASCII without case.
    case asciiCasemap = "i;ascii-casemap"
    /// RFC 4790 §9.3: octets.
    case octet = "i;octet"
    /// RFC 5051: all letters without case, and without regard to how a character is composed.
    case unicodeCasemap = "i;unicode-casemap"
}

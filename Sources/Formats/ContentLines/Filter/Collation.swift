import Bytes

/// How a text-match compares (RFC 4790). The two RFCs that ask for collations name these three.
///
/// For each, equality and substrings are those of the octets of the folded text. Of two texts in UTF-8 the folded whole is
/// the two folded parts side by side.
package enum Collation: String, Hashable, Sendable, CaseIterable {
    /// RFC 4790 §9.2: letters of ASCII without case.
    case asciiCasemap = "i;ascii-casemap"
    /// RFC 4790 §9.3: octets.
    case octet = "i;octet"
    /// RFC 5051: all letters without case, and without regard to how a character is composed.
    case unicodeCasemap = "i;unicode-casemap"

    /// What is compared of `text`.
    package func folded(_ text: ArraySlice<UInt8>) -> [UInt8] {
        var out: [UInt8] = []
        appendFolded(text, to: &out)
        return out
    }

    /// What is compared of `text`.
    package func folded(_ text: String) -> [UInt8] { folded([UInt8](text.utf8)[...]) }

    /// Appends what is compared of `text`.
    package func appendFolded(_ text: ArraySlice<UInt8>, to out: inout [UInt8]) {
        switch self {
        case .octet: out.append(contentsOf: text)
        case .asciiCasemap: out.append(contentsOf: text.lazy.map(\.asciiUppercased))
        case .unicodeCasemap: text.withUnsafeBufferPointer { UnicodeCasemap.shared.append($0, to: &out) }
        }
    }
}

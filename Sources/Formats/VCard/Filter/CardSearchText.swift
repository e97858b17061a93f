import Bytes
package import ContentLines

/// The texts of a card, folded, for ruling out cards by an index before they are read.
package enum CardSearchText {
    /// A card with more text is not told by it.
    package static let maximumByteCount = 16 * 1024

    /// Nil for a card with too much text: it can only be read.
    package static func of(_ card: Component) -> [UInt8]? {
        var text = SearchText(limit: maximumByteCount)
        for line in card.properties where !isBinary(line.name) {
            if !text.add(line) { return nil }
        }
        return text.result
    }

    /// RFC 6350 §6.2.4, §6.6.3, §6.7.5, §6.8.1: pictures, sounds and keys, in which nobody looks for words.
    static func isBinary(_ name: some Collection<UInt8>) -> Bool {
        switch name.count {
        case 3: name.equalsIgnoringASCIICase("KEY")
        case 4: name.equalsIgnoringASCIICase("LOGO")
        case 5: name.equalsIgnoringASCIICase("PHOTO") || name.equalsIgnoringASCIICase("SOUND")
        default: false
        }
    }
}

extension CardFilter {
    /// What the search text of a card that the filter matches must contain; nil where the filter asks for something else than
    /// that a text is there.
    package var requiredSubstrings: RequiredSubstrings? {
        let required = properties.map(\.requiredSubstrings)
        return isAnyOf ? RequiredSubstrings(anyOf: required) : RequiredSubstrings(allOf: required)
    }
}

extension CardPropertyFilter {
    fileprivate var requiredSubstrings: RequiredSubstrings? {
        if isNotDefined || CardSearchText.isBinary(groupAndName.name) { return nil }
        // The values of parameters are not in the search text.
        let required = texts.map { RequiredSubstrings($0) }
            + [RequiredSubstrings?](repeating: nil, count: parameters.count)
        return isAnyOf ? RequiredSubstrings(anyOf: required) : RequiredSubstrings(allOf: required)
    }
}

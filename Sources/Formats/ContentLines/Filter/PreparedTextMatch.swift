import Bytes

/// A text-match whose needle is folded, once for all that it is asked of.
package struct PreparedTextMatch: Sendable {
    package let match: TextMatch
    /// What is looked for.
    package let needle: [UInt8]

    package init(_ match: TextMatch) {
        self.match = match
        needle = match.collation.folded(match.text)
    }

    /// Whether the test holds for a text that is there.
    package func matches(_ text: ArraySlice<UInt8>) -> Bool {
        var scratch: [UInt8] = []
        return matches(text, scratch: &scratch)
    }

    /// As `matches(_:)`; `scratch` is memory that whoever asks often keeps between the questions.
    package func matches(_ text: ArraySlice<UInt8>, scratch: inout [UInt8]) -> Bool {
        finds(text, scratch: &scratch) != match.isNegated
    }

    /// Whether the text is found, negated or not.
    package func finds(_ text: ArraySlice<UInt8>, scratch: inout [UInt8]) -> Bool {
        if match.collation == .octet { return text.withUnsafeBufferPointer { isFound(in: $0) } }
        scratch.removeAll(keepingCapacity: true)
        match.collation.appendFolded(text, to: &scratch)
        return scratch.withUnsafeBufferPointer { isFound(in: $0) }
    }

    private func isFound(in text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard text.count >= needle.count else { return false }
        switch match.matchType {
        case .contains: return UnsafeRawBufferPointer(text).contains(needle)
        case .equals: return text.elementsEqual(needle)
        case .startsWith: return text.prefix(needle.count).elementsEqual(needle)
        case .endsWith: return text.suffix(needle.count).elementsEqual(needle)
        }
    }
}

extension TextMatch {
    /// RFC 4791 §9.7.5, RFC 6352 §10.5.4: whether the test holds for a text that is there.
    package func matches(_ text: ArraySlice<UInt8>) -> Bool { PreparedTextMatch(self).matches(text) }
}

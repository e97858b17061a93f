import Bytes
package import ContentLines

/// Tells which cards a filter asks for. It is prepared once for a query, and looks at bytes.
///
/// What RFC 6352 §10.5 leaves open:
///
/// - All tests of one property filter are about the same property: `allof` is not met by one EMAIL with the text and another with
///   the parameter.
/// - A text is looked for in the decoded value. That of N, ADR and ORG is one text with semicolons between its parts, so
///   `equals` means all of them. Of NICKNAME and CATEGORIES each item is a text too.
/// - A group of Apple's clients (X-ADDRESSBOOKSERVER-KIND, X-ADDRESSBOOKSERVER-MEMBER) has KIND and MEMBER as well, and one of
///   vCard 4.0 has theirs: the answer has the card in either version, whatever is stored.
/// - A negated text holds for a property that is there and has not the text; one such property is enough.
package struct CardFilterEvaluator: Sendable {
    private let isAnyOf: Bool
    private let properties: [PreparedProperty]

    package init(_ filter: CardFilter) {
        isAnyOf = filter.isAnyOf
        properties = filter.properties.map(PreparedProperty.init)
    }

    /// Whether the only or first card of `document` passes.
    package func matches(_ document: VCardDocument) -> Bool {
        document.cards.first.map(matches) ?? false
    }

    /// Whether `card`, a VCARD of any version, passes.
    package func matches(_ card: Component) -> Bool {
        // RFC 6352 §8.6: without a property filter all cards are asked for.
        if properties.isEmpty { return true }
        var scratch: [UInt8] = []
        for property in properties where property.matches(card, scratch: &scratch) == isAnyOf { return isAnyOf }
        return !isAnyOf
    }
}

/// RFC 6352 §10.5.1
private struct PreparedProperty: Sendable {
    let group: [UInt8]?
    let name: [UInt8]
    /// What the property is called in the other version of vCard.
    let otherName: [UInt8]?
    let isNotDefined: Bool
    let isAnyOf: Bool
    let isList: Bool
    let texts: [PreparedTextMatch]
    let parameters: [PreparedParameterFilter]

    init(_ filter: CardPropertyFilter) {
        let (group, name) = filter.groupAndName
        self.group = group
        self.name = name
        otherName = Self.otherName(of: name)
        isNotDefined = filter.isNotDefined
        isAnyOf = filter.isAnyOf
        isList = name.equalsIgnoringASCIICase("NICKNAME") || name.equalsIgnoringASCIICase("CATEGORIES")
        texts = filter.texts.map(PreparedTextMatch.init)
        parameters = filter.parameters.map(PreparedParameterFilter.init)
    }

    private static func otherName(of name: [UInt8]) -> [UInt8]? {
        let prefix = [UInt8]("X-ADDRESSBOOKSERVER-".utf8)
        for plain in ["KIND", "MEMBER"].map({ [UInt8]($0.utf8) }) {
            if name.equalsIgnoringASCIICase(plain) { return prefix + plain }
            if name.equalsIgnoringASCIICase(prefix + plain) { return plain }
        }
        return nil
    }

    func matches(_ card: Component, scratch: inout [UInt8]) -> Bool {
        for line in card.properties where isAbout(line) {
            if isNotDefined { return false }
            if holds(line, scratch: &scratch) { return true }
        }
        return isNotDefined
    }

    private func isAbout(_ line: ContentLine) -> Bool {
        guard line.name.count == name.count && line.isNamed(name) || otherName.map({ line.isNamed($0) }) ?? false else { return false }
        // RFC 6352 §10.5.1: a name without a group is found in any, one with a group only there.
        guard let group else { return true }
        return line.group?.equalsIgnoringASCIICase(group) ?? false
    }

    private func holds(_ line: ContentLine, scratch: inout [UInt8]) -> Bool {
        if texts.isEmpty && parameters.isEmpty { return true }
        for text in texts where text.matches(line, isList: isList, scratch: &scratch) == isAnyOf { return isAnyOf }
        for parameter in parameters where parameter.matches(line, scratch: &scratch) == isAnyOf { return isAnyOf }
        return !isAnyOf
    }
}

extension CardPropertyFilter {
    /// RFC 6350 §3.3: what stands before the dot, and after it.
    var groupAndName: (group: [UInt8]?, name: [UInt8]) {
        let bytes = [UInt8](name.utf8)
        guard let dot = bytes.firstIndex(of: 0x2E) else { return (nil, bytes) }
        return ([UInt8](bytes[..<dot]), [UInt8](bytes[(dot + 1)...]))
    }
}

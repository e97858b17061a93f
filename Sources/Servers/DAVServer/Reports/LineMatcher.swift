import Bytes
import ContentLines
import DAVGrammar
import XML

/// The tests on properties that CalDAV and CardDAV share (RFC 4791 §9.7.2 to §9.7.5, RFC 6352 §10.5).
enum LineMatcher {
    private static let collations: Set<String> = ["i;ascii-casemap", "i;octet", "i;unicode-casemap", "default"]

    static func check(_ filter: PropertyFilter, unsupported: XMLName) throws {
        for text in filter.texts + filter.parameters.compactMap(\.text) where !collations.contains(text.collation) {
            throw Reply(.forbidden, condition: unsupported, "The collation \(text.collation) is not served.")
        }
    }

    /// `lines`: all properties of the filter's name.
    static func matches(_ lines: [ContentLine], _ filter: PropertyFilter) -> Bool {
        if filter.isNotDefined { return lines.isEmpty }
        return lines.contains { matches($0, filter) }
    }

    private static func matches(_ line: ContentLine, _ filter: PropertyFilter) -> Bool {
        let tests = filter.texts.count + filter.parameters.count
        if tests == 0 { return true }
        let text = filter.texts.isEmpty ? "" : line.text
        let texts = filter.texts.lazy.map { matches(text, $0) }
        let parameters = filter.parameters.lazy.map { matches(line, $0) }
        return filter.isAnyOf
            ? texts.contains(true) || parameters.contains(true)
            : texts.allSatisfy { $0 } && parameters.allSatisfy { $0 }
    }

    private static func matches(_ line: ContentLine, _ filter: ParameterFilter) -> Bool {
        let values = line.parameters.filter { $0.name.equalsIgnoringASCIICase(filter.name.utf8) }.flatMap(\.values)
        if filter.isNotDefined { return values.isEmpty }
        guard let text = filter.text else { return !values.isEmpty }
        // RFC 4791 §9.7.3: the parameter must be there, also for a negated match.
        return !values.isEmpty && (text.isNegated
            ? values.allSatisfy { matches($0, text) } : values.contains { matches($0, text) })
    }

    private static func matches(_ value: String, _ match: TextMatch) -> Bool {
        let (hay, needle) = (folded(value, match.collation), folded(match.text, match.collation))
        let holds = switch match.matchType {
        case .equals: hay == needle
        case .startsWith: hay.starts(with: needle)
        case .endsWith: hay.reversed().starts(with: needle.reversed())
        case .contains: needle.isEmpty || hay.contains(needle)
        }
        return holds != match.isNegated
    }

    /// RFC 4790 §9.2 and §9.3, RFC 5051.
    private static func folded(_ text: String, _ collation: String) -> [UInt8] {
        switch collation {
        case "i;octet": [UInt8](text.utf8)
        case "i;ascii-casemap": text.utf8.map(\.asciiUppercased)
        default: [UInt8](text.uppercased().lowercased().utf8)
        }
    }
}

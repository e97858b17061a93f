import Bytes
import ContentLines
import XML

/// The elements of filters that CalDAV and CardDAV share but for their namespace (RFC 4791 §9.7, RFC 6352 §10.5). What a
/// filter holds that the RFCs do not know is told by `supported-filter`, what breaks their rules by `valid-filter`.
struct FilterElements: Sendable {
    let textMatch: XMLName
    let isNotDefined: XMLName
    let supportedFilter: XMLName
    let validFilter: XMLName
    let supportedCollation: XMLName
    /// RFC 4791 §7.5: i;ascii-casemap; RFC 6352 §10.5.4: i;unicode-casemap.
    let defaultCollation: Collation

    static let calendar = FilterElements(
        textMatch: .caldav(.textMatch), isNotDefined: .caldav(.isNotDefined), supportedFilter: .caldav(.supportedFilter),
        validFilter: .caldav(.validFilter), supportedCollation: .caldav(.supportedCollation), defaultCollation: .asciiCasemap)
    /// RFC 6352 has no `valid-filter`.
    static let card = FilterElements(
        textMatch: .carddav(.textMatch), isNotDefined: .carddav(.isNotDefined), supportedFilter: .carddav(.supportedFilter),
        validFilter: .carddav(.supportedFilter), supportedCollation: .carddav(.supportedCollation),
        defaultCollation: .unicodeCasemap)

    func name(of element: XMLElement) throws(RequestBodyError) -> String {
        guard let name = element.attribute("name"), !name.isEmpty else { throw invalid("A filter has a name.") }
        return String(utf8: name)
    }

    func text(_ element: XMLElement) throws(RequestBodyError) -> TextMatch {
        var collation = defaultCollation
        // RFC 4790 §3.1: "default" is the one that the protocol names.
        if let name = element.attribute("collation").map({ String(utf8: $0) }), name != "default" {
            guard let known = Collation(rawValue: name.lowercased()) else {
                throw .refused(supportedCollation, "The collation \(name) is not served.")
            }
            collation = known
        }
        let isNegated: Bool
        switch String(utf8: element.attribute("negate-condition") ?? []).lowercased() {
        case "yes": isNegated = true
        case "no", "": isNegated = false
        default: throw invalid("A negate-condition is yes or no.")
        }
        var matchType = TextMatch.MatchType.contains
        if let name = element.attribute("match-type") {
            guard let known = TextMatch.MatchType(rawValue: String(utf8: name)) else {
                throw invalid("A match-type is equals, contains, starts-with or ends-with.")
            }
            matchType = known
        }
        return TextMatch(String(utf8: element.text), collation: collation, isNegated: isNegated, matchType: matchType)
    }

    /// RFC 4791 §9.7.3, RFC 6352 §10.5.2: one test at most.
    func parameter(_ element: XMLElement) throws(RequestBodyError) -> ParameterFilter {
        var filter = ParameterFilter(name: try name(of: element))
        for child in element.children {
            guard filter.test == .isDefined else { throw invalid("A param-filter has one test.") }
            if child.name == isNotDefined {
                filter.test = .isNotDefined
            } else if child.name == textMatch {
                filter.test = .matches(try text(child))
            } else {
                throw unsupported(child)
            }
        }
        return filter
    }

    func invalid(_ sentence: String) -> RequestBodyError { .refused(validFilter, sentence) }

    func unsupported(_ element: XMLElement) -> RequestBodyError {
        .refused(supportedFilter, "A filter with \(element.name.local) is not served.")
    }
}

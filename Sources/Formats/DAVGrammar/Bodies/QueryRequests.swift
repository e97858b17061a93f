import Bytes
import XML

/// RFC 4791 §9.5.
package struct CalendarQueryRequest: Sendable {
    package var properties: PropertyRequest
    package var filter: ComponentFilter

    init(_ root: XMLElement) throws(RequestBodyError) {
        properties = try PropertyRequest(in: root)
        guard let outer = root.firstChild(named: .caldav(.filter))?.firstChild(named: .caldav(.compFilter)) else {
            throw .notXML("A calendar-query has a filter with a comp-filter.")
        }
        filter = try ComponentFilter(outer)
    }
}

/// RFC 4791 §9.7.1: what a component must have.
package struct ComponentFilter: Sendable {
    package var name: String
    package var isNotDefined = false
    package var timeRange: TimeRange?
    package var properties: [PropertyFilter] = []
    package var components: [ComponentFilter] = []

    init(_ element: XMLElement) throws(RequestBodyError) {
        name = try Self.name(of: element)
        for child in element.children {
            switch child.name {
            case .caldav(.isNotDefined): isNotDefined = true
            case .caldav(.timeRange): timeRange = try TimeRange(child)
            case .caldav(.propFilter): properties.append(try PropertyFilter(child))
            case .caldav(.compFilter): components.append(try ComponentFilter(child))
            default: continue
            }
        }
    }

    static func name(of element: XMLElement) throws(RequestBodyError) -> String {
        guard let name = element.attribute("name"), !name.isEmpty else { throw .notXML("A filter has a name.") }
        return String(utf8: name).uppercased()
    }
}

/// RFC 4791 §9.9: as sent, `YYYYMMDDTHHMMSSZ`; one of the two is there.
package struct TimeRange: Sendable {
    package var start: String?
    package var end: String?

    init(_ element: XMLElement) throws(RequestBodyError) {
        start = element.attribute("start").map { String(utf8: $0) }
        end = element.attribute("end").map { String(utf8: $0) }
        if start == nil && end == nil { throw .notXML("A time-range has a start or an end.") }
    }
}

/// RFC 4791 §9.7.2, RFC 6352 §10.5.1: what a property must have.
package struct PropertyFilter: Sendable {
    package var name: String
    package var isNotDefined = false
    package var timeRange: TimeRange?
    package var texts: [TextMatch] = []
    package var parameters: [ParameterFilter] = []
    /// Whether one of the tests is enough (RFC 6352: the default there; in RFC 4791 all must hold).
    package var isAnyOf: Bool

    init(_ element: XMLElement) throws(RequestBodyError) {
        name = try ComponentFilter.name(of: element)
        isAnyOf = false
        if case .carddav = element.name {
            isAnyOf = !(element.attribute("test").map { $0.equalsIgnoringASCIICase("allof") } ?? false)
        }
        for child in element.children {
            switch child.name {
            case .caldav(.isNotDefined), .carddav(.isNotDefined): isNotDefined = true
            case .caldav(.timeRange): timeRange = try TimeRange(child)
            case .caldav(.textMatch), .carddav(.textMatch): texts.append(try TextMatch(child))
            case .caldav(.paramFilter), .carddav(.paramFilter): parameters.append(try ParameterFilter(child))
            default: continue
            }
        }
    }
}

/// RFC 4791 §9.7.3, RFC 6352 §10.5.2.
package struct ParameterFilter: Sendable {
    package var name: String
    package var isNotDefined = false
    package var text: TextMatch?

    init(_ element: XMLElement) throws(RequestBodyError) {
        name = try ComponentFilter.name(of: element)
        for child in element.children {
            switch child.name {
            case .caldav(.isNotDefined), .carddav(.isNotDefined): isNotDefined = true
            case .caldav(.textMatch), .carddav(.textMatch): text = try TextMatch(child)
            default: continue
            }
        }
    }
}

/// RFC 4791 §9.7.5, RFC 6352 §10.5.4.
package struct TextMatch: Sendable {
    package enum MatchType: Sendable { case contains, equals, startsWith, endsWith }

    package var text: String
    package var collation: String
    package var isNegated: Bool
    package var matchType: MatchType

    init(_ element: XMLElement) throws(RequestBodyError) {
        text = String(utf8: element.text)
        let isCard = if case .carddav = element.name { true } else { false }
        // RFC 4791 §9.7.5: i;ascii-casemap; RFC 6352 §10.5.4: i;unicode-casemap.
        collation = element.attribute("collation").map { String(utf8: $0) } ?? (isCard ? "i;unicode-casemap" : "i;ascii-casemap")
        isNegated = element.attribute("negate-condition").map { $0.equalsIgnoringASCIICase("yes") } ?? false
        switch String(utf8: element.attribute("match-type") ?? []) {
        case "equals": matchType = .equals
        case "starts-with": matchType = .startsWith
        case "ends-with": matchType = .endsWith
        case "", "contains": matchType = .contains
        default: throw .notXML("A match-type is equals, contains, starts-with or ends-with.")
        }
    }
}

/// RFC 6352 §10.3.
package struct AddressbookQueryRequest: Sendable {
    package var properties: PropertyRequest
    package var filters: [PropertyFilter]
    /// RFC 6352 §10.5: the default is that one is enough.
    package var isAnyOf: Bool
    package var limit: Int?

    init(_ root: XMLElement) throws(RequestBodyError) {
        properties = try PropertyRequest(in: root)
        filters = []
        isAnyOf = true
        // Thunderbird sends no filter where it means all.
        if let filter = root.firstChild(named: .carddav(.filter)) {
            isAnyOf = !(filter.attribute("test").map { $0.equalsIgnoringASCIICase("allof") } ?? false)
            for child in filter.children where child.name == .carddav(.propFilter) { filters.append(try PropertyFilter(child)) }
        }
        if let limit = root.firstChild(named: .carddav(.limit))?.firstChild(named: .carddav(.nresults)) {
            guard let number = limit.trimmedText.decimalValue else { throw .notXML("nresults is a number.") }
            self.limit = number
        }
    }
}

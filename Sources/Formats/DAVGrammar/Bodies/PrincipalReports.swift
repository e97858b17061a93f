import Bytes
package import XML

/// RFC 3744 §9.3.
package struct PrincipalMatchRequest: Sendable {
    /// Whether the asker's own principals are asked for, and not resources that name one in `property`.
    package var matchesSelf: Bool
    package var property: XMLName?
    package var properties: PropertyRequest

    init(_ root: XMLElement) throws(RequestBodyError) {
        matchesSelf = root.firstChild(named: .dav(.selfPrincipal)) != nil
        property = root.firstChild(named: .dav(.principalProperty))?.children.first { _ in true }?.name
        guard matchesSelf || property != nil else { throw .notXML("A principal-match has self or principal-property.") }
        properties = try root.firstChild(named: .dav(.prop)) == nil ? .named([]) : PropertyRequest(in: root)
    }
}

/// RFC 3744 §9.4, with the attributes that Apple's server added (`test`, `match-type`).
package struct PrincipalPropertySearchRequest: Sendable {
    package enum MatchType: Sendable { case contains, startsWith, endsWith, equals }

    package struct Search: Sendable {
        package var properties: [XMLName]
        package var text: String
        package var matchType: MatchType
    }

    /// Whether one search that matches is enough.
    package var isAnyOf: Bool
    /// None: the Python caldav library asks so for "all principals".
    package var searches: [Search]
    package var properties: PropertyRequest

    init(_ root: XMLElement) throws(RequestBodyError) {
        isAnyOf = root.attribute("test").map { $0.equalsIgnoringASCIICase("anyof") } ?? false
        var searches: [Search] = []
        for search in root.children where search.name == .dav(.propertySearch) {
            guard let match = search.firstChild(named: .dav(.match)) else { throw .notXML("A property-search has a match.") }
            searches.append(Search(
                properties: search.firstChild(named: .dav(.prop))?.children.map(\.name) ?? [],
                text: String(utf8: match.trimmedText), matchType: Self.matchType(match.attribute("match-type"))))
        }
        self.searches = searches
        properties = try root.firstChild(named: .dav(.prop)) == nil ? .named([]) : PropertyRequest(in: root)
        if case .named(let named) = properties, named.isEmpty { properties = .named(try Self.besideProp(root)) }
    }

    /// The Python caldav library writes an empty DAV:prop, and the properties that it wants beside it.
    private static func besideProp(_ root: XMLElement) throws(RequestBodyError) -> [PropertyRequest.Property] {
        let known: [XMLName] = [.dav(.prop), .dav(.propertySearch), .dav(.applyToPrincipalCollectionSet)]
        var properties: [PropertyRequest.Property] = []
        for child in root.children where !known.contains(child.name) && properties.count < PropertyRequest.maximumCount {
            properties.append(try PropertyRequest.Property(child))
        }
        return properties
    }

    private static func matchType(_ attribute: [UInt8]?) -> MatchType {
        switch String(utf8: attribute ?? []) {
        case "starts-with": .startsWith
        case "ends-with": .endsWith
        case "equals": .equals
        default: .contains
        }
    }
}

/// The search of Apple's clients (calendarserver-principal-search): words, each of which must be found somewhere.
package struct CalendarserverPrincipalSearchRequest: Sendable {
    package var tokens: [String]
    package var limit: Int?
    package var properties: PropertyRequest

    init(_ root: XMLElement) throws(RequestBodyError) {
        tokens = root.children.filter { $0.name == .calendarServer(.searchToken) }.map { String(utf8: $0.trimmedText) }
            .filter { !$0.isEmpty }
        limit = root.firstChild(named: .dav(.limit))?.firstChild(named: .dav(.nresults))?.trimmedText.decimalValue
        properties = try root.firstChild(named: .dav(.prop)) == nil ? .named([]) : PropertyRequest(in: root)
    }
}

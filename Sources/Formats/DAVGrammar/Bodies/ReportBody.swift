import Bytes
package import XML

/// The body of a REPORT (RFC 3253 §3.6): which report, and what it asks.
package enum ReportBody: Sendable {
    case syncCollection(SyncCollectionRequest)
    case calendarMultiget(MultigetRequest)
    case addressbookMultiget(MultigetRequest)
    case calendarQuery(CalendarQueryRequest)
    case addressbookQuery(AddressbookQueryRequest)
    case freeBusyQuery(FreeBusyQueryRequest)
    case expandProperty(ExpandPropertyRequest)
    case principalMatch(PrincipalMatchRequest)
    case principalPropertySearch(PrincipalPropertySearchRequest)
    case principalSearchPropertySet
    case aclPrincipalPropSet(PropertyRequest)
    case calendarserverPrincipalSearch(CalendarserverPrincipalSearchRequest)
    case unknown(XMLName)

    package static func parse(_ bytes: [UInt8]) throws(RequestBodyError) -> ReportBody {
        let root: XMLElement
        do {
            root = try XMLDocument.parse(bytes).root
        } catch {
            throw .notXML("The body is no XML that is taken: \(error).")
        }
        switch root.name {
        case .dav(.syncCollection): return .syncCollection(try SyncCollectionRequest(root))
        case .caldav(.calendarMultiget): return .calendarMultiget(try MultigetRequest(root))
        case .carddav(.addressbookMultiget): return .addressbookMultiget(try MultigetRequest(root))
        case .caldav(.calendarQuery): return .calendarQuery(try CalendarQueryRequest(root))
        case .carddav(.addressbookQuery): return .addressbookQuery(try AddressbookQueryRequest(root))
        case .caldav(.freeBusyQuery): return .freeBusyQuery(try FreeBusyQueryRequest(root))
        case .dav(.expandProperty): return .expandProperty(ExpandPropertyRequest(root))
        case .dav(.principalMatch): return .principalMatch(try PrincipalMatchRequest(root))
        case .dav(.principalPropertySearch): return .principalPropertySearch(try PrincipalPropertySearchRequest(root))
        case .dav(.principalSearchPropertySet): return .principalSearchPropertySet
        case .dav(.aclPrincipalPropSet): return .aclPrincipalPropSet(try PropertyRequest(in: root))
        case .calendarServer(.calendarserverPrincipalSearch):
            return .calendarserverPrincipalSearch(try CalendarserverPrincipalSearchRequest(root))
        default: return .unknown(root.name)
        }
    }
}

/// RFC 6578 §6.1.
package struct SyncCollectionRequest: Sendable {
    package enum Level: Sendable { case one, infinite }

    /// Empty for the first time.
    package var token: String
    package var level: Level
    package var limit: Int?
    package var properties: PropertyRequest

    init(_ root: XMLElement) throws(RequestBodyError) {
        // An empty one is a first sync; none at all is a mistake that would make the client load everything.
        guard let token = root.firstChild(named: .dav(.syncToken)) else { throw .notXML("A sync-token must be there, be it empty.") }
        self.token = String(utf8: token.trimmedText)
        // RFC 6578 appendix A: older clients give the level by Depth; one is what all of them mean.
        switch String(utf8: root.firstChild(named: .dav(.syncLevel))?.trimmedText ?? []) {
        case "", "1": level = .one
        case "infinite", "infinity": level = .infinite
        default: throw .notXML("The sync-level is 1 or infinite.")
        }
        if let limit = root.firstChild(named: .dav(.limit))?.firstChild(named: .dav(.nresults)) {
            guard let number = limit.trimmedText.decimalValue else { throw .notXML("nresults is a number.") }
            self.limit = number
        }
        properties = try PropertyRequest(in: root)
        if root.firstChild(named: .dav(.prop)) == nil { properties = .named([]) }
    }
}

/// RFC 4791 §9.10, RFC 6352 §8.7.
package struct MultigetRequest: Sendable {
    package var properties: PropertyRequest
    /// As sent.
    package var hrefs: [[UInt8]]

    init(_ root: XMLElement) throws(RequestBodyError) {
        properties = try PropertyRequest(in: root)
        hrefs = root.children.filter { $0.name == .dav(.href) }.map(\.trimmedText)
        guard !hrefs.isEmpty else { throw .notXML("A multiget has hrefs.") }
    }
}

/// RFC 3253 §3.8.
package struct ExpandPropertyRequest: Sendable {
    package struct Property: Sendable {
        package var name: XMLName
        package var properties: [Property]
    }

    package var properties: [Property]

    init(_ root: XMLElement) { properties = Self.properties(in: root) }

    private static func properties(in element: XMLElement) -> [Property] {
        element.children.compactMap { child in
            guard child.name == .dav(.property), let local = child.attribute("name") else { return nil }
            let namespace = child.attribute("namespace").map { String(utf8: $0) } ?? "DAV:"
            return XMLName(namespace: namespace, local: String(utf8: local)).map {
                Property(name: $0, properties: properties(in: child))
            }
        }
    }
}

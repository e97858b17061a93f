import CollectionStore
import DAVGrammar
import Database
import HTTPServer
import XML

/// RFC 3253 §3.6: the reports, one file each in `Reports/`.
enum Report {
    static func respond(_ exchange: Exchange) throws -> HTTPResponse {
        let body = try ReportBody.parse(try exchange.bodyBytes())
        switch body {
        case .syncCollection(let request): return try SyncCollection.respond(exchange, request)
        case .calendarMultiget(let request): return try Multiget.respond(exchange, request, kind: .calendar)
        case .addressbookMultiget(let request): return try Multiget.respond(exchange, request, kind: .book)
        case .calendarQuery(let request): return try CalendarQuery.respond(exchange, request)
        case .addressbookQuery(let request): return try AddressbookQuery.respond(exchange, request)
        case .expandProperty(let request): return try ExpandProperty.respond(exchange, request)
        case .principalMatch(let request): return try PrincipalMatch.respond(exchange, request)
        case .principalPropertySearch(let request): return try PrincipalPropertySearch.respond(exchange, request)
        case .principalSearchPropertySet: return try PrincipalSearchPropertySet.respond(exchange)
        case .aclPrincipalPropSet(let request): return try ACLPrincipalPropSet.respond(exchange, request)
        case .calendarserverPrincipalSearch(let request): return try CalendarserverPrincipalSearch.respond(exchange, request)
        case .freeBusyQuery(let request): return try FreeBusyQuery.respond(exchange, request)
        case .unknown:
            throw Reply(.forbidden, condition: .dav(.supportedReport), "This report is not served here.")
        }
    }

    /// What stands in supported-report-set: what would not fail there.
    static func supported(by resource: Resource) -> [XMLName] {
        let principals: [XMLName] = [
            .dav(.expandProperty), .dav(.principalMatch), .dav(.principalPropertySearch), .dav(.principalSearchPropertySet),
            .calendarServer(.calendarserverPrincipalSearch),
        ]
        switch resource {
        case .member: return [.dav(.expandProperty)]
        case .root, .container, .principal, .proxy: return principals
        case .collection(let collection):
            let common: [XMLName] = [.dav(.syncCollection), .dav(.expandProperty), .dav(.aclPrincipalPropSet), .dav(.principalMatch)]
            switch collection.kind {
            case .calendar: return common + [.caldav(.calendarMultiget), .caldav(.calendarQuery), .caldav(.freeBusyQuery)]
            case .book where collection.isSearchOnly:
                return common.dropFirst() + [.carddav(.addressbookMultiget), .carddav(.addressbookQuery)]
            case .book: return common + [.carddav(.addressbookMultiget), .carddav(.addressbookQuery)]
            case .calendarHome: return common + [.caldav(.calendarMultiget), .caldav(.calendarQuery), .caldav(.freeBusyQuery)] + principals.dropFirst(2)
            case .bookHome: return common + [.carddav(.addressbookMultiget), .carddav(.addressbookQuery)] + principals.dropFirst(2)
            case .fileHome, .folder, .notifications: return common
            }
        }
    }
}

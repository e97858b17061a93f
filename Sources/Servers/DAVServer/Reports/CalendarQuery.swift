import CollectionStore
import Calendars
import DAVGrammar
import Database
import Directory
import HTTPServer
import ICalendar
import XML

/// RFC 4791 §7.8. Time ranges are not judged yet: an object that only a time range could leave out is in the answer
/// (docs/standards), so that a client which shows a part of a calendar has that part.
enum CalendarQuery {
    static func respond(_ exchange: Exchange, _ request: CalendarQueryRequest) throws -> HTTPResponse {
        guard request.filter.name == "VCALENDAR" else {
            throw Reply(.forbidden, condition: .caldav(.validFilter), "The outermost comp-filter is VCALENDAR.")
        }
        try ComponentMatcher.check(request.filter)
        let location = try exchange.read { tx in try exchange.find(tx).location }
        guard let collection = location.collection, let owner = location.owner else {
            throw Reply(.forbidden, condition: .dav(.supportedReport), "Only calendars can be queried.")
        }
        let rows = Rows(
            exchange: exchange, selection: try PropertySelection(request.properties, omitsMissing: exchange.preferences.isMinimal))
        let filter = ComponentMatcher.memberFilter(request.filter, files: exchange.server.files)
        let parts = try QueryParts.of(exchange, collection, kind: .calendar, owner: owner, href: location.href, rows: rows, filter: filter)
        return try MultistatusSource.response(exchange, parts: parts, headers: exchange.appliedPreferences)
    }
}

/// Which collections a query reads.
enum QueryParts {
    static func of(
        _ exchange: Exchange, _ collection: Collection, kind: CollectionKind, owner: Principal, href: Href, rows: Rows,
        filter: @escaping MemberListing.Filter
    ) throws -> [any MultistatusSource.Part] {
        if collection.kind == kind {
            // Windows' client (MSFT-) sends Depth 0 and means 1, as its answer would else be empty.
            return [MemberListing(rows, in: collection, owner: owner, href: href, isWanted: filter)]
        }
        guard collection.kind.isHome, collection.kind.childKinds.contains(kind) else {
            throw Reply(.forbidden, condition: .dav(.supportedReport), "This report is not for collections of this kind.")
        }
        let children = try exchange.read { tx in try Collections.children(tx, of: collection.id) }
        return children.map {
            MemberListing(rows, in: $0, owner: owner, href: href.collection($0.name), isWanted: filter)
        }
    }
}

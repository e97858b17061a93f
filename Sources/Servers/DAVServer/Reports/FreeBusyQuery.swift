import CollectionStore
import DAVGrammar
import Database
import HTTPServer
import ICalendar

/// RFC 4791 §7.10
enum FreeBusyQuery {
    static func respond(_ exchange: Exchange, _ request: FreeBusyQueryRequest) throws -> HTTPResponse {
        guard let start = request.range.start, let end = request.range.end else {
            throw Reply(.badRequest, "A free-busy-query has a time-range with a start and an end.")
        }
        let gathering = try exchange.read { tx in
            let scope = try QueryScope(tx, exchange, kind: .calendar, needed: .readFreeBusy)
            var gathering = FreeBusyGathering(exchange, from: start, to: end, owner: scope.access.owner)
            if scope.isOneCollection {
                for place in scope.places { try gathering.add(tx, place) }
            } else {
                try gathering.addHome(tx, scope.places)
            }
            return gathering
        }
        return try gathering.response()
    }
}

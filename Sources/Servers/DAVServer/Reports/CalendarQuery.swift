import CivilTime
import CollectionStore
import Calendars
import DAVGrammar
import Database
import HTTPServer
import ICalendar
import XML

/// RFC 4791 §7.8. What the index of times can say is asked of it first; what is left is judged object by object.
enum CalendarQuery {
    static func respond(_ exchange: Exchange, _ request: CalendarQueryRequest) throws -> HTTPResponse {
        let work = QueryWork(exchange.server.configuration, limit: request.limit)
        let rows = Rows(exchange, request.properties, work: work, zone: request.zone)
        return try exchange.read { tx in
            Locks.foresee(tx)
            let scope = try QueryScope(tx, exchange, kind: .calendar)
            var parts: [any MultistatusSource.Part] = []
            for place in scope.places {
                let zone = try FloatingZone.of(tx, place.collection, request.zone, exchange.server.timeZones)
                let plan = CalendarQueryPlan(request.filter, shownIn: exchange.window(of: place.collection))
                let judge = CalendarJudge(plan, zone, exchange.server, work)
                parts.append(try part(tx, rows, place, plan, judge, zone))
            }
            parts.append(work.note(at: scope.href))
            return try MultistatusSource.response(tx, exchange, parts: parts, headers: exchange.appliedPreferences)
        }
    }

    private static func part(
        _ tx: borrowing ReadTransaction, _ rows: Rows, _ place: QueryScope.Place, _ plan: CalendarQueryPlan,
        _ judge: CalendarJudge, _ zone: any TimeZoneRules
    ) throws -> any MultistatusSource.Part {
        if let name = place.name {
            return NamedMembers(
                rows, in: place.collection, place.access, href: place.href,
                candidates: [.init(name: name, isCertain: false)], isWanted: judge.isWanted)
        }
        let candidates: [NamedMembers.Candidate]
        if let range = plan.range {
            let range = OccurrenceRange(range, floatingIn: zone)
            candidates = try OccurrenceQuery.candidates(tx, in: place.collection.id, overlapping: range, component: plan.component)
                .map { .init(name: $0.name, isCertain: plan.isOnlyRange && $0.isCertain) }
        } else if let texts = plan.texts {
            return NamedMembers(
                rows, in: place.collection, place.access, href: place.href,
                source: NamedMembers.source(in: place.collection.id, matching: texts), isWanted: judge.isWanted)
        } else {
            return MemberListing(
                rows, in: place.collection, place.access, href: place.href, isWanted: judge.isWanted)
        }
        return NamedMembers(
            rows, in: place.collection, place.access, href: place.href, candidates: candidates, isWanted: judge.isWanted)
    }
}

import Bytes
import CivilTime
import CollectionStore
import DAVGrammar
import Database
import Directory
import HTTPServer
import ICalendar

/// The free-busy URL, `/free-busy/<user>`, with or without `.ics` or `.ifb` at its end: when somebody is busy, for programs that
/// know only GET. It tells of the calendars whose busy time the asker may read, and of no other.
enum GetFreeBusy {
    static let container = "free-busy"

    static func respond(_ exchange: Exchange) throws -> HTTPResponse { try ReadOnlyURL.respond(exchange, get) }

    private static func get(_ exchange: Exchange) throws -> HTTPResponse {
        guard exchange.path.segments.count == 2, var name = exchange.path.segments.last else { throw Reply(.notFound) }
        for suffix in [".ics", ".ifb", ".vfb"] where name.hasSuffix(suffix) { name.removeLast(suffix.count) }
        let range = try range(exchange)
        return try exchange.read { tx in
            let locator = exchange.locator
            guard let owner = try locator.principal(tx, name) else { throw Reply(.notFound) }
            let path = [Container.calendars.rawValue, owner.signInText]
            let location = try locator.locate(tx, path, needed: [])
            guard let home = location.collection else { throw Reply(.notFound) }
            let places = try VisibleChildren.list(tx, locator, of: home, location.access)
                .filter { $0.collection.kind == .calendar && $0.access.mount == nil && $0.access.rights.contains(.readFreeBusy) }
                .map { QueryScope.Place(collection: $0.collection, access: $0.access, href: location.href.collection($0.name)) }
            // Whoever may read none of somebody's busy time is not told that there is any.
            if places.isEmpty, owner.id != exchange.principal.id { throw Reply(.notFound) }
            var gathering = FreeBusyGathering(exchange, from: range.start, to: range.end, owner: owner)
            try gathering.addHome(tx, places)
            return try gathering.response(
                uid: "urn:tegu:free-busy:\(owner.signInText)",
                organizer: .address("mailto:\(owner.addresses.first ?? owner.signInText)"))
        }
    }

    /// From the start of this day on, for six weeks, where the URL does not say.
    private static func range(_ exchange: Exchange) throws -> (start: Instant, end: Instant) {
        guard let query = FreeBusyURLQuery(exchange.path.query) else { throw unreadable }
        let now = exchange.now / 1000
        let start = try query.start.map(instant) ?? Instant(seconds: now - now % secondsOfDay)
        if let end = query.end {
            let end = try instant(end)
            guard query.period == nil, start < end else { throw unreadable }
            return (start, end)
        }
        guard let period = query.period else { return (start, Instant(seconds: start.seconds + 42 * secondsOfDay)) }
        guard let duration = CivilDuration(period[...]), duration.days >= 0, duration.seconds >= 0 else { throw unreadable }
        let seconds = Int64(duration.days) * secondsOfDay + Int64(duration.seconds)
        guard seconds > 0 else { throw unreadable }
        return (start, Instant(seconds: start.seconds + seconds))
    }

    private static let secondsOfDay: Int64 = 86_400

    /// In the form of RFC 5545 §3.3.5 or with the dashes and colons of ISO 8601. A day is its first second in UTC, and a time
    /// without a zone is UTC.
    private static func instant(_ value: [UInt8]) throws -> Instant {
        let day = value.prefix(10).filter { $0 != 0x2D }
        let plain = day + value.dropFirst(10).filter { $0 != 0x3A }
        // An offset would be passed over.
        guard plain.allSatisfy({ $0.isASCIIDigit || $0 == 0x54 || $0 == 0x5A }), let time = CalendarTime(plain[...]) else { throw unreadable }
        return Instant(seconds: time.wall.wallSeconds)
    }

    private static var unreadable: Reply {
        Reply(.badRequest, "The URL takes start, and end or period: start=20260601T000000Z&end=20260701T000000Z.")
    }
}

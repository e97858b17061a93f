import CivilTime
import CollectionStore
import Calendars
import ContentLines
import DAVGrammar
import Database
import Directory
import HTTPServer
import ICalendar
import XML

/// Somebody's busy time (RFC 4791 §7.10), from one calendar after the other. What the index of times says for certain is not read
/// from objects.
struct FreeBusyGathering {
    private var busy: BusyTime
    private let range: InstantRange
    private let server: DAVServer
    private let work: QueryWork
    private let exchange: Exchange

    init(_ exchange: Exchange, from start: Instant, to end: Instant, owner: Principal?) {
        // RFC 6638 §2.4.1: what CALDAV:calendar-user-address-set tells is the user too.
        let addresses = (owner?.addresses ?? []).map { "mailto:\($0)" } + (owner.map { [Href.principal($0).text] } ?? [])
        busy = BusyTime(from: start, to: end, participation: Participation(addresses: addresses))
        range = InstantRange(start: start, end: end)
        server = exchange.server
        self.exchange = exchange
        work = QueryWork(exchange.server.configuration)
    }

    /// A VFREEBUSY; `uid` and `organizer` where it is one that is published (RFC 5546 §3.3.1).
    func response(uid: String? = nil, organizer: FreeBusyWriter.CalendarUser? = nil) throws -> HTTPResponse {
        let writer = FreeBusyWriter(
            stamp: Instant(seconds: exchange.now / 1000), uid: uid, organizer: organizer, method: uid == nil ? nil : "PUBLISH")
        var body = try writer.bytes(of: busy)
        var type = "text/calendar; charset=utf-8; component=vfreebusy"
        // RFC 7265: as JSON to who wants that more.
        let accept = Accept(exchange.head.headers.joined("accept"))
        if case .jCal = ExportForm(ofCalendar: true, accept: accept),
            let calendar = (try? CalendarDocument.parse(body))?.calendars.first {
            (body, type) = (JCal.json(of: calendar), "application/calendar+json; component=vfreebusy")
        }
        return HTTPResponse(
            status: 200, headers: [("Content-Type", type), ("DAV", Options.davHeader), ("Vary", "Accept")], body: .bytes(body),
            isCompressible: true)
    }

    /// The calendars of a home that take their owner's time, and the hours that they set for themselves.
    mutating func addHome(_ tx: borrowing ReadTransaction, _ places: [QueryScope.Place]) throws {
        for place in places where try Self.counts(tx, place) { try add(tx, place) }
        guard let home = places.first(where: { $0.access.mount == nil })?.collection.parentID else { return }
        let zone = try FloatingZone.of(tx, home, server.timeZones)
        for hours in try CalendarAvailability.hours(tx, of: home, server.timeZones) {
            try work.withShare { steps throws(CalendarLimitExceeded) in try busy.add(hours, floatingIn: zone, &steps) }
        }
    }

    /// RFC 6638 §9.1: whether a calendar takes its owner's time, where not it alone is asked.
    private static func counts(_ tx: borrowing ReadTransaction, _ place: QueryScope.Place) throws -> Bool {
        let name = XMLName.caldav(.scheduleCalendarTransp)
        let value: [UInt8]?
        if let mount = place.access.mount {
            value = try PersonalProperties.stored(tx, of: place.collection, mount)
                .first { $0.name == name.local && $0.namespace == name.namespace }?.value
        } else {
            value = try DeadProperties.value(tx, of: place.collection.id, nil, namespace: name.namespace, name: name.local)
        }
        guard let value else { return true }
        return try XMLDocument.parse(value).root.firstChild(named: .caldav(.transparent)) == nil
    }

    mutating func add(_ tx: borrowing ReadTransaction, _ place: QueryScope.Place) throws {
        let zone = try FloatingZone.of(tx, place.collection, nil, server.timeZones)
        var unclear: [String: [Occurrence]] = [:]
        // What is private or confidential counts, though it is not shown; a series that is shown counts where it is.
        let window = place.collection.visibleRange?.window(at: exchange.now)
        var shown = ShownNames(window.map { server.visibility($0) }, in: place.collection.id)
        let range = InstantRange(
            start: range.start.map { max($0, window?.lower.map { Instant(seconds: $0) } ?? $0) },
            end: range.end.map { min($0, window?.upper.map { Instant(seconds: $0) } ?? $0) })
        if let start = range.start, let end = range.end, start >= end { return }
        busy.window = range
        defer { busy.window = nil }
        if let name = place.name {
            unclear = [name: []]
        } else {
            try OccurrenceQuery.forEachRun(
                tx, in: place.collection.id, overlapping: OccurrenceRange(range, floatingIn: zone)) { run in
                guard try shown.contain(tx, run.name) else { return true }
                if try !add(run.occurrence, zone) { unclear[run.name, default: []].append(run.occurrence) }
                return true
            }
        }
        // An object that is not clear is asked for all of its time, also for what is.
        for (name, runs) in unclear {
            guard let member = try Members.find(tx, in: place.collection.id, name: name) else { continue }
            let bytes = try bytes(tx, member)
            if let object = try? CalendarObjectResource.validate(bytes), try add(object, zone) { continue }
            // One that cannot be told takes all of the time in which it may have something.
            for run in runs { try busy.add(from: instant(run.start, run, zone), to: instant(run.end, run, zone), kind: .busy) }
        }
    }

    /// False where it would take too much to tell: the others are told all the same. Throws where there are more periods than an answer
    /// can have: no time is made up for them.
    private mutating func add(_ object: CalendarObjectResource, _ zone: any TimeZoneRules) throws -> Bool {
        let zones = CalendarTimeZones(object.calendar, database: server.timeZones, fallback: zone)
        var tried = busy
        do throws(CalendarLimitExceeded) {
            try work.withShare { steps throws(CalendarLimitExceeded) in
                try tried.add(object, zones: zones, floatingIn: zone, &steps)
            }
        } catch .steps {
            return false
        }
        busy = tried
        return true
    }

    private func instant(_ seconds: Int64, _ occurrence: Occurrence, _ zone: any TimeZoneRules) -> Instant {
        guard occurrence.isFloating, let wall = CivilDateTime(wallSeconds: seconds) else { return Instant(seconds: seconds) }
        return zone.instant(of: wall)
    }

    /// False where only the object itself says whose time it is.
    private mutating func add(_ occurrence: Occurrence, _ zone: any TimeZoneRules) throws -> Bool {
        guard let kind = BusyKind(occurrence.busy) else { return false }
        if kind == .free { return true }
        guard occurrence.isExact else { return false }
        try busy.add(
            from: instant(occurrence.start, occurrence, zone), to: instant(occurrence.end, occurrence, zone), kind: kind)
        return true
    }

    private func bytes(_ tx: borrowing ReadTransaction, _ member: Member) throws -> [UInt8] {
        try MemberView.with(member) { try ObjectData.bytes(tx, $0, server.files) }
    }
}

extension BusyKind {
    /// Nil where it is not the same for all instances.
    fileprivate init?(_ busy: Busy) {
        switch busy {
        case .free: self = .free
        case .busy: self = .busy
        case .tentative: self = .tentative
        case .unavailable: self = .unavailable
        case .varies: return nil
        }
    }
}

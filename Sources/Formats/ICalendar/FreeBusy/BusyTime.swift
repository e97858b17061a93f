package import CivilTime
import ContentLines

/// When somebody is busy in a range of time (RFC 4791 §7.10, RFC 7953 §5), gathered from objects one after the other.
///
/// What is of one kind is one stretch where it overlaps or touches; stretches of different kinds may overlap, and who
/// reads them takes the one that says more.
package struct BusyTime: Sendable {
    package struct Period: Hashable, Sendable {
        package var start: Instant
        package var end: Instant
        package var kind: BusyKind
    }

    package let start: Instant
    package let end: Instant
    /// Only what lies in it is added from now on, such as what a calendar shows at all; nil: all of the range.
    package var window: InstantRange?
    private let participation: Participation
    private let maskedUID: String?
    private let limit: Int
    private var collectors: [BusyKind: TimeSpanCollector] = [:]
    private var availability: AvailabilityMap

    /// `maskedUID` names an object that does not count: the one for which a free time is looked for
    /// (X-CALENDARSERVER-MASK-UID). `limit` is how many periods of one kind there may be.
    package init(
        from start: Instant, to end: Instant, participation: Participation = .unknown, maskedUID: String? = nil,
        limit: Int = 20_000
    ) {
        self.start = start
        self.end = max(start, end)
        self.participation = participation
        self.maskedUID = maskedUID
        self.limit = limit
        availability = AvailabilityMap(range: start.seconds..<max(start, end).seconds)
    }

    /// Adds the object's busy time. `zone` is the owner's: floating times and days are theirs.
    package mutating func add(
        _ object: CalendarObjectResource, zones: some ZoneResolving, floatingIn zone: any TimeZoneRules,
        _ budget: inout StepBudget
    ) throws(CalendarLimitExceeded) {
        if let maskedUID, object.uid == maskedUID { return }
        switch object.kind {
        case .vevent: try addEvents(object.components, zones, zone, &budget)
        case .vfreebusy:
            for component in object.components { try addPeriods(component, zones, zone, &budget) }
        case .vavailability:
            for component in object.components {
                try add(Availability(component, zones: zones), floatingIn: zone, &budget)
            }
        // RFC 4791 §7.10: only VEVENT and VFREEBUSY count, and by RFC 7953 §7.2.3 VAVAILABILITY.
        case .vtodo, .vjournal, .vpoll: break
        }
    }

    /// Adds time that is known to be of that kind, such as what an index holds.
    package mutating func add(
        from start: Instant, to end: Instant, kind: BusyKind
    ) throws(CalendarLimitExceeded) {
        let span = span
        let first = max(start, span.start).seconds
        let last = min(end, span.end).seconds
        // RFC 4791 §7.10: what takes no time is not busy.
        guard kind != .free, first < last else { return }
        try collectors[kind, default: TimeSpanCollector(limit: limit)].add(first..<last)
    }

    private var span: (start: Instant, end: Instant) {
        (max(start, window?.start ?? start), min(end, window?.end ?? end))
    }

    /// Adds hours in which somebody can be met (RFC 7953), such as those of the CALDAV:calendar-availability property.
    package mutating func add(
        _ hours: Availability, floatingIn zone: any TimeZoneRules, _ budget: inout StepBudget
    ) throws(CalendarLimitExceeded) {
        try availability.add(hours, floatingIn: zone, limit: limit, &budget)
    }

    /// Sorted by start, then end (RFC 5545 §3.8.2.6), and clipped to the range.
    package func periods() throws(CalendarLimitExceeded) -> [Period] {
        let outside = availability.busy()
        var periods: [Period] = []
        for kind in BusyKind.allCases where kind != .free {
            var collector = collectors[kind] ?? TimeSpanCollector(limit: limit)
            var spans = try collector.spans()
            // RFC 7953 §5: events are laid over what the hours say.
            spans.formUnion(outside[kind] ?? TimeSpans())
            periods += spans.spans.map {
                Period(start: Instant(seconds: $0.lowerBound), end: Instant(seconds: $0.upperBound), kind: kind)
            }
        }
        return periods.sorted {
            ($0.start, $0.end, $0.kind.rawValue) < ($1.start, $1.end, $1.kind.rawValue)
        }
    }

    private mutating func addEvents(
        _ components: [Component], _ zones: some ZoneResolving, _ zone: any TimeZoneRules,
        _ budget: inout StepBudget
    ) throws(CalendarLimitExceeded) {
        var kinds: [Int: BusyKind] = [:]
        for component in components {
            try budget.take()
            kinds[component.sourceRange.lowerBound] = BusyKind(ofEvent: component, participation)
        }
        // Most of what takes no time is known without a look at when it is.
        guard kinds.values.contains(where: { $0 != .free }) else { return }
        let span = span
        guard span.start < span.end else { return }
        let set = RecurrenceSet(components, zones: zones)
        var instances = set.instances(overlapping: InstantRange(start: span.start, end: span.end), floatingIn: zone)
        instances.mergeRuns()
        while let instance = try instances.nextOrLimit(&budget) {
            let interval = instance.interval
            try add(
                from: interval.start.instant(in: zone), to: interval.end.instant(in: zone),
                kind: kinds[instance.component.sourceRange.lowerBound] ?? .busy)
        }
    }

    /// RFC 5545 §3.8.2.6
    private mutating func addPeriods(
        _ component: Component, _ zones: some ZoneResolving, _ zone: any TimeZoneRules,
        _ budget: inout StepBudget
    ) throws(CalendarLimitExceeded) {
        for line in component.properties(named: "FREEBUSY") {
            let kind = line.parameter("FBTYPE")?.rawValues.first.map { BusyKind(freeBusyType: $0) } ?? .busy
            if kind == .free { continue }
            let zoneID = line.zoneID
            for value in line.value.split(separator: 0x2C) {
                try budget.take()
                guard let (start, end) = PeriodValue(value, zoneID: zoneID)?.bounds(zones, floatingIn: zone) else {
                    continue
                }
                try add(from: start, to: end, kind: kind)
            }
        }
    }
}

extension RecurrenceInstances {
    /// As `next`, with the error of a caller that has other limits too.
    mutating func nextOrLimit(_ budget: inout StepBudget) throws(CalendarLimitExceeded) -> RecurrenceInstance? {
        do {
            return try next(&budget)
        } catch {
            throw .steps
        }
    }
}

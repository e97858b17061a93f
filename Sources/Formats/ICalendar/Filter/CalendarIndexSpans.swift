package import CivilTime
import ContentLines

/// Where an object is to be found by the time ranges that a filter puts on its own components (RFC 4791 §9.9): what an index
/// holds.
///
/// The question for a range from `lower` to `upper` is
///
///     start < upper && (end > lower || start == end && start >= lower)
///
/// for a run in UTC with the range itself, and for one on the wall with what `wallBounds` makes of it. An object none of whose
/// runs passes, and that is not undated, cannot match; one that has an exact run that passes has an instance in the range. Of
/// what an alarm, another property or an AVAILABLE says, the runs know nothing.
package struct CalendarIndexSpans: Hashable, Sendable {
    /// Only an event's or a note's in UTC is exact: tasks also match at the end of a range, and when a time on the wall is
    /// depends on who looks.
    package var runs: [RecurrenceRun]
    /// Whether it may match each range.
    package var isUndated: Bool

    package init(runs: [RecurrenceRun], isUndated: Bool) {
        self.runs = runs
        self.isUndated = isUndated
    }

    /// `days` and `limit` as for `RecurrenceSet.runs`.
    package static func of(
        _ object: CalendarObjectResource, zones: some ZoneResolving, mergingGapsBelow days: Int = 40, limit: Int = 8
    ) -> CalendarIndexSpans {
        var spans = CalendarIndexSpans(runs: [], isUndated: false)
        switch object.kind {
        case .vevent, .vjournal, .vpoll:
            let set = RecurrenceSet(object.components, zones: zones)
            spans.runs = set.runs(mergingGapsBelow: days, limit: limit).map(withEndIncluded)
        case .vtodo:
            let set = RecurrenceSet(object.components, zones: zones)
            spans.runs = set.runs(mergingGapsBelow: days, limit: limit).map { widened($0) }
            spans.addUndatedTasks(object.components, ComponentInstances(set), zones, limit)
        case .vfreebusy:
            var collector = RunCollector(gap: Int64(max(0, min(days, 4_000_000))) * 86_400, limit: max(1, limit))
            for component in object.components { spans.addFreeBusy(component, zones, &collector) }
            spans.runs = collector.runs.map { widened($0) }
        case .vavailability:
            for component in object.components { spans.addAvailability(component, zones) }
        }
        return spans
    }

    /// The range as it is to be compared with runs on the wall, when somebody in `zone` asks. It is wider than the range: a time
    /// that was skipped there is later than it reads, by a day where a country changed sides of the date line.
    package static func wallBounds(
        _ range: InstantRange, in zone: some TimeZoneRules
    ) -> (lower: Int64, upper: Int64) {
        func wall(_ instant: Instant) -> Int64 { zone.wallTime(at: instant)?.wallSeconds ?? instant.seconds }
        let slack: Int64 = 25 * 3600
        return (
            range.start.map { wall($0).addingClamped(-slack) } ?? .min, range.end.map { wall($0).addingClamped(slack) } ?? .max
        )
    }

    /// An instance that takes no time, at the end of a run of several, would not be found there.
    private static func withEndIncluded(_ run: RecurrenceRun) -> RecurrenceRun {
        var run = run
        if !run.isExact { run.end = run.end.addingClamped(1) }
        if run.isFloating { run.isExact = false }
        return run
    }

    /// For what also matches where the range only touches it.
    private static func widened(_ run: RecurrenceRun) -> RecurrenceRun {
        RecurrenceRun(
            start: run.start.addingClamped(-1), end: run.end.addingClamped(1), isFloating: run.isFloating, isExact: false)
    }
}

extension CalendarIndexSpans {
    /// The last four rows of VTODO.
    private mutating func addUndatedTasks(
        _ components: [Component], _ instances: ComponentInstances, _ zones: some ZoneResolving, _ limit: Int
    ) {
        for component in components where !instances.isTimed(component) {
            let completed = component.property("COMPLETED")?.calendarTime.map { Self.line($0, zones) }
            let created = component.property("CREATED")?.calendarTime.map { Self.line($0, zones) }
            switch (completed, created) {
            case (nil, nil): isUndated = true
            case (let completed?, nil): add(from: completed, to: completed.seconds, limit)
            case (nil, let created?): add(from: created, to: .max, limit)
            case (let completed?, let created?):
                guard completed.isFloating == created.isFloating else { isUndated = true; continue }
                let first = completed.seconds < created.seconds ? completed : created
                add(from: first, to: max(completed.seconds, created.seconds), limit)
            }
        }
    }

    private mutating func add(from start: TimeOnLine, to end: Int64, _ limit: Int) {
        // Overrides without any time are not what people write: more than a few are not told apart.
        guard runs.count < 4 * max(1, limit) else { isUndated = true; return }
        runs.append(Self.widened(RecurrenceRun(
            start: start.seconds, end: end, isFloating: start.isFloating, isExact: false)))
    }

    private mutating func addFreeBusy(
        _ component: Component, _ zones: some ZoneResolving, _ collector: inout RunCollector
    ) {
        if let start = component.property("DTSTART")?.calendarTime, let end = component.property("DTEND")?.calendarTime {
            add(start, end, zones, &collector)
            return
        }
        for period in component.freeBusyPeriods {
            let clock = SeriesClock(of: period.start, zones)
            switch period.end {
            case .time(let end): add(period.start, end, zones, &collector)
            case .duration(let duration):
                let wall = period.start.wall
                let start = clock.seconds(of: wall)
                let end = CivilDuration.end(of: duration, wall: wall, seconds: start, clock)
                collector.add(RecurrenceRun(
                    start: start, end: max(start, end), isFloating: clock.isFloating, isExact: false))
            }
        }
    }

    private mutating func add(
        _ start: CalendarTime, _ end: CalendarTime, _ zones: some ZoneResolving, _ collector: inout RunCollector
    ) {
        let start = Self.line(start, zones)
        let end = Self.line(end, zones)
        guard start.isFloating == end.isFloating else { isUndated = true; return }
        collector.add(RecurrenceRun(
            start: start.seconds, end: max(start.seconds, end.seconds), isFloating: start.isFloating, isExact: false))
    }

    private mutating func addAvailability(_ component: Component, _ zones: some ZoneResolving) {
        guard let start = component.property("DTSTART")?.calendarTime, runs.count < 64 else { isUndated = true; return }
        // How it ends is looked at when it is read: there are few of them.
        let from = Self.line(start, zones)
        runs.append(RecurrenceRun(start: from.seconds, end: .max, isFloating: from.isFloating, isExact: false))
    }

    private static func line(_ time: CalendarTime, _ zones: some ZoneResolving) -> TimeOnLine {
        let clock = SeriesClock(of: time, zones)
        return TimeOnLine(seconds: clock.seconds(of: time.wall), isFloating: clock.isFloating)
    }
}

import CivilTime
import ContentLines

/// RFC 4791 §9.6.6: which overrides have to do with a range. One has where its time overlaps the range, or the time
/// that the instance would have without it, or, with RANGE=THISANDFUTURE, where any of the instances that it shifts
/// does one or the other. Masters always have.
struct OverrideImpact {
    /// By where they stand.
    private var without: Set<Int> = []

    init(
        of object: CalendarObjectResource, on range: InstantRange, zones: some ZoneResolving,
        floatingIn zone: any TimeZoneRules, _ budget: inout StepBudget
    ) throws(CalendarLimitExceeded) {
        guard object.kind.canRecur, object.overrideCount > 0 else { return }
        let set = RecurrenceSet(object.components, zones: zones)
        let ends = Self.ownEnds(set.series.first)
        for override in set.overrides {
            try budget.take()
            if override.instance.overlaps(range, floatingIn: zone) { continue }
            let original = override.original(of: set.series.first, ends, zones)
            if original.overlaps(range, floatingIn: zone) { continue }
            do {
                if try set.shifts(by: override, into: range, zone, &budget) { continue }
            } catch {
                throw .steps
            }
            without.insert(override.component.sourceRange.lowerBound)
        }
    }

    func contains(_ component: Component) -> Bool {
        without.isEmpty || !without.contains(component.sourceRange.lowerBound)
    }

    /// RDATEs that are periods, by their start.
    private static func ownEnds(_ series: RecurrenceSeries?) -> [Int64: Int64] {
        var ends: [Int64: Int64] = [:]
        for single in series?.singles ?? [] {
            if let end = single.ownEnd { ends[single.seconds] = end }
        }
        return ends
    }
}

extension RecurrenceOverride {
    /// The instance as it is without the override.
    fileprivate func original(
        of master: RecurrenceSeries?, _ ownEnds: [Int64: Int64], _ zones: some ZoneResolving
    ) -> RecurrenceInstance {
        let wall = recurrenceID.wall
        if let master {
            return master.instance(RecurrenceSeries.Candidate(
                seconds: originalSeconds, wall: wall, ownEnd: ownEnds[originalSeconds]))
        }
        let clock = SeriesClock(of: recurrenceID, zones)
        let end = timing.end(wall: wall, seconds: originalSeconds, clock)
        return RecurrenceInstance(
            component: component, start: recurrenceID,
            interval: .init(start: originalSeconds, end: end, isFloating: clock.isFloating),
            recurrenceID: recurrenceID, isOverride: true, overlap: timing.overlap)
    }
}

extension RecurrenceSet {
    /// Whether an instance that `override` shifts is in the range, or would be without it. Looks at instances near the
    /// range only.
    fileprivate func shifts(
        by override: RecurrenceOverride, into range: InstantRange, _ zone: any TimeZoneRules,
        _ budget: inout StepBudget
    ) throws(StepBudget.Exhausted) -> Bool {
        guard override.shift != nil, let master = series.first else { return false }
        let next = shifts.partitioningIndex { $0.originalSeconds > override.originalSeconds }
        let end = next < shifts.count ? shifts[next].originalSeconds : .max
        // A time on the wall is less than two days from the same time in UTC.
        let reach = farthestShift + max(master.longest, override.timing.longest) + 2 * 86_400
        let first = max(override.originalSeconds, (range.start?.seconds ?? .min).addingClamped(-reach))
        let last = min(end, (range.end?.seconds ?? .max).addingClamped(reach))
        var candidates = SeriesCandidates(of: master)
        if let wall = master.clock.wall(at: first).map({ CivilDateTime($0.date) }), wall > master.start.wall {
            try candidates.seek(to: wall, &budget)
        }
        while let candidate = try candidates.next(&budget), candidate.seconds < last {
            if candidate.seconds < first || replaced.contains(candidate.seconds) { continue }
            if master.instance(candidate).overlaps(range, floatingIn: zone) { return true }
            let shifted = override.shifted(candidate, of: master)
            if shifted?.overlaps(range, floatingIn: zone) ?? false { return true }
        }
        return false
    }
}

extension CalendarComponentKind {
    /// RFC 5545 §3.6: whether its components recur by themselves.
    var canRecur: Bool {
        switch self {
        case .vevent, .vtodo, .vjournal: true
        case .vfreebusy, .vavailability, .vpoll: false
        }
    }
}

import CivilTime
import ContentLines

/// RFC 4791 §9.6.6: which overrides have to do with a range. One has where its time overlaps the range, or the time
/// that the instance would have without it, or, with RANGE=THISANDFUTURE, where any of the instances that it shifts
/// does one or the other. Masters always have.
///
/// Without an override its instances are where the RANGE=THISANDFUTURE before it puts them, if there is one that is
/// kept. So the instances in the range are the same as those of the whole object.
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
        var shiftBefore: RecurrenceOverride?
        for override in set.overrides {
            try budget.take()
            let impact = Impact(override: override, shiftBefore: shiftBefore, set: set, range: range, zone: zone)
            if override.instance.overlaps(range, floatingIn: zone) || impact.originalOverlaps(ends, zones) {
                if override.shift != nil { shiftBefore = override }
                continue
            }
            do {
                if try impact.hasShifted(&budget) {
                    shiftBefore = override
                } else {
                    without.insert(override.component.sourceRange.lowerBound)
                }
            } catch {
                throw .steps
            }
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

/// What one override does to a range.
private struct Impact {
    let override: RecurrenceOverride
    /// The last RANGE=THISANDFUTURE before it that is kept.
    let shiftBefore: RecurrenceOverride?
    let set: RecurrenceSet
    let range: InstantRange
    let zone: any TimeZoneRules

    /// Whether the instance that it replaces is in the range without it.
    func originalOverlaps(_ ownEnds: [Int64: Int64], _ zones: some ZoneResolving) -> Bool {
        let wall = override.recurrenceID.wall
        let seconds = override.originalSeconds
        if let master = set.series.first {
            return isInRange(RecurrenceSeries.Candidate(seconds: seconds, wall: wall, ownEnd: ownEnds[seconds]), master)
        }
        let clock = SeriesClock(of: override.recurrenceID, zones)
        let end = override.timing.end(wall: wall, seconds: seconds, clock)
        return RecurrenceInstance(
            component: override.component, start: override.recurrenceID,
            interval: .init(start: seconds, end: end, isFloating: clock.isFloating),
            recurrenceID: override.recurrenceID, isOverride: true, overlap: override.timing.overlap
        ).overlaps(range, floatingIn: zone)
    }

    /// Whether an instance that it shifts is in the range, or would be without it. What is far from the range is not
    /// looked at.
    func hasShifted(_ budget: inout StepBudget) throws(StepBudget.Exhausted) -> Bool {
        guard override.shift != nil, let master = set.series.first else { return false }
        let next = set.shifts.partitioningIndex { $0.originalSeconds > override.originalSeconds }
        let end = next < set.shifts.count ? set.shifts[next].originalSeconds : .max
        // A time on the wall is less than two days from the same time in UTC.
        let longest = max(master.longest, override.timing.longest, shiftBefore?.timing.longest ?? 0)
        let reach = set.farthestShift + longest + 2 * 86_400
        let first = max(override.originalSeconds, (range.start?.seconds ?? .min).addingClamped(-reach))
        let last = min(end, (range.end?.seconds ?? .max).addingClamped(reach))
        var candidates = SeriesCandidates(of: master)
        if let wall = master.clock.wall(at: first).map({ CivilDateTime($0.date) }), wall > master.start.wall {
            try candidates.seek(to: wall, &budget)
        }
        while let candidate = try candidates.next(&budget), candidate.seconds < last {
            if candidate.seconds < first || set.replaced.contains(candidate.seconds) { continue }
            if isInRange(candidate, master) { return true }
            let shifted = override.shifted(candidate, of: master)
            if shifted?.overlaps(range, floatingIn: zone) ?? false { return true }
        }
        return false
    }

    /// As the series has it, or as it is shifted without the override.
    private func isInRange(_ candidate: RecurrenceSeries.Candidate, _ master: RecurrenceSeries) -> Bool {
        if master.instance(candidate).overlaps(range, floatingIn: zone) { return true }
        return shiftBefore?.shifted(candidate, of: master)?.overlaps(range, floatingIn: zone) ?? false
    }
}

extension CalendarComponentKind {
    /// RFC 5545 §3.6: whether its components recur by themselves.
    package var canRecur: Bool {
        switch self {
        case .vevent, .vtodo, .vjournal: true
        case .vfreebusy, .vavailability, .vpoll: false
        }
    }
}

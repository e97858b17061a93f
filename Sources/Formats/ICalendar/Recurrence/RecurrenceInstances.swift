package import CivilTime

/// The instances of an object that overlap a range, one by one, in the order of their original starts. A copy goes on
/// from where it was made.
package struct RecurrenceInstances {
    private let set: RecurrenceSet
    private let range: InstantRange
    private let floatingZone: any TimeZoneRules
    private var cursors: [Cursor]
    private var nextOverride = 0
    /// Nil: each instance is given; else those that touch may be given as one, and what takes no time not at all. What no such run of
    /// each series may pass.
    private var barriers: [[Int64]]?
    private var omitsPlaceholders = false

    /// Where the walk over one series is.
    private struct Cursor {
        let index: Int
        var candidates: SeriesCandidates
        var pending: RecurrenceSeries.Candidate?
        var isStarted = false
        var isAtEnd = false
        /// After this no original start can bring an instance into the range.
        var upper = Int64.max
        var lastDay: Int?
    }

    init(of set: RecurrenceSet, overlapping range: InstantRange, floatingIn zone: any TimeZoneRules) {
        self.set = set
        self.range = range
        floatingZone = zone
        cursors = set.series.enumerated().map { Cursor(index: $0.offset, candidates: SeriesCandidates(of: $0.element)) }
    }

    /// Gives instances that touch as one that is as long as all of them, where a rule gives many so, and leaves out what takes no
    /// time: for whoever wants to know only when something is. It must be said before the first is asked for.
    package mutating func mergeRuns() {
        omitsPlaceholders = true
        guard set.shifts.isEmpty, set.replacedDays.isEmpty else { return }
        barriers = set.series.enumerated().map { index, series in
            (index == 0 ? series.exclusions.times.union(set.replaced) : series.exclusions.times).sorted()
        }
    }

    /// Leaves out what is there only so that the object can be found. It must be said before the first is asked for.
    package mutating func omitPlaceholders() { omitsPlaceholders = true }

    /// Nil at the end. Throws when the steps are used up; with new ones it can go on.
    package mutating func next(_ budget: inout StepBudget) throws(StepBudget.Exhausted) -> RecurrenceInstance? {
        while let instance = try nextOfAll(&budget) {
            if instance.overlaps(range, floatingIn: floatingZone) { return instance }
        }
        return nil
    }

    private mutating func nextOfAll(_ budget: inout StepBudget) throws(StepBudget.Exhausted) -> RecurrenceInstance? {
        while true {
            var first: Int?
            var seconds = Int64.max
            // The candidates are a step each; finding the first of several masters' is work too.
            if cursors.count > 1 { try budget.spend(cursors.count - 1) }
            for place in cursors.indices {
                try fill(&cursors[place], &budget)
                guard let pending = cursors[place].pending, first == nil || pending.seconds < seconds else { continue }
                first = place
                seconds = pending.seconds
            }
            if nextOverride < set.overrides.count,
                first == nil || set.overrides[nextOverride].originalSeconds <= seconds
            {
                try budget.spend()
                nextOverride += 1
                return set.overrides[nextOverride - 1].instance
            }
            guard let first, let candidate = cursors[first].pending else { return nil }
            cursors[first].pending = nil
            let series = set.series[cursors[first].index]
            if let barriers = barriers?[cursors[first].index],
                let run = try run(from: candidate, at: first, series, barriers, &budget) { return run }
            guard cursors[first].index == 0, let shift = set.shift(for: candidate.seconds) else {
                return series.instance(candidate)
            }
            if let instance = shift.shifted(candidate, of: series) { return instance }
        }
    }

    /// The instances from `candidate` on that touch.
    private mutating func run(
        from candidate: RecurrenceSeries.Candidate, at place: Int, _ series: RecurrenceSeries, _ barriers: [Int64],
        _ budget: inout StepBudget
    ) throws(StepBudget.Exhausted) -> RecurrenceInstance? {
        guard candidate.ownEnd == nil, series.shortest > 0,
            let last = try cursors[place].candidates.skipRun(
                after: candidate, length: series.shortest, barriers: barriers,
                span: { [floatingZone] candidate in
                    let interval = series.instance(candidate).interval
                    return (interval.start.instant(in: floatingZone).seconds, interval.end.instant(in: floatingZone).seconds)
                }, &budget)
        else { return nil }
        return series.instance(candidate).lasting(to: series.instance(last).interval.end)
    }

    private func fill(_ cursor: inout Cursor, _ budget: inout StepBudget) throws(StepBudget.Exhausted) {
        if cursor.pending != nil || cursor.isAtEnd { return }
        if !cursor.isStarted {
            try start(&cursor, &budget)
            cursor.isStarted = true
            let series = set.series[cursor.index]
            if barriers != nil && series.longest == 0 || omitsPlaceholders && series.isPlaceholder {
                cursor.isAtEnd = true
                return
            }
        }
        while let candidate = try cursor.candidates.next(&budget) {
            if candidate.seconds > cursor.upper { break }
            if cursor.index == 0, isReplaced(candidate, &cursor) { continue }
            cursor.pending = candidate
            return
        }
        cursor.isAtEnd = true
    }

    /// RFC 5545 §3.8.4.4
    private func isReplaced(_ candidate: RecurrenceSeries.Candidate, _ cursor: inout Cursor) -> Bool {
        if set.replaced.contains(candidate.seconds) { return true }
        if set.replacedDays.isEmpty { return false }
        let day = candidate.wall.dayNumber
        defer { cursor.lastDay = day }
        return cursor.lastDay != day && set.replacedDays.contains(day)
    }

    /// Goes to before the first original start whose instance can reach into the range.
    private func start(_ cursor: inout Cursor, _ budget: inout StepBudget) throws(StepBudget.Exhausted) {
        let series = set.series[cursor.index]
        let shift = set.farthestShift
        if let end = range.end {
            cursor.upper = line(end, series.clock).addingClamped(shift + slack(end, series.clock))
        }
        guard let start = range.start else { return }
        let longest = set.shifts.reduce(series.longest) { max($0, $1.timing.longest) }
        let reach = shift.addingClamped(longest)
        let slack = max(slack(start, series.clock), slack(Instant(seconds: start.seconds.addingClamped(-reach)), series.clock))
        let earliest = line(start, series.clock).addingClamped(-reach.addingClamped(slack))
        // From the beginning of a day, where it must be known what is the first of it.
        let isWholeDay = cursor.index == 0 && !set.replacedDays.isEmpty
        guard let wall = series.clock.wall(at: earliest).map({ isWholeDay ? CivilDateTime($0.date) : $0 }), wall > series.start.wall
        else {
            if earliest > 0, series.clock.wall(at: earliest) == nil { cursor.isAtEnd = true }
            return
        }
        try cursor.candidates.seek(to: wall, &budget)
    }

    /// How far a time may be from the instant that its wall tells: where the clocks change near by, a time that falls into a gap, or
    /// is read on another clock, is off by as much.
    private func slack(_ instant: Instant, _ clock: SeriesClock) -> Int64 {
        let rules = clock.rules ?? floatingZone
        let day: Int64 = 86_400
        let offsets = [-2 * day, -day, 0, day, 2 * day].map {
            rules.offset(at: Instant(seconds: instant.seconds.addingClamped($0)))
        }
        return Int64((offsets.max() ?? 0) - (offsets.min() ?? 0))
    }

    /// The instant on the series' line.
    private func line(_ instant: Instant, _ clock: SeriesClock) -> Int64 {
        if !clock.isFloating { return instant.seconds }
        return floatingZone.wallTime(at: instant)?.wallSeconds ?? instant.seconds
    }
}

extension Int64 {
    /// The sum, or the nearest number that there is.
    func addingClamped(_ other: Int64) -> Int64 {
        let (sum, overflowed) = addingReportingOverflow(other)
        return overflowed ? (other > 0 ? .max : .min) : sum
    }
}

extension RecurrenceSet {
    /// The instances that overlap the range (RFC 4791 §9.9). `zone` is where floating times and days are looked at
    /// from.
    package func instances(
        overlapping range: InstantRange = InstantRange(), floatingIn zone: any TimeZoneRules
    ) -> RecurrenceInstances {
        RecurrenceInstances(of: self, overlapping: range, floatingIn: zone)
    }
}

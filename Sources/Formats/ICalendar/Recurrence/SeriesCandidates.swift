import CivilTime

/// The instances of a series before overrides, in their order: all rules and RDATEs united, each instant once, without
/// what EXDATE and EXRULE take away.
struct SeriesCandidates {
    private let series: RecurrenceSeries
    private var rules: [Source]
    private var exclusionRules: [Source]
    private var single = 0
    private var last: Int64?
    /// Found, and not yet known whether excluded; kept where the steps end between the two.
    private var held: RecurrenceSeries.Candidate?

    private struct Source {
        var occurrences: Occurrences
        var pending: RecurrenceSeries.Candidate?
        var isPending = false
    }

    init(of series: RecurrenceSeries) {
        self.series = series
        rules = series.rules.map { Source(occurrences: $0) }
        exclusionRules = series.exclusions.rules.map { Source(occurrences: $0) }
    }

    /// Goes to the first whose wall time is `wall` or later.
    mutating func seek(to wall: CivilDateTime, _ budget: inout StepBudget) throws(StepBudget.Exhausted) {
        last = nil
        held = nil
        for index in rules.indices {
            rules[index].isPending = false
            try rules[index].occurrences.seek(to: wall, &budget)
        }
        for index in exclusionRules.indices {
            exclusionRules[index].isPending = false
            try exclusionRules[index].occurrences.seek(to: wall, &budget)
        }
        single = series.singles.partitioningIndex { $0.wall >= wall }
    }

    /// Nil at the end.
    mutating func next(_ budget: inout StepBudget) throws(StepBudget.Exhausted) -> RecurrenceSeries.Candidate? {
        while true {
            if held == nil { held = try nextIncluded(&budget) }
            guard let candidate = held else { return nil }
            let isExcluded = try isExcluded(candidate, &budget)
            held = nil
            if !isExcluded { return candidate }
        }
    }

    /// After `candidate`, which `next` gave last: goes on to the last one of those that follow it at a distance of no more than
    /// `length`, and gives that; nil where there is none, or it is not plain. Of what is in `barriers` (ascending) none is passed.
    /// `span` is from when to when one is.
    mutating func skipRun(
        after candidate: RecurrenceSeries.Candidate, length: Int64, barriers: [Int64],
        span: (RecurrenceSeries.Candidate) -> (start: Int64, end: Int64), _ budget: inout StepBudget
    ) throws(StepBudget.Exhausted) -> RecurrenceSeries.Candidate? {
        guard rules.count == 1, exclusionRules.isEmpty, series.exclusions.days.isEmpty, held == nil, !rules[0].isPending,
            let run = rules[0].occurrences.evenRun, run.step <= length
        else { return nil }
        let wall = candidate.wall.wallSeconds
        var barrier = Int64.max
        let place = barriers.partitioningIndex { $0 > candidate.seconds }
        if place < barriers.count { barrier = barriers[place] }
        if single < series.singles.count { barrier = min(barrier, series.singles[single].seconds) }
        // Where clocks change, for starts or for ends, an hour is skipped or comes twice: the run ends there.
        let first = span(candidate)
        func found(_ count: Int) -> RecurrenceSeries.Candidate? {
            guard let time = CivilDateTime(wallSeconds: wall + Int64(count) * run.step) else { return nil }
            let found = RecurrenceSeries.Candidate(seconds: series.clock.seconds(of: time), wall: time)
            let (start, end) = span(found)
            guard found.seconds < barrier, series.clock.wall(at: found.seconds) == time,
                start - first.start == Int64(count) * run.step, end - first.end == Int64(count) * run.step
            else { return nil }
            return found
        }
        var (low, high) = (0, run.count)
        while low < high {
            try budget.spend()
            let middle = (low + high + 1) / 2
            if found(middle) == nil { high = middle - 1 } else { low = middle }
        }
        guard low > 0, let end = found(low) else { return nil }
        rules[0].occurrences.skip(low, of: run)
        last = end.seconds
        return end
    }

    private mutating func nextIncluded(
        _ budget: inout StepBudget
    ) throws(StepBudget.Exhausted) -> RecurrenceSeries.Candidate? {
        while true {
            var first: Int?
            var best: RecurrenceSeries.Candidate?
            for index in rules.indices {
                try fill(index, &budget)
                guard let pending = rules[index].pending, best.map({ pending.seconds < $0.seconds }) ?? true
                else { continue }
                best = pending
                first = index
            }
            if single < series.singles.count {
                let candidate = series.singles[single]
                // Of an RDATE and an instance of a rule the RDATE is taken: it may have its own end.
                if best.map({ candidate.seconds <= $0.seconds }) ?? true {
                    try budget.spend()
                    best = candidate
                    first = nil
                    single += 1
                }
            }
            guard let candidate = best else { return nil }
            if let first { rules[first].isPending = false }
            if candidate.seconds == last { continue }
            last = candidate.seconds
            return candidate
        }
    }

    private mutating func fill(_ index: Int, _ budget: inout StepBudget) throws(StepBudget.Exhausted) {
        if rules[index].isPending { return }
        rules[index].pending = nil
        while let wall = try rules[index].occurrences.next(&budget) {
            let seconds = series.clock.seconds(of: wall)
            // Of a rule of hours or less, what falls into the gap of spring is the same as what comes an hour later.
            if rules[index].occurrences.plan.frequency < .daily, series.clock.wall(at: seconds) != wall,
                wall != series.start.wall
            {
                continue
            }
            rules[index].pending = RecurrenceSeries.Candidate(seconds: seconds, wall: wall)
            break
        }
        rules[index].isPending = true
    }

    private mutating func isExcluded(
        _ candidate: RecurrenceSeries.Candidate, _ budget: inout StepBudget
    ) throws(StepBudget.Exhausted) -> Bool {
        let exclusions = series.exclusions
        if exclusions.isEmpty { return false }
        if exclusions.times.contains(candidate.seconds) { return true }
        if !exclusions.days.isEmpty, exclusions.days.contains(candidate.wall.dayNumber) { return true }
        for index in exclusionRules.indices {
            while true {
                if !exclusionRules[index].isPending {
                    exclusionRules[index].pending = try exclusionRules[index].occurrences.next(&budget)
                        .map { RecurrenceSeries.Candidate(seconds: 0, wall: $0) }
                    exclusionRules[index].isPending = true
                }
                guard let pending = exclusionRules[index].pending else { break }
                if pending.wall == candidate.wall { return true }
                if pending.wall > candidate.wall { break }
                exclusionRules[index].isPending = false
            }
        }
        return false
    }
}

extension Array {
    /// The first index whose element has `belongs`, and all after it too; the end where none has.
    func partitioningIndex(where belongs: (Element) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = low + (high - low) / 2
            if belongs(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}

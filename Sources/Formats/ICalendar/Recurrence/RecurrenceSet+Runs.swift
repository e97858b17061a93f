import CivilTime

extension RecurrenceSet {
    /// All instances as few stretches: those in UTC in order of their starts, then those on the wall. Instances between which
    /// there are less than `days` are in one run. Of either line there are at most `limit` runs: the last then has all that is
    /// left, to the end of the last instance.
    ///
    /// No instance is outside of all runs. Where the instances of a rule lie close enough together its run is found by
    /// arithmetic; else at most some instances for each run are made, and what comes after them is one run.
    package func runs(mergingGapsBelow days: Int, limit: Int) -> [RecurrenceRun] {
        var collector = RunCollector(gap: Int64(max(0, min(days, Self.mostDays))) * 86_400, limit: max(1, min(limit, 10_000)))
        for override in overrides { collector.add(override.instance, isExact: true) }
        for index in series.indices { add(index, to: &collector) }
        return collector.runs
    }

    /// From the first start to the last end; one for each line on which the object has instances.
    package var span: [RecurrenceRun] { runs(mergingGapsBelow: Self.mostDays, limit: 1) }

    /// More than there are from the year 1 to the year 9999.
    private static let mostDays = 4_000_000

    private func add(_ index: Int, to collector: inout RunCollector) {
        let series = series[index]
        let shifts = index == 0 ? shifts : []
        var sparse: [Occurrences] = []
        for rule in series.rules {
            if let gap = rule.plan.longestGapInDays, Int64(gap).multipliedClamped(by: 86_400) - series.shortest < collector.gap {
                addAll(of: rule, series, shifts, from: series.clock.seconds(of: series.start.wall), to: &collector)
            } else {
                sparse.append(rule)
            }
        }
        addOneByOne(series.withRules(sparse), isFirst: index == 0, to: &collector)
    }

    /// One run from `start` to the end of the rule, wider by what overrides shift.
    private func addAll(
        of rule: Occurrences, _ series: RecurrenceSeries, _ shifts: [RecurrenceOverride], from start: Int64,
        to collector: inout RunCollector
    ) {
        var budget = StepBudget(4096 + 64 * collector.limit)
        let last: CivilDateTime?
        do {
            last = try rule.last(&budget)
        } catch {
            // A long count of a rule whose periods differ: as one without an end.
            last = nil
        }
        let end = last.map { wall in
            let seconds = series.clock.seconds(of: wall)
            return series.timing.end(wall: wall, seconds: seconds, series.clock)
        } ?? .max
        collector.add(RecurrenceRun(start: start, end: end, isFloating: series.clock.isFloating, isExact: false))
        for shift in shifts {
            let length = max(shift.timing.longest, series.timing.longest)
            collector.add(RecurrenceRun(
                start: max(start, shift.originalSeconds).addingClamped(-farthestShift),
                end: end == .max ? .max : end.addingClamped(farthestShift + length),
                isFloating: shift.shift?.clock.isFloating ?? series.clock.isFloating, isExact: false))
        }
    }

    private func addOneByOne(_ series: RecurrenceSeries, isFirst: Bool, to collector: inout RunCollector) {
        var candidates = SeriesCandidates(of: series)
        var left = 16 * collector.limit
        var budget = StepBudget(4096 + 64 * collector.limit)
        var reached = series.clock.seconds(of: series.start.wall)
        do {
            while let candidate = try candidates.next(&budget) {
                reached = candidate.seconds
                if left == 0 { throw StepBudget.Exhausted() }
                left -= 1
                add(candidate, of: series, isFirst: isFirst, isExact: true, to: &collector)
            }
        } catch {
            // Where clocks are put forward, a later time on the wall may come some hours earlier.
            let start = reached - 3 * 3600
            for single in series.singles where single.seconds >= start {
                add(single, of: series, isFirst: isFirst, isExact: false, to: &collector)
            }
            for rule in series.rules {
                addAll(of: rule, series, isFirst ? shifts : [], from: start, to: &collector)
            }
        }
    }

    private func add(
        _ candidate: RecurrenceSeries.Candidate, of series: RecurrenceSeries, isFirst: Bool, isExact: Bool,
        to collector: inout RunCollector
    ) {
        guard isFirst else { return collector.add(series.instance(candidate), isExact: isExact) }
        if replaced.contains(candidate.seconds) { return }
        let isExact = isExact && !replacedDays.contains(candidate.wall.dayNumber)
        guard let shift = shift(for: candidate.seconds) else {
            return collector.add(series.instance(candidate), isExact: isExact)
        }
        if let instance = shift.shifted(candidate, of: series) { collector.add(instance, isExact: isExact) }
    }
}

extension Int64 {
    /// The product of two that are not negative, or the greatest number that there is.
    func multipliedClamped(by other: Int64) -> Int64 {
        let (product, overflowed) = multipliedReportingOverflow(by: other)
        return overflowed ? .max : product
    }
}

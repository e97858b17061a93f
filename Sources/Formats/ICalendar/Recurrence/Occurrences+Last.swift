import CivilTime

extension Occurrences {
    /// The last occurrence that COUNT or UNTIL allows, found without making those before it; nil for a rule without an end.
    func last(_ budget: inout StepBudget) throws(StepBudget.Exhausted) -> CivilDateTime? {
        var walker = self
        walker.restart()
        if plan.count != nil {
            if let wall = try walker.lastByCount(&budget), wall.wallSeconds <= limit { return wall }
            if limit == .max { return CivilDateTime(wallSeconds: CivilDateTime.lastWallSeconds) }
        }
        return limit == .max ? nil : try walker.lastByLimit(&budget)
    }

    /// The one with which COUNT is reached; nil where the calendar ends before.
    private mutating func lastByCount(_ budget: inout StepBudget) throws(StepBudget.Exhausted) -> CivilDateTime? {
        // DTSTART is the first.
        var missing = (plan.count ?? 1) - 1
        if missing <= 0 { return plan.start }
        if plan.filter.skip == .forward {
            var found: CivilDateTime?
            while let time = try next(&budget) { found = time }
            return found
        }
        guard try advance(to: 0, &budget) else { return nil }
        if let constant = plan.countPerPeriod, constant > 0, periodIndex == 0 {
            let ofFirst = remaining(before: .max)
            if missing > ofFirst {
                missing -= ofFirst
                let index = 1 + (missing - 1) / constant
                guard try advance(to: index, &budget), periodIndex == index else { return nil }
                missing -= (index - 1) * constant
            }
        } else {
            while true {
                let count = remaining(before: .max)
                if missing <= count { break }
                missing -= count
                guard try advance(to: periodIndex + 1, &budget) else { return nil }
            }
        }
        guard let period else { return nil }
        let place = next + missing - 1
        guard place < (plan.positions == nil ? period.memberCount : selected.count) else { return nil }
        return CivilDateTime(wallSeconds: period.member(at: plan.positions == nil ? place : selected[place]))
    }

    /// The last before UNTIL, looked for ever farther before it.
    private mutating func lastByLimit(_ budget: inout StepBudget) throws(StepBudget.Exhausted) -> CivilDateTime? {
        let end = plan.periodIndex(of: limit)
        var back = 1
        while true {
            restart()
            var found: CivilDateTime?
            if end > back {
                isAtStart = false
                if try !advance(to: end - back, &budget) { isAtEnd = true }
            }
            while let time = try next(&budget) { found = time }
            if found != nil || end <= back { return found }
            back *= 8
        }
    }
}

extension CivilDateTime {
    /// The end of the year 9999.
    static let lastWallSeconds = Int64(CivilDate.lastDayNumber) * 86_400 + 86_399
}

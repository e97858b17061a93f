package import CivilTime

extension Occurrences {
    /// Goes to the first occurrence at or after `target`, by arithmetic. Only where a COUNT has to be kept by a rule whose
    /// periods differ, the periods before it are counted, each in one step.
    package mutating func seek(to target: CivilDateTime, _ budget: inout StepBudget) throws(StepBudget.Exhausted) {
        let target = target.wallSeconds
        restart()
        guard target > plan.start.wallSeconds else { return }
        // With SKIP=FORWARD the end of a period may lie in the next one.
        let index = max(0, plan.periodIndex(of: target) - (plan.filter.skip == .forward ? 1 : 0))
        if plan.count != nil {
            try count(before: target, periodIndex: index, &budget)
            if isAtEnd { return }
        }
        isAtStart = false
        last = target - 1
        period = nil
        if try !advance(to: index, &budget) { isAtEnd = true }
    }

    mutating func restart() {
        isAtStart = true
        isAtEnd = false
        periodIndex = -1
        period = nil
        next = 0
        emittedCount = 0
        last = plan.start.wallSeconds - (includesStart ? 0 : 1)
        emptyPeriods = 0
    }

    /// Sets `emittedCount` to the number of occurrences before `target`.
    private mutating func count(
        before target: Int64, periodIndex index: Int, _ budget: inout StepBudget
    ) throws(StepBudget.Exhausted) {
        guard let count = plan.count else { return }
        if plan.filter.skip == .forward {
            try walk(to: target, &budget)
            return
        }
        isAtStart = false
        if includesStart { emittedCount = 1 }
        guard try advance(to: 0, &budget) else { isAtEnd = true; return }
        if let constant = plan.countPerPeriod, periodIndex == 0 {
            if index == 0 {
                emittedCount += remaining(before: target)
            } else {
                emittedCount += remaining(before: .max)
                let (whole, overflowed) = (index - 1).multipliedReportingOverflow(by: constant)
                if overflowed || whole > count - emittedCount { isAtEnd = true; return }
                emittedCount += whole
                guard try advance(to: index, &budget) else { isAtEnd = true; return }
                if periodIndex == index { emittedCount += remaining(before: target) }
            }
        } else {
            while periodIndex < index, emittedCount < count {
                emittedCount += remaining(before: .max)
                guard try advance(to: periodIndex + 1, &budget) else { isAtEnd = true; return }
            }
            if periodIndex == index { emittedCount += remaining(before: target) }
        }
        if emittedCount >= count { isAtEnd = true }
    }

    /// How many of the period there still are, of those before `target`.
    func remaining(before target: Int64) -> Int {
        guard let period else { return 0 }
        guard target < .max else { return (plan.positions == nil ? period.memberCount : selected.count) - next }
        let rank = plan.positions == nil
            ? period.rank(target) : selected.partitioningIndex { period.member(at: $0) >= target }
        return max(0, rank - next)
    }

    private mutating func walk(to target: Int64, _ budget: inout StepBudget) throws(StepBudget.Exhausted) {
        while true {
            let before = self
            guard let time = try next(&budget) else { return }
            if time.wallSeconds >= target {
                self = before
                return
            }
        }
    }
}

package import CivilTime

/// The occurrences of one rule on the wall, in their order, made one by one (RFC 5545 §3.3.10).
///
/// Invariants. They strictly ascend. The first is DTSTART, whether the rule matches it or not, and COUNT counts it (RFC 5545
/// §3.8.5.3: "The DTSTART property value SHOULD be synchronized with the recurrence rule"; here it always is an instance).
/// Evaluation never looks at more than it spends of the budget, so no rule of whatever content runs for ever.
package struct Occurrences {
    let plan: RecurrencePlan
    /// UNTIL, on the wall of DTSTART.
    private let limit: Int64
    private let includesStart: Bool

    private var isAtStart = true
    private var isAtEnd = false
    private var periodIndex = -1
    private var period: OccurrencePeriod?
    /// The index of the next one within the period, or within `selected`.
    private var next = 0
    /// With BYSETPOS the members that it leaves.
    private var selected: [Int] = []
    private var emittedCount = 0
    private var last: Int64
    private var emptyPeriods = 0
    private var month = CachedMonth()

    /// `limit` is UNTIL as DTSTART's wall shows it; see `RecurrenceRule.limit(in:isDate:)`. Nil for an RSCALE that is not known.
    /// Without `includesStart` only what the rule matches is given, as exclusions need it.
    package init?(
        _ rule: RecurrenceRule, start: CivilDateTime, isDate: Bool, limit: CivilDateTime? = nil, includesStart: Bool = true
    ) {
        guard let plan = RecurrencePlan(rule, start: start, isDate: isDate) else { return nil }
        self.plan = plan
        self.limit = limit?.wallSeconds ?? .max
        self.includesStart = includesStart
        last = start.wallSeconds - (includesStart ? 0 : 1)
    }

    /// Nil at the end.
    package mutating func next(_ budget: inout StepBudget) throws(StepBudget.Exhausted) -> CivilDateTime? {
        if isAtEnd { return nil }
        if isAtStart {
            isAtStart = false
            try budget.spend()
            if includesStart {
                emittedCount = 1
                return plan.start
            }
        }
        if let count = plan.count, emittedCount >= count { return finish() }
        while true {
            if let period {
                let count = plan.positions == nil ? period.memberCount : selected.count
                if next < count {
                    let wall = period.member(at: plan.positions == nil ? next : selected[next])
                    // SKIP=FORWARD can bring a day of the next month twice.
                    if wall > last { try budget.spend() }
                    next += 1
                    if wall > last { return emit(wall) }
                    continue
                }
                self.period = nil
            }
            guard try advance(to: periodIndex + 1, &budget) else { return finish() }
        }
    }

    private mutating func emit(_ wall: Int64) -> CivilDateTime? {
        guard wall <= limit, let time = CivilDateTime(wallSeconds: wall) else { return finish() }
        emittedCount += 1
        last = wall
        return time
    }

    private mutating func finish() -> CivilDateTime? {
        isAtEnd = true
        return nil
    }

    /// Goes to the first period from `index` on that has something. Whether there is one.
    private mutating func advance(
        to index: Int, _ budget: inout StepBudget
    ) throws(StepBudget.Exhausted) -> Bool {
        var index = index
        while true {
            switch try plan.look(at: index, month: &month, &budget) {
            case .end: return false
            case .nothing(let nextIndex):
                emptyPeriods += 1
                if emptyPeriods > plan.cycle { return false }
                index = nextIndex
            case .found(let found):
                periodIndex = index
                if select(found) {
                    emptyPeriods = 0
                    return true
                }
                emptyPeriods += 1
                if emptyPeriods > plan.cycle { return false }
                index += 1
            }
        }
    }

    /// Makes `found` the period to read from, at the first that comes after the last one given.
    private mutating func select(_ found: OccurrencePeriod) -> Bool {
        period = found
        guard let positions = plan.positions else {
            next = last < Int64(found.firstDay) * 86_400 ? 0 : found.rank(last + 1)
            return found.memberCount > 0
        }
        found.selected(positions, into: &selected)
        next = 0
        return !selected.isEmpty
    }
}

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

    private mutating func restart() {
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
    private func remaining(before target: Int64) -> Int {
        guard let period else { return 0 }
        if plan.positions == nil {
            return max(0, (target == .max ? period.memberCount : period.rank(target)) - next)
        }
        return selected.dropFirst(next).reduce(into: 0) { sum, index in
            let wall = period.member(at: index)
            if wall > last && wall < target { sum += 1 }
        }
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

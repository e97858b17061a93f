package import CivilTime

/// The occurrences of one rule on the wall, in their order, made one by one (RFC 5545 §3.3.10).
///
/// Invariants. They strictly ascend. The first is DTSTART, whether the rule matches it or not, and COUNT counts it (RFC 5545
/// §3.8.5.3: "The DTSTART property value SHOULD be synchronized with the recurrence rule"; here it always is an instance).
/// Evaluation never looks at more than it spends of the budget, so no rule of whatever content runs for ever.
package struct Occurrences {
    let plan: RecurrencePlan
    /// UNTIL, on the wall of DTSTART.
    let limit: Int64
    let includesStart: Bool

    var isAtStart = true
    var isAtEnd = false
    var periodIndex = -1
    var period: OccurrencePeriod?
    /// The index of the next one within the period, or within `selected`.
    var next = 0
    /// With BYSETPOS the members that it leaves.
    var selected: [Int] = []
    var emittedCount = 0
    var last: Int64
    var emptyPeriods = 0
    var month = CachedMonth()

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
    mutating func advance(
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
        next = selected.partitioningIndex { found.member(at: $0) > last }
        return !selected.isEmpty
    }
}

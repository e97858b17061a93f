import CivilTime
import ContentLines

/// The instances of an object, each with the component that says how it is.
struct ComponentInstances {
    let set: RecurrenceSet
    /// Where the component of an override stands in the source, and its place among the overrides.
    private let overrides: [Int: Int]
    private let masters: Set<Int>

    init(_ set: RecurrenceSet) {
        self.set = set
        masters = Set(set.series.lazy.map(\.component.sourceRange.lowerBound))
        overrides = Dictionary(
            set.overrides.enumerated().map { ($0.element.component.sourceRange.lowerBound, $0.offset) },
            uniquingKeysWith: { first, _ in first })
    }

    /// Whether the component has a time.
    func isTimed(_ component: Component) -> Bool {
        let key = component.sourceRange.lowerBound
        return overrides[key] != nil || masters.contains(key)
    }

    /// Whether an instance of the component overlaps the range, and `condition` holds for it.
    func hasInstance(
        of component: Component, overlapping range: InstantRange, floatingIn zone: any TimeZoneRules,
        _ budget: inout StepBudget, where condition: (RecurrenceInstance) -> Bool = { _ in true }
    ) throws(StepBudget.Exhausted) -> Bool {
        let key = component.sourceRange.lowerBound
        var after = Int64.max
        if let place = overrides[key] {
            try budget.spend()
            let override = set.overrides[place]
            let instance = override.instance
            if instance.overlaps(range, floatingIn: zone), condition(instance) { return true }
            if override.shift == nil { return false }
            // RFC 5545 §3.2.13: it says how the instances are up to the next such override.
            after = firstShift(after: override.originalSeconds)
        } else if masters.contains(key) {
            after = firstShift(after: .min)
        } else {
            return false
        }
        try budget.spend(set.series.count)
        var instances = set.instances(overlapping: range, floatingIn: zone)
        while let instance = try instances.next(&budget) {
            if instance.component.isSame(as: component) {
                if condition(instance) { return true }
            } else if set.series.count == 1, let series = set.series.first,
                series.clock.seconds(of: instance.recurrenceID.wall) > after
            {
                // In order of the original starts: no more of them are the component's. A series without an end would else be
                // walked for ever.
                return false
            }
        }
        return false
    }

    private func firstShift(after seconds: Int64) -> Int64 {
        set.shifts.first { $0.originalSeconds > seconds }?.originalSeconds ?? .max
    }
}

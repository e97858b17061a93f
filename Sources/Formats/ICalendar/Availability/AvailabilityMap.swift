import CivilTime

/// What several VAVAILABILITYs together say of a range of time (RFC 7953 §4).
struct AvailabilityMap: Sendable {
    private struct Layer: Sendable {
        let priority: Int
        let kind: BusyKind
        let covered: TimeSpans
        let free: TimeSpans
    }

    private let range: Range<Int64>
    private var layers: [Layer] = []

    init(range: Range<Int64>) {
        self.range = range
    }

    mutating func add(
        _ hours: Availability, floatingIn zone: any TimeZoneRules, limit: Int, _ budget: inout StepBudget
    ) throws(CalendarLimitExceeded) {
        try budget.take()
        let covered = hours.covered(range, floatingIn: zone)
        // RFC 7953 §5, 2.A
        if covered.isEmpty { return }
        var free = TimeSpanCollector(limit: limit)
        let bounds = InstantRange(
            start: Instant(seconds: covered.lowerBound), end: Instant(seconds: covered.upperBound))
        for set in hours.available {
            var instances = set.instances(overlapping: bounds, floatingIn: zone)
            // RFC 7953 §5, 3.A.i: "ignoring instances or parts of instances that fall outside".
            while let instance = try instances.nextOrLimit(&budget) {
                let start = instance.interval.start.instant(in: zone).seconds
                let end = instance.interval.end.instant(in: zone).seconds
                try free.add((start..<max(start, end)).clamped(to: covered))
            }
        }
        if layers.count == limit { throw .instances(limit) }
        layers.append(Layer(
            priority: hours.priority, kind: hours.kind, covered: TimeSpans([covered]), free: try free.spans()))
    }

    /// RFC 7953 §4: layer by layer, from the one that counts least. What a layer covers is busy, but for its own free
    /// time; those of the same priority are one layer, and where they overlap BUSY is before BUSY-UNAVAILABLE before
    /// BUSY-TENTATIVE.
    func busy() -> [BusyKind: TimeSpans] {
        var result: [BusyKind: TimeSpans] = [:]
        for priority in [0, 9, 8, 7, 6, 5, 4, 3, 2, 1] {
            let group = layers.filter { $0.priority == priority }
            if group.isEmpty { continue }
            var covered = TimeSpans()
            var free = TimeSpans()
            for layer in group {
                covered.formUnion(layer.covered)
                free.formUnion(layer.free)
            }
            for kind in result.keys { result[kind]?.subtract(covered) }
            var taken = free
            for kind in [BusyKind.busy, .unavailable, .tentative] {
                var own = TimeSpans()
                for layer in group where layer.kind == kind { own.formUnion(layer.covered) }
                own.subtract(taken)
                taken.formUnion(own)
                result[kind, default: TimeSpans()].formUnion(own)
            }
        }
        return result
    }
}

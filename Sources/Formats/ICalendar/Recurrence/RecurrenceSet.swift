import CivilTime
package import ContentLines

/// All instances of one object: its master with its rules, and its overrides (RFC 5545 §3.8.5).
///
/// DTSTART is always an instance, and COUNT counts it. An override is always an instance too: whether or not the rules
/// give what its RECURRENCE-ID names, or an EXDATE takes it away, or there is no master. Where everything is taken
/// away, and there is no override, DTSTART is an instance all the same: an object that can nowhere be seen can nowhere
/// be deleted. It is a placeholder, which takes no time, and is not given where instances are.
package struct RecurrenceSet: Sendable {
    /// Mostly one; overrides belong to the first.
    let series: [RecurrenceSeries]
    /// By what they replace.
    let overrides: [RecurrenceOverride]
    /// Those of `overrides` with RANGE=THISANDFUTURE.
    let shifts: [RecurrenceOverride]
    /// What overrides replace.
    let replaced: Set<Int64>
    let replacedDays: Set<Int>

    /// `components` are those of one UID (RFC 4791 §4.1): masters and overrides in any order.
    package init(_ components: [Component], zones: some ZoneResolving) {
        var series: [RecurrenceSeries] = []
        var overriding: [RecurrenceProperties] = []
        for component in components {
            let properties = RecurrenceProperties(of: component)
            if component.property("RECURRENCE-ID") != nil {
                overriding.append(properties)
            } else if let made = RecurrenceSeries(properties, zones) {
                series.append(made)
            }
        }
        let master = series.first
        let overrides = overriding.compactMap { RecurrenceOverride($0, of: master, zones) }
            .sorted { $0.originalSeconds < $1.originalSeconds }
        self.overrides = overrides
        shifts = overrides.filter { $0.shift != nil }
        replaced = Set(overrides.lazy.filter { $0.day == nil }.map(\.originalSeconds))
        replacedDays = Set(overrides.lazy.compactMap(\.day))
        // What is emptied by more exclusions than that was not emptied by hand, instance by instance: whoever evaluates it
        // will see that the steps do not suffice.
        var budget = StepBudget(20_000)
        self.series = overrides.isEmpty ? series.map { $0.neverEmpty(&budget) } : series
    }

    /// Whether no component has a time: a task without a start and a due time, a note without a date.
    package var isWithoutTime: Bool { series.isEmpty && overrides.isEmpty }
    /// Whether there is more than a master that does not recur.
    package var isRecurring: Bool {
        series.count + overrides.count > 1 || series.contains { !$0.rules.isEmpty || $0.singles.count > 1 }
    }
    /// Whether there are no instances but one that stands for the object alone.
    package var isPlaceholder: Bool { overrides.isEmpty && !series.isEmpty && series.allSatisfy(\.isPlaceholder) }
    /// The RSCALE of a rule that cannot be evaluated (RFC 7529 §5).
    package var unsupportedScale: String? { series.lazy.compactMap(\.unsupportedScale).first }

    /// The override whose RANGE=THISANDFUTURE an instance with that original start is in.
    func shift(for seconds: Int64) -> RecurrenceOverride? {
        if shifts.isEmpty { return nil }
        let after = shifts.partitioningIndex { $0.originalSeconds > seconds }
        return after > 0 ? shifts[after - 1] : nil
    }

    /// How far an instance may be from its original start, in seconds of its line, to either side.
    var farthestShift: Int64 {
        // An instance that changes between UTC and the wall, or between zones, may move by a day.
        shifts.reduce(shifts.isEmpty ? 0 : 2 * 86_400) { max($0, Int64(($1.shift?.delta ?? 0).magnitude) + 2 * 86_400) }
    }
}

extension RecurrenceSeries {
    /// The series without its exclusions where these leave nothing of it.
    func neverEmpty(_ budget: inout StepBudget) -> RecurrenceSeries {
        if exclusions.isEmpty { return self }
        var candidates = SeriesCandidates(of: self)
        do {
            return try candidates.next(&budget) == nil ? withStartAlone : self
        } catch {
            return self
        }
    }
}

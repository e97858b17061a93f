extension ZoneRules {
    /// Whether the clocks stand alike from `start` on, for ever, whatever that is called; without a start always.
    package func agrees(with other: ZoneRules, from start: Instant? = nil) -> Bool {
        if self === other { return true }
        var instant = start ?? Instant(seconds: Self.firstSecond)
        guard offset(at: instant) == other.offset(at: instant) else { return false }
        // After the last listed change of both, what comes every year comes again after a cycle of the calendar.
        let listed = max(lastListedChange ?? instant, other.lastListedChange ?? instant, instant)
        let end = Instant(seconds: listed.seconds.addingReportingOverflow(Self.cycle).partialValue)
        while instant < end {
            let (own, others) = (offsetChange(after: instant), other.offsetChange(after: instant))
            guard own == others else { return false }
            guard let next = own else { return true }
            instant = next.instant
        }
        return true
    }

    /// These rules from `start` up to `end`, and `other` before and after.
    package func between(_ start: Instant?, _ end: Instant?, otherwise other: ZoneRules) -> ZoneRules {
        var changes: [(instant: Instant, after: Observance)] = []
        func append(_ rules: ZoneRules, after from: Instant, before limit: Instant?) {
            for row in rules.rows where row.instant > from.seconds && (limit.map { row.instant < $0.seconds } ?? true) {
                changes.append((Instant(seconds: row.instant), rules.observances[row.observance]))
            }
        }
        let beginning = Instant(seconds: Self.firstSecond)
        if let start {
            append(other, after: beginning, before: start)
            // What comes every year may have begun before.
            appendAnnual(of: other, before: start, to: &changes)
            changes.append((start, observance(at: start)))
        }
        append(self, after: start ?? beginning, before: end)
        let first = start == nil ? initialObservance : other.initialObservance
        guard let end else {
            return ZoneRules(initial: first, changes: changes, annualChanges: annualChanges)
        }
        changes.append((end, other.observance(at: end)))
        append(other, after: end, before: nil)
        return ZoneRules(initial: first, changes: changes, annualChanges: other.annualChanges)
    }

    /// The first change of the offset after `instant`.
    package func offsetChange(after instant: Instant) -> OffsetChange? {
        var from = instant
        while let next = transition(after: from) {
            if next.before.offset != next.after.offset { return OffsetChange(instant: next.instant, offset: next.after.offset) }
            from = next.instant
        }
        return nil
    }

    package struct OffsetChange: Hashable, Sendable {
        package let instant: Instant
        package let offset: Int
    }

    /// The changes that `rules` have every year, as far as they come after the listed ones and before `end`.
    private func appendAnnual(of rules: ZoneRules, before end: Instant, to changes: inout [(instant: Instant, after: Observance)]) {
        guard let last = rules.lastListedChange, last < end, !rules.annualChanges.isEmpty else { return }
        let through = Instant(seconds: end.seconds - 1)
        for change in rules.transitions(after: last, through: through) { changes.append((change.instant, change.after)) }
    }

    /// 400 years, after which days and weekdays come again as they were.
    private static let cycle: Int64 = 146_097 * 86_400
    private static let firstSecond = Int64(CivilDate.firstDayNumber) * 86_400
}

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
            let (own, others) = (offsetChange(after: instant, through: end), other.offsetChange(after: instant, through: end))
            guard own == others else { return false }
            guard let next = own else { return true }
            instant = next.instant
        }
        return true
    }

    /// These rules from `start` up to `end`, and `other` before and after.
    package func between(_ start: Instant?, _ end: Instant?, otherwise other: ZoneRules) -> ZoneRules {
        var changes: [(instant: Instant, after: Observance)] = []
        let beginning = Instant(seconds: Self.firstSecond)
        if let start {
            other.append(after: beginning, before: start, to: &changes)
            changes.append((start, observance(at: start)))
        }
        append(after: start ?? beginning, before: end, to: &changes)
        let first = start == nil ? initialObservance : other.initialObservance
        guard let end else {
            return ZoneRules(initial: first, changes: changes, annualChanges: annualChanges)
        }
        changes.append((end, other.observance(at: end)))
        other.append(after: end, before: nil, to: &changes)
        return ZoneRules(initial: first, changes: changes, annualChanges: other.annualChanges)
    }

    /// Appends the changes after `start`: without an end the listed ones, else also those that come every year.
    private func append(after start: Instant, before end: Instant?, to changes: inout [(instant: Instant, after: Observance)]) {
        for row in rows where row.instant > start.seconds && (end.map { row.instant < $0.seconds } ?? true) {
            // At the last one, what comes every year decides already.
            let instant = Instant(seconds: row.instant)
            changes.append((instant, observance(at: instant)))
        }
        guard let end, !annualChanges.isEmpty else { return }
        let through = Instant(seconds: end.seconds - 1)
        for change in transitions(after: max(start, lastListedChange ?? start), through: through) {
            changes.append((change.instant, change.after))
        }
    }

    /// The first change of the offset after `instant`, up to and with `end`.
    package func offsetChange(after instant: Instant, through end: Instant) -> OffsetChange? {
        var from = instant
        // Names may change each year, and nothing else for ever.
        while let next = transition(after: from), next.instant <= end {
            if next.before.offset != next.after.offset { return OffsetChange(instant: next.instant, offset: next.after.offset) }
            from = next.instant
        }
        return nil
    }

    package struct OffsetChange: Hashable, Sendable {
        package let instant: Instant
        package let offset: Int
    }

    /// 400 years, after which days and weekdays come again as they were.
    private static let cycle: Int64 = 146_097 * 86_400
    private static let firstSecond = Int64(CivilDate.firstDayNumber) * 86_400
}

extension ZoneRules {
    /// An instant at which something changes: the offset, or at least what it is called.
    package struct Transition: Hashable, Sendable {
        package let instant: Instant
        package let before: Observance
        package let after: Observance
    }

    /// What is observed before the first change.
    package var initialObservance: Observance { observances[0] }

    /// What happens every year after the last listed change, in the order of the year.
    package var annualChanges: [AnnualChange] { tail.changes }

    /// From this instant on annual changes alone decide; nil where they do from the beginning.
    package var lastListedChange: Instant? { rows.last.map { Instant(seconds: $0.instant) } }

    package func observance(at instant: Instant) -> Observance {
        let seconds = instant.seconds
        if isInTail(seconds), let latest = tail.latest(at: seconds, on: .timeLine) {
            return observances[latest.row.observance]
        }
        let count = rowCount { $0.instant <= seconds }
        return count == 0 ? initialObservance : observances[rows[count - 1].observance]
    }

    /// The first transition after `instant`; nil where there is none, or none before the year 10000.
    package func transition(after instant: Instant) -> Transition? {
        var index = rowCount { $0.instant <= instant.seconds }
        var seconds = instant.seconds
        // Rows and annual changes may tell of a change to what is observed already.
        while index < rows.count {
            seconds = rows[index].instant
            if let found = transition(at: seconds) { return found }
            index += 1
        }
        for _ in 0...tail.rows.count {
            guard let next = tail.next(after: seconds) else { return nil }
            seconds = next.seconds
            if let found = transition(at: seconds) { return found }
        }
        return nil
    }

    /// The last transition at or before `instant`; nil where there is none.
    package func transition(atOrBefore instant: Instant) -> Transition? {
        var seconds = instant.seconds
        for _ in tail.rows {
            guard isInTail(seconds), let change = tail.latest(at: seconds, on: .timeLine) else { break }
            if let last = rows.last, change.seconds < last.instant { break }
            if let found = transition(at: change.seconds) { return found }
            seconds = change.seconds - 1
        }
        var index = rowCount { $0.instant <= seconds }
        while index > 0 {
            if let found = transition(at: rows[index - 1].instant) { return found }
            index -= 1
        }
        return nil
    }

    /// The first transition after `instant` if there were only the annual changes, and had been always.
    package func annualTransition(after instant: Instant) -> Transition? {
        var seconds = instant.seconds
        for _ in tail.rows {
            guard let next = tail.next(after: seconds),
                let before = tail.latest(at: next.seconds - 1, on: .timeLine)
            else { return nil }
            if before.row.observance != next.row.observance {
                return Transition(
                    instant: Instant(seconds: next.seconds), before: observances[before.row.observance],
                    after: observances[next.row.observance])
            }
            seconds = next.seconds
        }
        return nil
    }

    /// Those after `start` up to and with `end`, the first `limit` of them.
    package func transitions(after start: Instant, through end: Instant, limit: Int = 10_000) -> [Transition] {
        var found: [Transition] = []
        var from = start
        while found.count < limit, let next = transition(after: from), next.instant <= end {
            found.append(next)
            from = next.instant
        }
        return found
    }

    private func isInTail(_ seconds: Int64) -> Bool { rows.last.map { seconds >= $0.instant } ?? true }

    /// Nil where nothing changes.
    private func transition(at seconds: Int64) -> Transition? {
        let before = observance(at: Instant(seconds: seconds - 1))
        let after = observance(at: Instant(seconds: seconds))
        return before == after ? nil : Transition(instant: Instant(seconds: seconds), before: before, after: after)
    }
}

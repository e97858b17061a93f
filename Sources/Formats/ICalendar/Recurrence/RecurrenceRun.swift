/// A stretch of time in which an object has instances: what an index holds of it.
package struct RecurrenceRun: Hashable, Sendable {
    /// On the line that `isFloating` names (see `TimeOnLine`); the end is `Int64.max` where there is none.
    package var start: Int64
    package var end: Int64
    package var isFloating: Bool
    /// Whether the run is the time of one instance, or of some without a gap, so that what overlaps it overlaps an
    /// instance. Of another it is only certain that outside of all runs there is none.
    package var isExact: Bool

    package init(start: Int64, end: Int64, isFloating: Bool, isExact: Bool) {
        self.start = start
        self.end = end
        self.isFloating = isFloating
        self.isExact = isExact
    }
}

/// Stretches of time, which become runs.
struct RunCollector {
    /// Between stretches of one run there is less than this, in seconds.
    let gap: Int64
    /// Runs on each line.
    let limit: Int
    private var stretches: [RecurrenceRun] = []

    init(gap: Int64, limit: Int) {
        self.gap = gap
        self.limit = limit
    }

    mutating func add(_ instance: RecurrenceInstance, isExact: Bool) {
        let interval = instance.interval
        add(RecurrenceRun(
            start: interval.start.seconds, end: max(interval.start.seconds, interval.end.seconds),
            isFloating: interval.start.isFloating, isExact: isExact))
    }

    mutating func add(_ stretch: RecurrenceRun) {
        stretches.append(stretch)
    }

    /// Those in UTC by their start, then those on the wall.
    var runs: [RecurrenceRun] { runs(isFloating: false) + runs(isFloating: true) }

    private func runs(isFloating: Bool) -> [RecurrenceRun] {
        var runs: [RecurrenceRun] = []
        let own = stretches.filter { $0.isFloating == isFloating }
        for next in own.sorted(by: { ($0.start, $0.end) < ($1.start, $1.end) }) {
            guard let current = runs.last else { runs.append(next); continue }
            let touches = next.start <= current.end
            guard touches || next.start - current.end < gap || runs.count == limit else { runs.append(next); continue }
            // What takes no time at the end of something is in ranges that begin there, and the whole is not.
            let isLastMoment = next.start == next.end && next.start == current.end && current.start < current.end
            runs[runs.count - 1].end = max(current.end, next.end)
            runs[runs.count - 1].isExact = touches && current.isExact && next.isExact && !isLastMoment
        }
        return runs
    }
}

/// The rules of a zone that are known change by change up to a point, and from there on by what happens every year.
///
/// Both questions are a binary search, or, after the last listed change, a look at one or two years, whichever they
/// are.
package final class ZoneRules: TimeZoneRules {
    /// A change, made ready for both questions.
    struct Row: Sendable {
        /// From this instant on...
        let instant: Int64
        /// ...and for walls that show at least this...
        let wall: Int64
        /// ...the offset is this,
        let offset: Int
        /// and this the observance.
        let observance: Int
    }

    let observances: [Observance]
    /// In ascending order of both columns.
    let rows: [Row]
    let tail: AnnualChangeTable
    private let initialOffset: Int

    /// `initial` is observed up to the first change. Changes need no order; of two at the same instant the later one
    /// in the list counts. Annual changes happen after the last of `changes` only. Offsets must be
    /// `Observance.offsets`, instants not outside those of the years 0 to 9999 by more than a year.
    package init(
        initial: Observance, changes: [(instant: Instant, after: Observance)], annualChanges: [AnnualChange] = []
    ) {
        var list = ObservanceList(initial)
        var rows: [Row] = []
        rows.reserveCapacity(changes.count)
        var current = 0
        let inOrder = changes.enumerated().sorted {
            ($0.element.instant, $0.offset) < ($1.element.instant, $1.offset)
        }
        for (place, change) in inOrder {
            let instant = change.instant.seconds
            if let last = rows.last, last.instant == instant {
                rows.removeLast()
                current = rows.last?.observance ?? 0
            }
            let next = list.index(of: change.after)
            // Where annual changes take over, they do so at the last change, even at one that changes nothing.
            let isLast = place == inOrder.count - 1 && !annualChanges.isEmpty
            if next == current && !isLast { continue }
            let before = list.observances[current].offset
            // RFC 5545 §3.3.5: a skipped time is read with the offset before the gap, a time that comes twice is the
            // first. Either way the wall turns to the new offset when it has left both.
            let wall = instant + Int64(max(before, change.after.offset))
            rows.append(Row(
                instant: instant, wall: max(wall, rows.last?.wall ?? .min), offset: change.after.offset,
                observance: next))
            current = next
        }
        tail = AnnualChangeTable(annualChanges) { list.index(of: $0) }
        observances = list.observances
        self.rows = rows
        initialOffset = initial.offset
    }

    package func offset(at instant: Instant) -> Int {
        let seconds = instant.seconds
        guard let last = rows.last else {
            return tail.latest(at: seconds, on: .timeLine)?.row.offset ?? initialOffset
        }
        if seconds >= last.instant { return tail.latest(at: seconds, on: .timeLine)?.row.offset ?? last.offset }
        let count = rowCount { $0.instant <= seconds }
        return count == 0 ? initialOffset : rows[count - 1].offset
    }

    package func instant(of time: CivilDateTime) -> Instant {
        let seconds = time.wallSeconds
        return Instant(seconds: seconds - Int64(offset(atWall: seconds)))
    }

    private func offset(atWall seconds: Int64) -> Int {
        guard let last = rows.last else { return tail.latest(at: seconds, on: .wall)?.row.offset ?? initialOffset }
        if seconds >= last.wall { return tail.latest(at: seconds, on: .wall)?.row.offset ?? last.offset }
        let count = rowCount { $0.wall <= seconds }
        return count == 0 ? initialOffset : rows[count - 1].offset
    }

    /// How many rows, from the first on, have come to pass.
    func rowCount(_ hasCome: (Row) -> Bool) -> Int {
        var low = 0
        var high = rows.count
        while low < high {
            let middle = (low + high) / 2
            if hasCome(rows[middle]) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

/// Each observance once.
private struct ObservanceList {
    private(set) var observances: [Observance]
    private var indices: [Observance: Int]

    init(_ first: Observance) {
        observances = [first]
        indices = [first: 0]
    }

    mutating func index(of observance: Observance) -> Int {
        if let known = indices[observance] { return known }
        observances.append(observance)
        indices[observance] = observances.count - 1
        return observances.count - 1
    }
}

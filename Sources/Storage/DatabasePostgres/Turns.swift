import Database
import Locks
import Synchronization
import Threads

/// The lines in which transactions stand for rows that they all change.
///
/// Why: of transactions that change one row at once the database lets one commit, and undoes the others when they have waited for it.
/// Run again at once they lose to those that come new, which are as quick, and more are at work for nothing the more there are. So one
/// that met a conflict is run again in turn: it stands in the line of each row that it said it would change, on its node without a
/// connection; who is the first there waits for those of other nodes by an advisory lock, taken before its snapshot is. While there is
/// a line, those that come new join it before they have waited for anything. Where nobody stands in anybody's way there is no line, and
/// a transaction costs what it did.
///
/// What a transaction has looked for is another matter: the server keeps an eye on pages of indexes, and undoes those that have looked at one page
/// and written into it. So neighbours are in each other's way, whom nothing else connects, and run again at once they meet the
/// next ones. They have a line too, that of their neighbourhood (`HotRow.neighbourhood`), but do not wait long in it, for none of them is sure
/// to be in another's way. Who stands in line for a row stands in none of neighbours.
///
/// Who has its turn runs those that stand behind it and need no other rows in its own transaction (WriteGroup.swift), so that one commit is for
/// all that have come while the one before was at work. For a second after a line was there, the next one that comes to the row has its turn at once, as it
/// stands (`enter`): then those after it find a line, and not a row that is locked.
///
/// Invariants: who waits for rows takes them in their order, and before its transaction begins, so that no two wait for each other; who is in
/// its transaction already only takes what is free; who stands in a line holds no connection, and who waits for another node one of
/// half of them at most; nobody waits without end.
final class Turns: Sendable {
    final class Place: @unchecked Sendable {
        enum State {
            case waits
            /// It has its turn.
            case first
            /// Another one runs it, and signals again when it is decided.
            case taken
        }

        let semaphore = Semaphore()
        /// What may be run by another, if anything.
        let write: StandingWrite?
        /// The rows that it has its turn at, and those that it has not.
        let held: [HotRow]
        let lacking: [HotRow]
        // Guard: the lock of `state`.
        fileprivate var state = State.waits

        init(_ write: StandingWrite?, held: [HotRow], lacking: [HotRow]) {
            self.write = write
            self.held = held
            self.lacking = lacking
        }

        /// Says that its write has its outcome.
        func decide(_ outcome: StandingWrite.Outcome) {
            write?.outcome = outcome
            semaphore.signal()
        }
    }

    private struct Line {
        var isTaken = true
        /// Those that wait, in order.
        var places: [Place] = []
        /// When a turn ended last: as a number that grows, and as a time.
        var end: UInt64 = 0
        var endTime: Int64 = 0
        /// Until when no turn may be had without an advisory lock: another node was in the way of one.
        var closedUntil: Int64 = 0
    }

    enum Outcome {
        case taken
        case late
        /// Another one has run the write.
        case decided
    }

    enum Entry {
        case noLine
        case hasTurn
        case mustWait
    }

    /// For how long a line is remembered that nobody stands in, in milliseconds.
    private static let memory: Int64 = 1000
    private static let mostRemembered = 1024

    private let state = Guarded<(lines: [HotRow: Line], endCount: UInt64)>(([:], 0))
    private let writes = Atomic<UInt64>(0)
    /// Of those that wait for other nodes: PostgreSQL lets them wait in order, but each with a connection, which others need.
    let nodeWaits: WaitPlaces

    /// How long one waits for its turn among neighbours, the first time.
    let neighbourMilliseconds: Int64

    init(_ options: PostgresOptions) {
        nodeWaits = WaitPlaces(options.connectionLimit / 2)
        neighbourMilliseconds = options.neighbourMilliseconds
    }

    func waitingCount(for row: HotRow) -> Int { state.withLock { $0.lines[row]?.places.count ?? 0 } }

    func isTaken(_ row: HotRow) -> Bool { state.withLock { $0.lines[row]?.isTaken ?? false } }

    /// How many turns have ended. A snapshot that is made later has what they committed.
    var endCount: UInt64 { state.withLock { $0.endCount } }

    /// The number of a write that begins now.
    func beginWrite() -> UInt64 { writes.add(1, ordering: .sequentiallyConsistent).newValue }

    /// The number of the last one that has begun.
    var begunWrites: UInt64 { writes.load(ordering: .sequentiallyConsistent) }

    // MARK: Waiting

    fileprivate func take(_ row: HotRow, _ place: Place, until end: Int64) -> Outcome {
        let isFree = state.withLock { state -> Bool in
            if state.lines[row, default: Line(isTaken: false)].isTaken {
                state.lines[row]?.places.append(place)
                return false
            }
            state.lines[row, default: Line()].isTaken = true
            return true
        }
        if isFree { return .taken }
        let isInTime = place.semaphore.wait(milliseconds: Int(clamping: end - Clock.milliseconds))
        let found = state.withLock { state -> Place.State in
            // It may have come at the last moment.
            if place.state == .waits { state.lines[row]?.places.removeAll { $0 === place } }
            return place.state
        }
        switch found {
        case .waits: return .late
        case .first: return .taken
        case .taken:
            // Who took it ends in time.
            if !isInTime { place.semaphore.wait() }
            return .decided
        }
    }

    /// - Parameter isOpen: false where what had the turn without an advisory lock met another node's.
    func giveOn(_ row: HotRow, isOpen: Bool = true) {
        state.withLock { state in
            guard var line = state.lines[row] else { return }
            if !isOpen { line.closedUntil = Clock.milliseconds + Self.memory }
            state.endCount += 1
            line.end = state.endCount
            if line.places.isEmpty {
                line.isTaken = false
                line.endTime = Clock.milliseconds
            } else {
                let next = line.places.removeFirst()
                next.state = .first
                next.semaphore.signal()
            }
            state.lines[row] = line
            if state.lines.count > Self.mostRemembered {
                let oldest = Clock.milliseconds - Self.memory
                state.lines = state.lines.filter { $0.value.isTaken || $0.value.endTime > oldest }
            }
        }
    }

    // MARK: In a transaction

    /// For a transaction that is to change the row, and began after `count` turns had ended.
    func enter(_ row: HotRow, since count: UInt64) -> Entry {
        state.withLock { state in
            guard let line = state.lines[row] else { return .noLine }
            if line.isTaken { return .mustWait }
            let now = Clock.milliseconds
            if line.endTime < now - Self.memory {
                state.lines[row] = nil
                return .noLine
            }
            // Its snapshot may not have what the last one committed: it would wait for nothing, and be undone.
            guard line.closedUntil <= now, line.end <= count else { return .mustWait }
            state.lines[row]?.isTaken = true
            return .hasTurn
        }
    }

    /// The next one that stands in line for some of `rows`, and needs no others; it is to be told what has become of it.
    ///
    /// - Parameter last: the number of the last write that may be taken.
    func takeNext(inLineFor rows: [HotRow], upTo last: UInt64) -> Place? {
        state.withLock { state in
            for row in rows {
                guard let index = state.lines[row]?.places.firstIndex(where: { place in
                    place.write.map { $0.number <= last } == true && place.lacking.allSatisfy(rows.contains)
                }) else { continue }
                let place = state.lines[row]?.places.remove(at: index)
                place?.state = .taken
                return place
            }
            return nil
        }
    }
}

/// The rows that a transaction has its turn at.
struct Turn {
    private let turns: Turns
    /// In their order.
    private(set) var rows: [HotRow] = []
    /// For how long it waits for neighbours, in milliseconds: one of them may take long, which need be no matter of this one. Where it was, it waits longer
    /// the next time.
    private var neighbourMilliseconds: Int64

    init(_ turns: Turns) {
        self.turns = turns
        neighbourMilliseconds = turns.neighbourMilliseconds
    }

    /// Waits for the turn at `more` besides those that it has; where it does not come in time, it has none.
    ///
    /// - Parameter write: may be run meanwhile by who has its turn.
    mutating func take(_ more: [HotRow], until end: Int64, for write: StandingWrite? = nil) -> Turns.Outcome {
        let new = Set(more).subtracting(rows)
        guard let first = new.min() else { return .taken }
        // Those before the first new one it keeps: who meets one row more in each run would wait for all again each time.
        let later = rows.filter { $0 > first }
        for row in later.reversed() { turns.giveOn(row) }
        rows.removeLast(later.count)
        let lacking = new.union(later).sorted()
        for (index, row) in lacking.enumerated() {
            let place = Turns.Place(write, held: rows, lacking: Array(lacking[index...]))
            switch turns.take(row, place, until: latest(end, for: row)) {
            case .taken: rows.append(row)
            case .late:
                row.isNeighbourhood ? leaveNeighbours() : giveOn()
                return .late
            case .decided: return .decided
            }
        }
        return .taken
    }

    mutating func giveOn() {
        for row in rows.reversed() { turns.giveOn(row) }
        rows = []
    }

    /// The rows that what met `fault` is to have its turn at besides, when it is run again.
    ///
    /// - Parameter hotRows: those that it said it would change.
    mutating func rows(after fault: Fault, of hotRows: [HotRow]) -> [HotRow] {
        guard fault.kind == .conflict else { return [] }
        if fault.isOfReads { return rows.isEmpty ? [.neighbourhood(of: hotRows)] : [] }
        if isOfNeighbours, !hotRows.isEmpty { giveOn() }
        return hotRows
    }

    /// Whether it is a turn of neighbours, and at no row.
    var isOfNeighbours: Bool { rows.first?.isNeighbourhood ?? false }

    /// It waited for them in vain.
    mutating func leaveNeighbours() {
        neighbourMilliseconds = min(2 * neighbourMilliseconds, 60_000)
        giveOn()
    }

    /// Until when it waits for its turn, which has to come until `end`.
    func latest(_ end: Int64) -> Int64 { rows.first.map { latest(end, for: $0) } ?? end }

    private func latest(_ end: Int64, for row: HotRow) -> Int64 {
        row.isNeighbourhood ? min(end, Clock.milliseconds + neighbourMilliseconds) : end
    }
}

extension HotRow {
    /// No row: for the line of those that meet each other in what they have looked for. The keys of the indexes begin with ids, and who was made
    /// one after the other stands on one page. Its letter is nobody's, and comes before all.
    static func neighbourhood(of rows: [HotRow]) -> HotRow {
        rows.first.map { HotRow(letter: $0.letter & 0x1F, id: $0.id >> 6) } ?? HotRow(letter: 0, id: 0)
    }

    var isNeighbourhood: Bool { letter < 0x20 }

    /// Of the advisory lock by which nodes wait for each other. Two rows that had the same would wait for each other, and no more.
    var lockNumber: Int64 {
        // The finalizer of SplitMix64: neighbouring ids are far from each other, and from the numbers of other locks.
        var bits = UInt64(bitPattern: id) ^ UInt64(letter) << 56
        bits = (bits ^ bits >> 30) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ bits >> 27) &* 0x94D0_49BB_1331_11EB
        return Int64(bitPattern: bits ^ bits >> 31)
    }
}

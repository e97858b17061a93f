import Database
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
/// Invariants: rows are taken in their order, and before the transaction begins, so that no two wait for each other; who stands in a
/// line holds no connection, and who waits for another node one of half of them at most; nobody waits without end.
final class Turns: Sendable {
    private final class Place: @unchecked Sendable {
        let semaphore = Semaphore()
        // Guard: the lock of `lines`.
        var isFirst = false
    }

    /// A row is in it while a transaction has its turn; those that wait, in order.
    private let lines = Lock<[HotRow: [Place]]>([:])
    /// Of those that wait for other nodes: PostgreSQL lets them wait in order, but each with a connection, which others need.
    let nodeWaits: WaitPlaces

    init(connectionLimit: Int) { nodeWaits = WaitPlaces(connectionLimit / 2) }

    func waitingCount(for row: HotRow) -> Int { lines.withLock { $0[row]?.count ?? 0 } }

    func isTaken(_ row: HotRow) -> Bool { lines.withLock { $0[row] != nil } }

    /// False where the turn does not come in time.
    fileprivate func take(_ row: HotRow, until end: Int64) -> Bool {
        let place = lines.withLock { lines -> Place? in
            guard lines[row] != nil else {
                lines[row] = []
                return nil
            }
            let place = Place()
            lines[row]?.append(place)
            return place
        }
        guard let place else { return true }
        if place.semaphore.wait(milliseconds: Int(clamping: end - Clock.milliseconds)) { return true }
        // It may have come at the last moment.
        return lines.withLock { lines in
            if place.isFirst { return true }
            lines[row]?.removeAll { $0 === place }
            return false
        }
    }

    fileprivate func giveOn(_ row: HotRow) {
        lines.withLock { lines in
            guard var line = lines[row], !line.isEmpty else {
                lines[row] = nil
                return
            }
            let next = line.removeFirst()
            lines[row] = line
            next.isFirst = true
            next.semaphore.signal()
        }
    }
}

/// The rows that a transaction has its turn at.
struct Turn {
    private let turns: Turns
    /// In their order.
    private(set) var rows: [HotRow] = []

    init(_ turns: Turns) { self.turns = turns }

    /// Waits for the turn at `more` besides those that it has; false, and it has none, where it does not come in time.
    mutating func take(_ more: [HotRow], until end: Int64) -> Bool {
        let new = Set(more).subtracting(rows)
        guard let first = new.min() else { return true }
        // Those before the first new one it keeps: who meets one row more in each run would wait for all again each time.
        let later = rows.filter { $0 > first }
        for row in later.reversed() { turns.giveOn(row) }
        rows.removeLast(later.count)
        for row in new.union(later).sorted() {
            guard turns.take(row, until: end) else {
                giveOn()
                return false
            }
            rows.append(row)
        }
        return true
    }

    mutating func giveOn() {
        for row in rows.reversed() { turns.giveOn(row) }
        rows = []
    }
}

extension HotRow {
    /// Of the advisory lock by which nodes wait for each other. Two rows that had the same would wait for each other, and no more.
    var lockNumber: Int64 {
        // The finalizer of SplitMix64: neighbouring ids are far from each other, and from the numbers of other locks.
        var bits = UInt64(bitPattern: id) ^ UInt64(letter) << 56
        bits = (bits ^ bits >> 30) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ bits >> 27) &* 0x94D0_49BB_1331_11EB
        return Int64(bitPattern: bits ^ bits >> 31)
    }
}

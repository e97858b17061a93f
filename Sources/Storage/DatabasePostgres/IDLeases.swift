import Database
import Locks

/// Ids that this process may give, taken from `sequence` in blocks. A block is taken in a transaction of its own, and used only
/// after its commit: so an id is never given twice, whether a transaction is undone, a node is killed or others take ids of the
/// same database. What is left of a block at the end is never used.
final class IDLeases: Sendable {
    private struct Lease {
        var present: Range<Int64> = 1..<1
        var spare: Range<Int64>?
        var isBeingRenewed = false
    }

    static let block: Int64 = 1000

    static let statement: StaticString = """
        INSERT INTO sequence (name, last) VALUES ($1, $2)
        ON CONFLICT (name) DO UPDATE SET last = sequence.last + $2 RETURNING last
        """

    private let leases = Guarded<[Sequence: Lease]>([:])

    /// Nil where there are none left.
    func next(_ sequence: Sequence) -> Int64? {
        leases.withLock { leases in
            var lease = leases[sequence, default: Lease()]
            if lease.present.isEmpty, let spare = lease.spare {
                lease.present = spare
                lease.spare = nil
            }
            guard let id = lease.present.first else { return nil }
            lease.present = (id + 1)..<lease.present.upperBound
            leases[sequence] = lease
            return id
        }
    }

    /// For a transaction that had too few: a block that is enough for it.
    func renew(_ sequence: Sequence, given: Int64, on connection: PostgresConnection) throws(Fault) {
        try take(sequence, max(Self.block, given.multipliedReportingOverflow(by: 2).partialValue), on: connection)
    }

    /// After a transaction: a new block where half of the present one is used, so that few transactions find none left.
    func renewInTime(_ sequence: Sequence, on connection: PostgresConnection) {
        let isMine = leases.withLock { leases -> Bool in
            guard let lease = leases[sequence], lease.spare == nil, lease.present.count < Self.block / 2,
                !lease.isBeingRenewed
            else { return false }
            leases[sequence]?.isBeingRenewed = true
            return true
        }
        guard isMine else { return }
        // Without it the next one that has none takes one.
        try? take(sequence, Self.block, on: connection)
        leases.withLock { $0[sequence]?.isBeingRenewed = false }
    }

    private func take(_ sequence: Sequence, _ count: Int64, on connection: PostgresConnection) throws(Fault) {
        let last: Int64
        do {
            last = try connection.runAlone(Self.statement, [.text(sequence.rawValue), .integer(count)])
        } catch where error.state == "22003" {
            throw Fault(.final, Failure(.damaged, "the sequence \(sequence) is at its end"))
        }
        guard last >= count, last < Int64.max else {
            throw Fault(.final, Failure(.damaged, "the sequence \(sequence) stands at \(last)"))
        }
        let range = (last - count + 1)..<(last + 1)
        leases.withLock { leases in
            var lease = leases[sequence, default: Lease()]
            if lease.present.isEmpty {
                lease.present = range
            } else if lease.spare == nil || lease.spare.map({ $0.count < range.count }) == true {
                // What another thread has taken meanwhile is given up for a larger one: never given is never given twice.
                lease.spare = range
            }
            leases[sequence] = lease
        }
    }
}

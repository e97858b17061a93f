import Database

/// Ids that this process may give. They are taken from `sequence` in blocks, and a block is used only after the commit that took
/// it; so an id is never given twice, whether a transaction is undone, the process is killed or another process takes
/// ids of the same database. What is left of a block at the end is never used.
///
/// A new block is taken along with a commit that is made anyway, when half of the present one is used. Only where there is none
/// left (the first of a process, or very many at once) the transaction is undone, a block taken and the transaction run again.
final class IDLeases {
    private struct Lease {
        var present: Range<Int64> = 1..<1
        var spare: Range<Int64>?
        /// Taken in the transaction that is not committed yet.
        var uncommitted: Range<Int64>?
        /// Given in this transaction.
        var given: Int64 = 0
        var isLacking = false
    }

    static let block: Int64 = 1000

    private var leases: [Sequence: Lease] = [:]

    /// Whether the transaction was refused an id because there are none left.
    private(set) var isLacking = false

    func next(_ sequence: Sequence) throws -> Int64 {
        var lease = leases[sequence, default: Lease()]
        defer { leases[sequence] = lease }
        if lease.present.isEmpty, let spare = lease.spare {
            lease.present = spare
            lease.spare = nil
        }
        lease.given += 1
        guard let id = lease.present.first else {
            lease.isLacking = true
            isLacking = true
            throw Failure(.unavailable, "no ids left in \(sequence)")
        }
        lease.present = (id + 1)..<lease.present.upperBound
        return id
    }

    func beginTransaction() {
        isLacking = false
        for sequence in leases.keys {
            leases[sequence]?.given = 0
            leases[sequence]?.isLacking = false
        }
    }

    /// Takes a block of each sequence that is half used, in the transaction that is about to be committed.
    func renewBeforeCommit(on connection: SQLiteConnection) throws {
        for (sequence, lease) in leases where lease.given > 0 && lease.spare == nil && lease.present.count < Self.block / 2 {
            try take(Self.block, of: sequence, on: connection)
        }
    }

    /// Takes blocks for what was lacking: more than the transaction had, so that it ends if it is run often enough.
    func renewLacking(on connection: SQLiteConnection) throws {
        for (sequence, lease) in leases where lease.isLacking {
            try take(max(Self.block, lease.given.multipliedReportingOverflow(by: 2).partialValue), of: sequence, on: connection)
        }
    }

    func committed() {
        for (sequence, lease) in leases {
            guard let range = lease.uncommitted else { continue }
            if lease.present.isEmpty {
                leases[sequence]?.present = range
            } else {
                leases[sequence]?.spare = range
            }
            leases[sequence]?.uncommitted = nil
        }
    }

    func undone() {
        for sequence in leases.keys { leases[sequence]?.uncommitted = nil }
    }

    private func take(_ count: Int64, of sequence: Sequence, on connection: SQLiteConnection) throws {
        var last: Int64 = 0
        try connection.run(
            """
            INSERT INTO sequence (name, last) VALUES ($1, $2)
            ON CONFLICT (name) DO UPDATE SET last = sequence.last + $2 RETURNING last
            """, [.text(sequence.rawValue), .integer(count)]
        ) { row in
            last = row.integer(0)
            return false
        }
        guard last >= count, last < Int64.max else {
            throw Failure(.damaged, "the sequence \(sequence) stands at \(last)")
        }
        leases[sequence]?.uncommitted = (last - count + 1)..<(last + 1)
    }
}

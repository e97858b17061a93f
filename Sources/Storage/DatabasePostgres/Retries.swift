import Database
import Glibc

/// How often a transaction that writes is run again, and how long after.
struct Retries {
    /// After which nothing is run again.
    let end: Int64
    private var count = 0
    private var duplicateCount = 0
    private var lostCount = 0
    private var readConflictCount = 0

    init(milliseconds: Int64) { end = Clock.milliseconds + milliseconds }

    /// Whether the transaction that met `fault` may succeed when it is run again; returns when it is time to.
    mutating func mayRunAgain(after fault: Fault, on connection: PostgresConnection) throws -> Bool {
        guard Clock.milliseconds < end else { return false }
        switch fault.kind {
        case .final, .undecided: return false
        case .lacksIDs:
            guard let sequence = connection.lackingSequence else { return false }
            do {
                try connection.leases.renew(sequence, given: connection.askedIDs[sequence] ?? 0, on: connection)
            } catch {
                throw error.failure
            }
            return true
        case .duplicate:
            // One that meets it again and again does not look before it inserts.
            duplicateCount += 1
            if duplicateCount > 2 { return false }
        case .lost, .readOnlyServer:
            lostCount += 1
            if lostCount > 3 { return false }
        case .conflict: break
        }
        // It was not in anybody's way, and stands in line now.
        if fault.isOfNode { return true }
        if fault.isOfReads {
            readConflictCount += 1
            // Those that it met have been committed, or stand in line before it.
            if readConflictCount == 1 { return true }
        }
        // In ever longer steps, and never the same for two: those that stood in each other's way would meet again. One that stands in
        // a line has its turn instead.
        let longest = fault.kind == .conflict && (fault.isOfReads || !connection.hotRows.isEmpty) ? 1000 : min(100_000, 500 << min(count, 10))
        usleep(UInt32.random(in: 0...UInt32(longest)))
        count += 1
        return true
    }
}

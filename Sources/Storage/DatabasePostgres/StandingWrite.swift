import Database
import Threads

/// One write, which may stand in line and be run there by another thread, in the transaction of the one that has its turn (`Turns`).
///
/// Guard of the handover: its own thread gives it to a line and touches it again only when its place is decided; meanwhile the thread
/// that took it from there alone uses it. Both ways go through a lock or a semaphore. That is why a closure which is not `Sendable` may
/// run on another thread: its own is blocked until it has ended.
final class StandingWrite: @unchecked Sendable {
    enum Outcome {
        case done
        /// It was refused, by what was committed.
        case refused(any Error)
        /// It may have been committed.
        case unknown(any Error)
        /// Nothing is kept of it: it is to be run again; alone in its transaction, where one of those that were in it may be at fault.
        case undone(mustBeAlone: Bool)
    }

    /// Writes are numbered as they begin. It has to see what was committed before: a transaction with an older snapshot is none for it.
    let number: UInt64
    /// Nil when its call is over: the closure must not live longer.
    private var work: ((PostgresConnection) throws -> Void)?
    /// Of the transaction that it was run in by another.
    var outcome = Outcome.undone(mustBeAlone: true)
    /// The rows that it said it would change, when it was run in vain.
    var hotRows: [HotRow] = []
    /// To be called where it was committed.
    var actions: [@Sendable () -> Void] = []
    /// How often a group that it was in met a conflict.
    private var conflictCount = 0
    private static let mostConflicts = 3

    init(number: UInt64, _ work: @escaping (PostgresConnection) throws -> Void) {
        self.number = number
        self.work = work
    }

    func run(on connection: PostgresConnection) throws { try work?(connection) }

    func dropWork() { work = nil }

    /// After a group that it was in was undone.
    func mustBeAlone(after fault: Fault) -> Bool {
        guard fault.kind == .conflict else { return true }
        conflictCount += 1
        return conflictCount >= Self.mostConflicts
    }
}

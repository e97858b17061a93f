import Database
import Threads

/// One caller that waits for its change, or for the writers to pause.
///
/// Guard of the handover: the caller makes the request, gives it to the writer and touches it again only after `decided`
/// was signalled or when it leads itself. Meanwhile the leader alone uses it. Both ways go through a lock or a semaphore, so what
/// one thread wrote the other sees. That is why a closure which is not `Sendable` may run on the leader's thread: its
/// own thread is blocked until it has ended.
final class WriteRequest: @unchecked Sendable {
    enum Work {
        /// A part of a group's transaction. May be called again where the group was undone.
        case transaction((SQLiteConnection) throws -> Void)
        /// Runs alone, outside of any transaction, always on the thread of its own caller.
        case pause((SQLiteConnection) -> Void)
    }

    enum Outcome {
        case done
        case failed(any Error)
    }

    /// Nil once the outcome is there: the closure must not live longer than the call it came with.
    private(set) var work: Work?
    var outcome: Outcome?
    /// To be called where the group was committed.
    var actions: [@Sendable () -> Void] = []
    /// Whether the signal means that its thread is to lead now.
    var isLeader = false
    /// Signalled when there is an outcome, or the lead is its thread's.
    private(set) lazy var signal = Semaphore()

    init(_ work: Work) { self.work = work }

    var isPause: Bool {
        if case .pause = work { return true }
        return false
    }

    /// Runs the closure of a transaction.
    func run(on connection: SQLiteConnection) throws {
        guard case .transaction(let body) = work else { return }
        try body(connection)
    }

    /// Makes the signal before another thread can see the request; those who lead at once need none.
    func prepareToWait() { _ = signal }

    func dropWork() { work = nil }
}

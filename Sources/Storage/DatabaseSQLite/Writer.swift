import CSQLite
import Database
import Locks
import Threads

/// The one connection that writes, and the threads that wait for it.
///
/// Group commit without a thread of its own: a caller who finds nobody leading leads. It commits a group (GroupCommit.swift), wakes
/// those whose requests were in it and hands the lead to the thread that has waited longest. What arrives during a
/// commit is the next group. A lone caller pays for no change of threads.
///
/// Invariants: the leader's own request is the first of its group; nobody leads two groups, so nobody works for others
/// without end; requests run in the order of their arrival.
final class Writer: @unchecked Sendable {
    // Guard: `connection` and what hangs on it are the leader's; the lead is taken and passed on under `state`.
    private var connection: SQLiteConnection?
    private let groupLimit: Int
    private let checkpointFailed: @Sendable (Failure) -> Void
    private let logGrew: @Sendable (_ pages: Int) -> Void
    private let state = Guarded(State())

    private struct State {
        var queue: [WriteRequest] = []
        var hasLeader = false
        var isClosed = false
    }

    /// `logGrew` is told the size of the log after each commit, on the leader's thread.
    init(
        connection: SQLiteConnection, options: SQLiteOptions, logGrew: @escaping @Sendable (_ pages: Int) -> Void
    ) {
        connection.leases = IDLeases()
        self.connection = connection
        groupLimit = max(1, options.groupLimit)
        checkpointFailed = options.checkpointFailed
        self.logGrew = logGrew
    }

    /// Returns when `request` is durable; throws what its closure threw, or why it could not be committed.
    func submit(_ request: WriteRequest) throws {
        let leadsAtOnce = try state.withLock { state in
            if state.isClosed { throw Failure(.unavailable, "the database is closed") }
            return Self.enter(request, &state)
        }
        try finish(request, leadsAtOnce: leadsAtOnce)
    }

    /// Runs `work` when nobody writes; no write runs meanwhile.
    func pause(_ work: @escaping (SQLiteConnection) -> Void) throws { try submit(WriteRequest(.pause(work))) }

    /// Refuses what comes later, waits for what is there, empties the log and closes.
    func close() {
        let last = WriteRequest(.pause { connection in
            // A reader of another process may keep the log; that process will see to it.
            sqlite3_busy_timeout(connection.handle, 100)
            if let failure = connection.checkpoint(SQLITE_CHECKPOINT_TRUNCATE) { self.checkpointFailed(failure) }
            self.connection = nil
        })
        let leadsAtOnce = state.withLock { state -> Bool? in
            if state.isClosed { return nil }
            state.isClosed = true
            return Self.enter(last, &state)
        }
        if let leadsAtOnce { try? finish(last, leadsAtOnce: leadsAtOnce) }
    }

    /// How many wait now, without the group that is being committed.
    var waitingCount: Int { state.withLock { $0.queue.count } }

    /// True where the caller leads and `request` is its group; otherwise it stands in the queue.
    private static func enter(_ request: WriteRequest, _ state: inout State) -> Bool {
        if state.hasLeader {
            request.prepareToWait()
            state.queue.append(request)
            return false
        }
        state.hasLeader = true
        return true
    }

    private func finish(_ request: WriteRequest, leadsAtOnce: Bool) throws {
        if leadsAtOnce {
            lead([request])
        } else {
            request.signal.wait()
            if request.isLeader { lead(nextGroup()) }
        }
        if case .failed(let error) = request.outcome { throw error }
    }

    private func nextGroup() -> [WriteRequest] {
        state.withLock { state in
            var group: [WriteRequest]
            if let first = state.queue.first, first.isPause {
                group = [first]
            } else {
                group = Array(state.queue.prefix(groupLimit).prefix { !$0.isPause })
            }
            state.queue.removeFirst(group.count)
            return group
        }
    }

    /// Decides all of `group`, whose first is the caller's own, and hands on the lead.
    private func lead(_ group: [WriteRequest]) {
        if let connection {
            if let first = group.first, case .pause(let work) = first.work {
                work(connection)
                first.outcome = .done
            } else {
                GroupCommit(connection: connection).commit(group)
                logGrew(connection.logPageCount)
            }
        }
        group.first?.dropWork()
        for request in group.dropFirst() {
            request.dropWork()
            request.signal.signal()
        }
        let next = state.withLock { state -> WriteRequest? in
            if state.queue.isEmpty { state.hasLeader = false }
            return state.queue.first
        }
        if let next {
            next.isLeader = true
            next.signal.signal()
        }
    }
}

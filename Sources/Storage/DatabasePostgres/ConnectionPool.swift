import Database
import Locks
import Threads

/// The connections, made when they are first needed. The one that was used last is used next. Those who wait are served in
/// order, and not without end: a slow database must not pile up what asks it.
///
/// Where the server takes no more connections (it has too many), those that there are serve all: a place that has none is used last, and while
/// none can be made one waits for another's.
final class ConnectionPool: Sendable {
    // A connection is either in `idle`, under the lock, or with the one thread that took it.
    private struct State {
        var idle: [PostgresConnection] = []
        var count = 0
        var waiters: [Waiter] = []
        /// Transactions that got none.
        var refusedCount = 0
        var isClosed = false
        var drained: Semaphore?
    }

    private final class Waiter: @unchecked Sendable {
        let semaphore = Semaphore()
        // Guard: written before the signal, read after the wait or, where nobody signalled, under the lock.
        var connection: PostgresConnection?
    }

    private enum Turn {
        case ready(PostgresConnection)
        case mustWait(Waiter)
    }

    private let options: PostgresOptions
    private let make: @Sendable () -> PostgresConnection
    /// Whether connections were refused just now, and none is tried for a moment.
    private let isRefused: @Sendable () -> Bool
    private let state = Guarded(State())

    init(_ options: PostgresOptions, make: @escaping @Sendable () -> PostgresConnection, isRefused: @escaping @Sendable () -> Bool) {
        self.options = options
        self.make = make
        self.isRefused = isRefused
    }

    /// A connection that is in no transaction. One that is not there yet is made, and where it cannot be, another one is waited for.
    func take() throws -> PostgresConnection {
        let end = Clock.milliseconds + Int64(options.waitMilliseconds)
        while true {
            let connection = try takePlace()
            if connection.session != nil { return connection }
            do {
                try connection.open()
                return connection
            } catch {
                putBack(connection)
                let areOthers = state.withLock { $0.count > $0.idle.count || $0.idle.last?.session != nil }
                guard areOthers, Clock.milliseconds < end else { throw error.failure }
            }
        }
    }

    private func takePlace() throws -> PostgresConnection {
        let turn = try state.withLock { state -> Turn in
            if state.isClosed { throw Failure(.unavailable, "the database is closed") }
            if state.idle.last?.session != nil, let connection = state.idle.popLast() { return .ready(connection) }
            let mustWait = state.count > state.idle.count && isRefused()
            if !mustWait, let connection = state.idle.popLast() { return .ready(connection) }
            if !mustWait, state.count < max(1, options.connectionLimit) {
                state.count += 1
                return .ready(make())
            }
            guard state.waiters.count < options.waitingLimit else {
                state.refusedCount += 1
                throw Failure(.unavailable, "\(state.waiters.count) transactions wait for the database already")
            }
            let waiter = Waiter()
            state.waiters.append(waiter)
            return .mustWait(waiter)
        }
        guard case .mustWait(let waiter) = turn else {
            if case .ready(let connection) = turn { return connection }
            throw Failure(.serverBug, "no turn")
        }
        if waiter.semaphore.wait(milliseconds: options.waitMilliseconds), let connection = waiter.connection {
            return connection
        }
        // It may have been given one at the last moment.
        let late = state.withLock { state in
            state.waiters.removeAll { $0 === waiter }
            if waiter.connection == nil { state.refusedCount += 1 }
            return waiter.connection
        }
        if let late { return late }
        throw Failure(.unavailable, "no connection to the database was free for \(options.waitMilliseconds) ms")
    }

    /// Gives a connection whose transaction has ended to the next.
    func putBack(_ connection: PostgresConnection) {
        state.withLock { state in
            // Those who wait are better served by one that has a session, where there may be any.
            let isUseless = connection.session == nil && state.count - state.idle.count > 1 && isRefused()
            if !state.waiters.isEmpty, !isUseless {
                let waiter = state.waiters.removeFirst()
                waiter.connection = connection
                waiter.semaphore.signal()
            } else if !state.isClosed {
                state.idle.insert(connection, at: connection.session == nil ? 0 : state.idle.endIndex)
            } else {
                state.count -= 1
                if state.count == 0 { state.drained?.signal() }
            }
        }
    }

    var waitingCount: Int { state.withLock { $0.waiters.count } }

    var usage: (connections: Int, busy: Int, waiting: Int, refused: Int) {
        state.withLock { ($0.count, $0.count - $0.idle.count, $0.waiters.count, $0.refusedCount) }
    }

    /// Refuses what comes later, and waits until all is put back, also for those who wait for a turn now.
    func close() {
        let drained = Semaphore()
        let mustWait = state.withLock { state in
            state.isClosed = true
            state.count -= state.idle.count
            state.idle = []
            if state.count > 0 { state.drained = drained }
            return state.count > 0
        }
        if mustWait { drained.wait() }
    }
}

import Database
import Locks
import Threads

/// The connections, made when they are first needed. The one that was used last is used next. Those who wait are served in
/// order, and not without end: a slow database must not pile up what asks it.
final class ConnectionPool: Sendable {
    // A connection is either in `idle`, under the lock, or with the one thread that took it.
    private struct State {
        var idle: [PostgresConnection] = []
        var count = 0
        var waiters: [Waiter] = []
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
    private let state = Guarded(State())

    init(_ options: PostgresOptions, make: @escaping @Sendable () -> PostgresConnection) {
        self.options = options
        self.make = make
    }

    /// A connection that is in no transaction.
    func take() throws -> PostgresConnection {
        let turn = try state.withLock { state -> Turn in
            if state.isClosed { throw Failure(.unavailable, "the database is closed") }
            if let connection = state.idle.popLast() { return .ready(connection) }
            if state.count < max(1, options.connectionLimit) {
                state.count += 1
                return .ready(make())
            }
            guard state.waiters.count < options.waitingLimit else {
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
            return waiter.connection
        }
        if let late { return late }
        throw Failure(.unavailable, "no connection to the database was free for \(options.waitMilliseconds) ms")
    }

    /// Gives a connection whose transaction has ended to the next.
    func putBack(_ connection: PostgresConnection) {
        state.withLock { state in
            if !state.waiters.isEmpty {
                let waiter = state.waiters.removeFirst()
                waiter.connection = connection
                waiter.semaphore.signal()
            } else if !state.isClosed {
                state.idle.append(connection)
            } else {
                state.count -= 1
                if state.count == 0 { state.drained?.signal() }
            }
        }
    }

    var waitingCount: Int { state.withLock { $0.waiters.count } }

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

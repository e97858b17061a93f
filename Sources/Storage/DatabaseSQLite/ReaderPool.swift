import Database
import Locks
import Threads

/// The connections that read, made when they are first needed.
///
/// The one that was used last is used next, because its cache is the freshest. Those who wait are served in order.
final class ReaderPool: Sendable {
    // A connection is either in `idle`, under the lock, or with the one thread that took it.
    private struct State {
        var idle: [SQLiteConnection] = []
        var count = 0
        var waiters: [Waiter] = []
        var isClosed = false
        var drained: Semaphore?
    }

    private final class Waiter: @unchecked Sendable {
        let semaphore = Semaphore()
        // Guard: written before the signal, read after the wait.
        var connection: SQLiteConnection?
    }

    private enum Turn {
        case ready(SQLiteConnection)
        case mayOpen
        case mustWait(Waiter)
    }

    private let path: String
    private let options: SQLiteOptions
    private let state = Guarded(State())

    init(path: String, options: SQLiteOptions) {
        self.path = path
        self.options = options
    }

    /// A connection that is in no transaction.
    func take() throws -> SQLiteConnection {
        let turn = try state.withLock { state -> Turn in
            if state.isClosed { throw Failure(.unavailable, "the database is closed") }
            if let connection = state.idle.popLast() { return .ready(connection) }
            if state.count < options.readerLimit {
                state.count += 1
                return .mayOpen
            }
            let waiter = Waiter()
            state.waiters.append(waiter)
            return .mustWait(waiter)
        }
        switch turn {
        case .ready(let connection):
            return connection
        case .mayOpen:
            return try open()
        case .mustWait(let waiter):
            waiter.semaphore.wait()
            // Without a connection: one was lost, and its place is ours.
            return try waiter.connection ?? open()
        }
    }

    /// The same without waiting and without opening one: nil where none is free.
    func takeFree() -> SQLiteConnection? { state.withLock { $0.isClosed ? nil : $0.idle.popLast() } }

    /// Ends the transaction of `connection` and gives it to the next.
    func putBack(_ connection: SQLiteConnection) {
        give(connection.rollback() ? connection : nil)
    }

    private func open() throws -> SQLiteConnection {
        do {
            return try SQLiteConnection(path: path, role: .reader, options: options)
        } catch {
            give(nil)
            throw error
        }
    }

    /// Passes on a connection, or the place of one that is no more.
    private func give(_ connection: SQLiteConnection?) {
        state.withLock { state in
            if !state.waiters.isEmpty {
                let waiter = state.waiters.removeFirst()
                waiter.connection = connection
                waiter.semaphore.signal()
            } else if let connection, !state.isClosed {
                state.idle.append(connection)
            } else {
                state.count -= 1
                if state.count == 0 { state.drained?.signal() }
            }
        }
    }

    /// Waits until all is put back, also for those who wait for a turn now.
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

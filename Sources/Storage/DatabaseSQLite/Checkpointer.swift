import CSQLite
import Database
import Glibc

/// Copies the log into the database file, on a thread and a connection of its own, so that no writer does it.
///
/// Where the log has passed a few megabytes the copying runs beside the writers (PASSIVE); when it has caught up, the
/// next write starts the log anew by itself. Under writers without a pause it never quite catches up; so when the log has become
/// long, the writers are held for the rest, which is small then (TRUNCATE).
final class Checkpointer: @unchecked Sendable {
    // Guard: `connection` is the thread's own once it runs; all else is constant or under `state`.
    let connection: SQLiteConnection
    private let failed: @Sendable (Failure) -> Void
    private let stepPages: Int
    private let truncatePages: Int
    private let wakeUp = Semaphore()
    private let state: Lock<State>

    private struct State {
        var pages = 0
        /// Where the log is to be copied next.
        var duePages: Int
        var isDue = false
        var isStopping = false
        var thread: pthread_t?
    }

    init(path: String, options: SQLiteOptions) throws {
        connection = try SQLiteConnection(path: path, role: .checkpointer, options: options)
        failed = options.checkpointFailed
        // How long the writers can be held for readers that still use the log.
        sqlite3_busy_timeout(connection.handle, 100)
        var pageSize = 0
        try connection.run("PRAGMA page_size", []) { row in
            pageSize = Int(row.integer(0))
            return false
        }
        let frame = max(512, pageSize) + 24
        stepPages = max(1, options.checkpointBytes / frame)
        truncatePages = max(1, options.truncateBytes / frame)
        state = Lock(State(duePages: stepPages))
    }

    /// Told after each commit how many pages the log has.
    func logGrew(to pages: Int) {
        let wakes = state.withLock { state in
            if pages < state.pages { state.duePages = stepPages }
            state.pages = pages
            guard pages >= state.duePages, !state.isDue else { return false }
            state.isDue = true
            return true
        }
        if wakes { wakeUp.signal() }
    }

    func start(pausing writer: Writer) throws {
        let thread = try SystemThread.start { [self] in run(pausing: writer) }
        state.withLock { $0.thread = thread }
    }

    /// Waits for the checkpoint that runs.
    func stop() {
        let thread = state.withLock { state in
            state.isStopping = true
            defer { state.thread = nil }
            return state.thread
        }
        wakeUp.signal()
        if let thread { pthread_join(thread, nil) }
    }

    private func run(pausing writer: Writer) {
        while true {
            wakeUp.wait()
            if state.withLock({ $0.isStopping }) { return }
            var pages = checkpoint(SQLITE_CHECKPOINT_PASSIVE)
            if pages >= truncatePages {
                // Refused only where the database is being closed, which does the same.
                try? writer.pause { [self] _ in pages = checkpoint(SQLITE_CHECKPOINT_TRUNCATE) }
            }
            state.withLock { state in
                state.isDue = false
                state.duePages = max(state.pages, pages) + stepPages
            }
        }
    }

    /// The pages that the log has now. An error is told and left for the next time: all that was committed is safe in the log.
    func checkpoint(_ mode: Int32) -> Int {
        var pages: Int32 = 0
        if let failure = connection.checkpoint(mode, &pages) { failed(failure) }
        return Int(max(0, pages))
    }
}

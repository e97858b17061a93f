import CSQLite
import Database
import Glibc
import Locks
import Threads

/// Copies the log into the database file, on a thread and a connection of its own, so that no writer does it.
///
/// Where the log has passed a few megabytes the copying runs beside the writers (PASSIVE); when it has caught up, the
/// next write starts the log anew by itself. Under writers without a pause it never quite catches up; so when the log has become
/// long, the writers are held for the rest, which is small then (RESTART).
///
/// The file is not made shorter: commits into a file that is long enough are many times as fast (LogFile.swift). So it is also
/// made longer ahead of the writers once they have filled it.
final class Checkpointer: @unchecked Sendable {
    // Guard: `connection` is the thread's own once it runs; all else is constant or under `state`.
    let connection: SQLiteConnection
    private let failed: @Sendable (Failure) -> Void
    private let file: LogFile
    private let frame: Int
    private let stepPages: Int
    private let restartPages: Int
    private let wakeUp = Semaphore()
    private let state: Guarded<State>

    private struct State {
        var pages = 0
        /// Where the log is to be copied next.
        var duePages: Int
        /// Where the file is to be made longer next.
        var fullPages: Int
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
        file = LogFile(path: path + "-wal")
        frame = max(512, pageSize) + 24
        stepPages = max(1, options.checkpointBytes / frame)
        restartPages = max(1, options.restartBytes / frame)
        // Where little is written the log starts anew long before it is full.
        state = Guarded(State(duePages: stepPages, fullPages: options.isDurable ? max(1, stepPages / 4) : .max))
    }

    /// Told after each commit how many pages the log has.
    func logGrew(to pages: Int) {
        let wakes = state.withLock { state in
            if pages < state.pages { state.duePages = stepPages }
            state.pages = pages
            guard pages >= min(state.duePages, state.fullPages), !state.isDue else { return false }
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
            let (isStopping, isFull, isDue) = state.withLock { state in
                (state.isStopping, state.pages >= state.fullPages, state.pages >= state.duePages)
            }
            if isStopping { return }
            if isFull { lengthen(pausing: writer) }
            var pages = 0
            if isDue {
                pages = checkpoint(SQLITE_CHECKPOINT_PASSIVE)
                if pages >= restartPages {
                    // Refused only where the database is being closed, which does the same.
                    try? writer.pause { [self] _ in pages = checkpoint(SQLITE_CHECKPOINT_RESTART) }
                }
            }
            state.withLock { state in
                state.isDue = false
                if isDue { state.duePages = max(state.pages, pages) + stepPages }
            }
        }
    }

    /// By a part of what the log may grow to at most.
    private func lengthen(pausing writer: Writer) {
        let pages = state.withLock { $0.pages }
        let step = max(1, restartPages / 8)
        let target = (pages / step + 2) * step
        // The writers are held by others too: another process may write to the file.
        try? writer.pause { [file, frame] connection in
            guard (try? connection.begin(.immediate)) != nil else { return }
            file.lengthen(to: target * frame)
            connection.rollback()
        }
        state.withLock { $0.fullPages = target >= restartPages ? .max : target - step / 2 }
    }

    /// The pages that the log has now. An error is told and left for the next time: all that was committed is safe in the log.
    func checkpoint(_ mode: Int32) -> Int {
        var pages: Int32 = 0
        if let failure = connection.checkpoint(mode, &pages) { failed(failure) }
        return Int(max(0, pages))
    }
}

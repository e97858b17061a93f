import Database
import Threads

/// Makes sessions. While the servers cannot be reached it tries only now and then, and refuses at once in between, so that not
/// each request waits for a server that is not there.
final class Connector: Sendable {
    private struct State {
        var failureCount = 0
        var nextAttempt: Int64 = 0
        var lastFailure: Failure?
        var isClosed = false
    }

    private static let longestPause = 1000

    private let parameters: ConnectionParameters
    private let state = Lock(State())

    init(_ parameters: ConnectionParameters) { self.parameters = parameters }

    func connect() throws(Fault) -> Session {
        let refusal = state.withLock { state -> Failure? in
            if state.isClosed { return Failure(.unavailable, "the database is closed") }
            return Clock.milliseconds < state.nextAttempt ? state.lastFailure : nil
        }
        if let refusal { throw Fault(.final, refusal) }
        do {
            let session = try Session(parameters)
            try session.enterPipeline()
            state.withLock { $0 = State(isClosed: $0.isClosed) }
            return session
        } catch {
            state.withLock { state in
                state.failureCount = min(state.failureCount + 1, 10)
                // Another pause on each node, lest all come back at the same moment.
                let pause = min(Self.longestPause, 25 << state.failureCount)
                state.nextAttempt = Clock.milliseconds + Int64.random(in: Int64(pause / 2)...Int64(pause))
                state.lastFailure = error.failure
            }
            throw error
        }
    }

    func close() { state.withLock { $0.isClosed = true } }
}

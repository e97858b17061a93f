import Database
import Locks

/// Makes sessions. While the servers cannot be reached it tries only now and then, and refuses at once in between, so that not
/// each request waits for a server that is not there.
final class Connector: Sendable {
    private struct State {
        var failureCount = 0
        var nextAttempt: Int64 = 0
        var lastFailure: Failure?
        /// With the host first that took writes last.
        var parameters: ConnectionParameters
        var isClosed = false
    }

    private static let longestPause = 1000

    private let state: Guarded<State>

    init(_ parameters: ConnectionParameters) { state = Guarded(State(parameters: parameters)) }

    func connect() throws(Fault) -> Session {
        let (refusal, parameters) = state.withLock { state -> (Failure?, ConnectionParameters) in
            if state.isClosed { return (Failure(.unavailable, "the database is closed"), state.parameters) }
            return (Clock.milliseconds < state.nextAttempt ? state.lastFailure : nil, state.parameters)
        }
        if let refusal { throw Fault(.final, refusal) }
        do {
            let session = try Session(parameters)
            try session.enterPipeline()
            let good = parameters.beginning(with: session.host, port: session.port)
            state.withLock { $0 = State(parameters: good, isClosed: $0.isClosed) }
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

    var parameters: ConnectionParameters { state.withLock { $0.parameters } }

    func close() { state.withLock { $0.isClosed = true } }
}

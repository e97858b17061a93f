import CLDAP
import Directory
import Dispatch
import Locks

/// The connections to a directory: so many at most, kept for the next use, to the first server that works.
final class LDAPConnections: Sendable {
    enum Purpose: Int, Sendable {
        /// Signed in as the service, for searches.
        case search
        /// For passwords to be checked on. It is nobody's in between: each bind puts another in the place of the last one.
        case bind
    }

    private struct Idle {
        var connection: LDAPConnection
        var since: Int64
    }

    private struct State {
        var servers: LDAPServers
        var idle: [[Idle]] = [[], []]
    }

    /// Servers close what is not used; this is below what is usual.
    private static let idleTime: Int64 = 60_000

    private let configuration: LDAPConfiguration
    private let permits: DispatchSemaphore
    private let state: Guarded<State>
    private let clock: @Sendable () -> Int64
    private let trace: (@Sendable (LDAPTrace) -> Void)?

    init(
        _ configuration: LDAPConfiguration, clock: @escaping @Sendable () -> Int64,
        trace: (@Sendable (LDAPTrace) -> Void)?
    ) {
        self.configuration = configuration
        self.clock = clock
        self.trace = trace
        permits = DispatchSemaphore(value: max(1, configuration.connections))
        state = Guarded(State(servers: LDAPServers(
            count: configuration.servers.count,
            // The connection, TLS, the service's bind and the operation itself.
            trialTime: 2 * configuration.connectTime + 2 * configuration.operationTime)))
    }

    /// Runs `body` with a connection. What the server refuses is a result; where no server answers, this throws.
    ///
    /// `body` is run again, with another connection, where the first was lost; it must not have effects, or refuse to be.
    func run<Value>(
        _ purpose: Purpose, _ body: (LDAPConnection) throws(LDAPError) -> Value
    ) throws(DirectoryUnavailable) -> Result<Value, LDAPError> {
        guard permits.wait(timeout: .now() + .milliseconds(Int(configuration.connectTime))) == .success else {
            throw unavailable("all its connections are in use", wait: 1_000)
        }
        defer { permits.signal() }
        if let idle = takeIdle(purpose) {
            do throws(LDAPError) {
                let value = try body(idle)
                keep(idle, purpose)
                return .success(value)
            } catch {
                if !error.isOfServer {
                    keep(idle, purpose)
                    return .failure(error)
                }
                // Mostly the server closed it in between: asked anew. A server that does not answer is not.
                trace?(.failed(server: "\(idle.server)", reason: "\(error)"))
                if error.code == LDAP_TIMEOUT { failed(idle.server) }
            }
        }
        return try runOnNew(purpose, body)
    }

    private func runOnNew<Value>(
        _ purpose: Purpose, _ body: (LDAPConnection) throws(LDAPError) -> Value
    ) throws(DirectoryUnavailable) -> Result<Value, LDAPError> {
        var last: LDAPError?
        var candidates = state.withLock { $0.servers.candidates(now: clock()) }[...]
        defer {
            for index in candidates { state.withLock { $0.servers.untried(index, now: clock()) } }
        }
        while let index = candidates.popFirst() {
            guard configuration.servers.indices.contains(index) else { continue }
            let server = configuration.servers[index]
            do throws(LDAPError) {
                let connection = try open(server, purpose)
                do throws(LDAPError) {
                    let value = try body(connection)
                    succeeded(index)
                    keep(connection, purpose)
                    return .success(value)
                } catch {
                    if error.isOfServer { throw error }
                    succeeded(index)
                    keep(connection, purpose)
                    return .failure(error)
                }
            } catch {
                trace?(.failed(server: "\(server)", reason: "\(error)"))
                last = error
                failed(server)
            }
        }
        let wait = state.withLock { $0.servers.wait(now: clock()) }
        throw unavailable(last.map { "\($0)" } ?? "none of its servers answered lately", wait: wait)
    }

    func unavailable(_ reason: String, wait: Int64 = LDAPServers.firstBackOff) -> DirectoryUnavailable {
        DirectoryUnavailable(directory: configuration.name, reason: reason, retryAfter: Int((wait + 999) / 1_000))
    }

    private func open(_ server: LDAPServerURL, _ purpose: Purpose) throws(LDAPError) -> LDAPConnection {
        let begin = clock()
        let connection = try LDAPConnection(server, configuration)
        // The service's own bind too where nothing is to be asked: only then it is sure that the server is one.
        if purpose == .search, !configuration.bindName.isEmpty {
            try connection.bind(configuration.bindName, configuration.bindPassword)
        }
        trace?(.connected(server: "\(server)", milliseconds: clock() - begin))
        return connection
    }

    private func takeIdle(_ purpose: Purpose) -> LDAPConnection? {
        let now = clock()
        var old: [Idle] = []  // closed outside the lock
        let connection = state.withLock { state -> LDAPConnection? in
            while let idle = state.idle[purpose.rawValue].popLast() {
                if now - idle.since < Self.idleTime { return idle.connection }
                old.append(idle)
            }
            return nil
        }
        return connection
    }

    private func keep(_ connection: LDAPConnection, _ purpose: Purpose) {
        let idle = Idle(connection: connection, since: clock())
        state.withLock { state in
            state.idle[purpose.rawValue].append(idle)
        }
    }

    /// Its other connections are no better: each would be waited for as long as this one was.
    private func failed(_ server: LDAPServerURL) {
        guard let index = configuration.servers.firstIndex(of: server) else { return }
        let now = clock()
        // Closed outside the lock.
        let dropped = state.withLock { state -> [[Idle]] in
            state.servers.failed(index, now: now)
            let dropped = state.idle.map { $0.filter { $0.connection.server == server } }
            for purpose in state.idle.indices { state.idle[purpose].removeAll { $0.connection.server == server } }
            return dropped
        }
        _ = dropped
    }

    private func succeeded(_ index: Int) { state.withLock { $0.servers.succeeded(index) } }
}

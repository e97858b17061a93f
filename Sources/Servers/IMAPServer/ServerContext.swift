package import Directory
import Glibc
import Logging
import Synchronization
import Wire

/// What the server asks of the layers below.
package struct IMAPServices: Sendable {
    package var authenticator: Authenticator
    /// Milliseconds since 1970 in UTC.
    package var clock: @Sendable () -> Int64
    /// What ID tells of this server (RFC 2971).
    package var version: String

    package init(authenticator: Authenticator, version: String, clock: @escaping @Sendable () -> Int64) {
        (self.authenticator, self.version, self.clock) = (authenticator, version, clock)
    }
}

/// What all connections of a server share.
final class ServerContext: Sendable {
    let configuration: IMAPServerConfiguration
    let services: IMAPServices
    let logger: Logger
    let pool: WorkerPool
    let metrics = ServerMetrics()
    private let draining = Atomic<Bool>(false)
    private let connections = Atomic<UInt64>(0)

    init(configuration: IMAPServerConfiguration, services: IMAPServices, logger: Logger) {
        self.configuration = configuration
        self.services = services
        self.logger = logger
        // A connection has one job at a time, so their number bounds the queue.
        pool = WorkerPool(threads: configuration.workers, limit: .max)
    }

    var isDraining: Bool { draining.load(ordering: .relaxed) }

    func beginDraining() { draining.store(true, ordering: .relaxed) }

    func nextConnectionID() -> UInt64 { connections.add(1, ordering: .relaxed).newValue }
}

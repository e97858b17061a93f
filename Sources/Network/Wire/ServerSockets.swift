import Locks
package import Logging
package import NIOCore
import NIOPosix

/// Told of the connections of a server, on any thread.
package protocol ConnectionCounting: Sendable {
    func connectionOpened()
    func connectionClosed()
    /// There were too many already.
    func connectionRefused()
}

/// What a server listens with, whatever is spoken on its connections: event loops with the deadlines of what runs on them,
/// addresses with and without TLS, the limits on connections, and the order in which all of it ends.
package final class ServerSockets: Sendable {
    package typealias SetUp = @Sendable (any Channel, IPAddress) throws -> Void

    private struct State {
        var plain: Listener?
        var tls: Listener?
        var isStopped = false
    }

    private let group: MultiThreadedEventLoopGroup
    /// One for each event loop, in the group's order.
    private let members: [LoopMembers]
    private let limits: ConnectionLimits
    private let backlog: Int
    private let pool: WorkerPool
    private let counting: any ConnectionCounting
    private let logger: Logger
    private let state = Guarded(State())
    private let starvation = Starvation()

    /// - Parameters:
    ///   - eventLoops: 0 is as many as the process has processors, at most 4.
    ///   - pool: stopped at the end of a drain, after the connections and before the event loops.
    package init(
        eventLoops: Int, backlog: Int, limits: ConnectionLimits, pool: WorkerPool, counting: any ConnectionCounting, logger: Logger
    ) {
        group = MultiThreadedEventLoopGroup(numberOfThreads: eventLoops > 0 ? eventLoops : min(4, Processors.count))
        members = group.makeIterator().map { LoopMembers(eventLoop: $0) }
        self.limits = limits
        self.backlog = backlog
        self.pool = pool
        self.counting = counting
        self.logger = logger
    }

    /// The addresses that are listened on, with the ports that the system chose.
    package var plainAddresses: [SocketAddress] { state.withLock { $0.plain }?.addresses ?? [] }
    package var tlsAddresses: [SocketAddress] { state.withLock { $0.tls }?.addresses ?? [] }

    /// How many connections are open.
    package var openConnections: Int { limits.open }

    package func members(of channel: any Channel) -> LoopMembers {
        members.first { $0.eventLoop === channel.eventLoop } ?? members[0]
    }

    /// Begins to look at deadlines, the shortest of which is `shortest`.
    package func startDeadlines(shortest: TimeAmount) {
        let interval = TimeAmount.nanoseconds(max(10_000_000, min(1_000_000_000, shortest.nanoseconds / 4)))
        for members in members { members.eventLoop.execute { members.start(interval: interval) } }
    }

    package func listenPlain(_ addresses: [ListenAddress], setUp: @escaping SetUp) async throws(ListenFailure) {
        try await listen(machine: addresses.map { .network($0) }, setUp: setUp)
    }

    /// Without TLS, also on sockets in the file system.
    package func listen(machine addresses: [MachineAddress], setUp: @escaping SetUp) async throws(ListenFailure) {
        let listener = try await listen(addresses, setUp)
        state.withLock { $0.plain = listener }
    }

    package func listenTLS(_ addresses: [ListenAddress], setUp: @escaping SetUp) async throws(ListenFailure) {
        let listener = try await listen(addresses.map { .network($0) }, setUp)
        state.withLock { $0.tls = listener }
    }

    private func listen(_ addresses: [MachineAddress], _ setUp: @escaping SetUp) async throws(ListenFailure) -> Listener {
        try await Listener.bind(
            machine: addresses, backlog: backlog, group: group, limits: limits,
            refused: { [counting, logger] address in
                counting.connectionRefused()
                logger.debug("too many connections", metadata: ["peer": "\(address)"])
            },
            starved: { [logger, starvation] reason in
                guard starvation.isNews() else { return }
                logger.warning(
                    "no further connection can be taken until others end: raise the limits of the process (LimitNOFILE)",
                    metadata: ["error": "\(reason)"])
            },
            setUp: { [counting] channel, address in
                counting.connectionOpened()
                channel.closeFuture.whenComplete { _ in counting.connectionClosed() }
                try setUp(channel, address)
            })
    }

    /// Stops to accept, lets what is in flight finish for at most `time`, and closes. Nothing can be started again.
    ///
    /// - Parameter begin: called before anything is closed, and not where a drain was begun before.
    package func drain(within time: Duration, begin: () -> Void) async {
        let (plain, tls, isFirst) = state.withLock { state in
            defer { state.isStopped = true }
            return (state.plain, state.tls, !state.isStopped)
        }
        guard isFirst else { return }
        begin()
        await plain?.close()
        await tls?.close()
        for members in members { members.eventLoop.execute { members.drain() } }
        let limits = limits
        if await !Self.wait(time, until: { limits.open == 0 }) {
            logger.notice("connections cut at the end of the drain", metadata: ["count": "\(limits.open)"])
        }
        for members in members {
            try? await members.eventLoop.submit {
                members.abort()
                members.stop()
            }.get()
        }
        let pool = pool
        pool.stop()
        // A job that ends later comes back to its event loop, which must still run. What hangs for longer ends with the
        // process.
        if await Self.wait(.seconds(1), until: { pool.isQuiet }) { try? await group.shutdownGracefully() }
    }

    private static func wait(_ time: Duration, until isDone: () -> Bool) async -> Bool {
        let clock = ContinuousClock()
        let end = clock.now.advanced(by: time)
        while !isDone() {
            if clock.now >= end { return false }
            try? await clock.sleep(until: min(end, clock.now.advanced(by: .milliseconds(10))))
        }
        return true
    }
}

/// That the system has no room for connections is said once a minute: listeners ask several times a second.
private final class Starvation: Sendable {
    private let told = Guarded<NIODeadline?>(nil)

    func isNews() -> Bool {
        told.withLock { told in
            if let before = told, .now() - before < .minutes(1) { return false }
            told = .now()
            return true
        }
    }
}

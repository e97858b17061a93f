// IMAPServer: IMAP4rev2 (RFC 9051) and IMAP4rev1 (RFC 3501) over the mail store. It owns connections, sessions, each session's
// view of its mailbox, and how outcomes become responses. It must never decide what is in a mailbox or who may see it: that
// is Mail's and Directory's.
//
// Invariants: one thread at a time works for a session, the event loop only moves bytes; a command makes its answer in pieces
// and goes on when the client has taken them, so a client that does not read costs bounded memory and no thread; a message
// number means the same message to client and server until an EXPUNGE was told (RFC 9051 §7.5.1); CAPABILITY names only what
// works; no transaction is open while bytes are written to a socket.
//
// Start reading at Session/Session.swift, then CommandTable.swift and a file of Commands/; bytes are moved by
// Connection/ConnectionHandler.swift.

package import Logging
package import NIOCore
import NIOPosix
import NIOSSL
import Synchronization
package import Wire

/// A server on any number of addresses: some with TLS from the first byte, some with STARTTLS.
package final class IMAPServer: Sendable {
    /// What to offer by ALPN (RFC 7301), for `TLSCertificates`: IANA's name.
    package static let applicationProtocols = ["imap"]

    private struct State {
        var plain: Listener?
        var tls: Listener?
        var isStopped = false
    }

    private let context: ServerContext
    private let limits: ConnectionLimits
    private let group: MultiThreadedEventLoopGroup
    /// One for each event loop, in the group's order.
    private let members: [LoopMembers]
    private let state = Mutex(State())

    package init(configuration: IMAPServerConfiguration, services: IMAPServices, logger: Logger) {
        context = ServerContext(configuration: configuration, services: services, logger: logger)
        limits = ConnectionLimits(total: configuration.connections, perAddress: configuration.connectionsPerAddress)
        let loops = configuration.eventLoops > 0 ? configuration.eventLoops : min(4, System.coreCount)
        group = MultiThreadedEventLoopGroup(numberOfThreads: loops)
        members = group.makeIterator().map { LoopMembers(eventLoop: $0) }
    }

    /// Starts to listen; on an error nothing is left open.
    package func start() async throws(ListenFailure) {
        let configuration = context.configuration
        let shortest = min(configuration.loginTimeout, configuration.commandTimeout, configuration.writeTimeout)
        let interval = TimeAmount.nanoseconds(max(10_000_000, min(1_000_000_000, shortest.nanoseconds / 4)))
        for members in members { members.eventLoop.execute { members.start(interval: interval) } }
        do {
            let plain = try await listen(configuration.plainAddresses, isTLS: false)
            state.withLock { $0.plain = plain }
            if configuration.certificates != nil {
                let tls = try await listen(configuration.tlsAddresses, isTLS: true)
                state.withLock { $0.tls = tls }
            }
        } catch {
            await drain(within: .zero)
            throw error
        }
    }

    /// The addresses that are listened on, with the ports that the system chose.
    package var plainAddresses: [SocketAddress] { state.withLock { $0.plain }?.addresses ?? [] }
    package var tlsAddresses: [SocketAddress] { state.withLock { $0.tls }?.addresses ?? [] }

    /// How many connections are open.
    package var openConnections: Int { limits.open }

    /// Stops to accept, lets the commands in flight finish for at most `time`, says BYE and closes. The server cannot be started
    /// again.
    package func drain(within time: Duration) async {
        let (plain, tls, isFirst) = state.withLock { state in
            defer { state.isStopped = true }
            return (state.plain, state.tls, !state.isStopped)
        }
        guard isFirst else { return }
        context.beginDraining()
        await plain?.close()
        await tls?.close()
        for members in members { members.eventLoop.execute { members.drain() } }
        let limits = limits
        if await !Self.wait(time, until: { limits.open == 0 }) {
            context.logger.notice("connections cut at the end of the drain", metadata: ["count": "\(limits.open)"])
        }
        for members in members {
            try? await members.eventLoop.submit {
                members.abort()
                members.stop()
            }.get()
        }
        let pool = context.pool
        pool.stop()
        // A job that ends later comes back to its event loop, which must still run.
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

    private func listen(_ addresses: [ListenAddress], isTLS: Bool) async throws(ListenFailure) -> Listener {
        try await Listener.bind(
            addresses, backlog: context.configuration.backlog, group: group, limits: limits,
            refused: { [context] address in
                context.metrics.connectionRefused()
                context.logger.debug("too many connections", metadata: ["peer": "\(address)"])
            },
            setUp: { [context, members] channel, address in
                context.metrics.connectionOpened()
                channel.closeFuture.whenComplete { _ in context.metrics.connectionClosed() }
                let member = members.first { $0.eventLoop === channel.eventLoop } ?? members[0]
                if isTLS, let certificates = context.configuration.certificates {
                    try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: certificates.context))
                }
                let handler = ConnectionHandler(server: context, members: member, address: address, isTLS: isTLS)
                try channel.pipeline.syncOperations.addHandler(handler)
            })
    }
}

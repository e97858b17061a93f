package import Logging
package import NIOCore
import NIOHTTP2
import NIOPosix
import NIOSSL
import Synchronization
package import Wire

/// A server on any number of plain and TLS addresses.
package final class HTTPServer: Sendable {
    /// What to offer by ALPN (RFC 7301), for `TLSCertificates`.
    package static let applicationProtocols = NIOHTTP2SupportedALPNProtocols

    /// HTTP/2 streams that a client may have open at a time.
    private static let concurrentStreams = 100
    /// How much of a request's body an HTTP/2 client may send ahead.
    private static let streamWindow = 256 << 10
    private static let connectionWindow = 1 << 20

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

    package init(configuration: HTTPServerConfiguration, responder: any HTTPResponder, logger: Logger) {
        context = ServerContext(configuration: configuration, responder: responder, logger: logger)
        limits = ConnectionLimits(
            total: configuration.connections, perAddress: configuration.connectionsPerAddress,
            exempt: configuration.trustedProxies)
        let loops = configuration.eventLoops > 0 ? configuration.eventLoops : min(4, System.coreCount)
        group = MultiThreadedEventLoopGroup(numberOfThreads: loops)
        members = group.makeIterator().map { LoopMembers(eventLoop: $0) }
    }

    /// Starts to listen; on an error nothing is left open.
    package func start() async throws(ListenFailure) {
        let configuration = context.configuration
        Spool.clean(directory: configuration.spoolDirectory)
        let shortest =
            [
                configuration.headTimeout, configuration.bodyTimeout, configuration.idleTimeout,
                configuration.writeTimeout,
            ]
            .min() ?? .seconds(1)
        let interval = TimeAmount.nanoseconds(max(10_000_000, min(1_000_000_000, shortest.nanoseconds / 4)))
        for members in members { members.eventLoop.execute { members.start(interval: interval) } }
        do {
            let plain = try await listen(configuration.plainAddresses) { [self] channel, address in
                let handler = HTTP1Handler(
                    server: context, members: members(of: channel), address: address, isTLS: false)
                try channel.pipeline.syncOperations.addHandler(handler)
            }
            state.withLock { $0.plain = plain }
            if let certificates = configuration.certificates {
                let tls = try await listen(configuration.tlsAddresses) { [self] channel, address in
                    try setUpTLS(channel, address, certificates)
                }
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

    /// Stops to accept, lets the requests in flight finish for at most `time`, and closes. The server cannot be started
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

    private func listen(
        _ addresses: [ListenAddress], setUp: @escaping @Sendable (any Channel, IPAddress) throws -> Void
    ) async throws(ListenFailure) -> Listener {
        try await Listener.bind(
            addresses, backlog: context.configuration.backlog, group: group, limits: limits,
            refused: { [context] address in
                context.metrics.connectionRefused()
                context.logger.debug("too many connections", metadata: ["peer": "\(address)"])
            },
            setUp: { [context] channel, address in
                context.metrics.connectionOpened()
                channel.closeFuture.whenComplete { _ in context.metrics.connectionClosed() }
                try setUp(channel, address)
            })
    }

    private func members(of channel: any Channel) -> LoopMembers {
        members.first { $0.eventLoop === channel.eventLoop } ?? members[0]
    }

    // MARK: TLS

    private func setUpTLS(_ channel: any Channel, _ address: IPAddress, _ certificates: TLSCertificates) throws {
        let members = members(of: channel)
        let handshake = Handshake(channel, deadline: .now() + context.configuration.headTimeout)
        members.add(handshake)
        let end: @Sendable () -> Void = { handshake.end(members) }
        channel.closeFuture.whenComplete { _ in end() }
        try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: certificates.context))
        let upgrade = channel.configureHTTP2SecureUpgrade(
            h2ChannelConfigurator: { [context] channel in
                channel.eventLoop.makeCompletedFuture {
                    end()
                    try Self.setUpHTTP2(channel, address, context, members)
                }
            },
            http1ChannelConfigurator: { [context] channel in
                channel.eventLoop.makeCompletedFuture {
                    end()
                    let handler = HTTP1Handler(server: context, members: members, address: address, isTLS: true)
                    try channel.pipeline.syncOperations.addHandler(handler)
                }
            })
        upgrade.whenFailure { _ in channel.close(promise: nil) }
    }

    private static func setUpHTTP2(
        _ channel: any Channel, _ address: IPAddress, _ context: ServerContext, _ members: LoopMembers
    ) throws {
        var connection = NIOHTTP2Handler.ConnectionConfiguration()
        connection.initialSettings = [
            HTTP2Setting(parameter: .maxConcurrentStreams, value: concurrentStreams),
            HTTP2Setting(parameter: .maxHeaderListSize, value: context.configuration.headLength),
            HTTP2Setting(parameter: .initialWindowSize, value: streamWindow),
        ]
        connection.targetWindowSize = connectionWindow
        var stream = NIOHTTP2Handler.StreamConfiguration()
        stream.targetWindowSize = streamWindow
        stream.outboundBufferSizeHighWatermark = 64 << 10
        stream.outboundBufferSizeLowWatermark = 32 << 10
        let handler = HTTP2ConnectionHandler(server: context, members: members)
        let peer = address.description
        try channel.pipeline.syncOperations.addHandler(
            NIOHTTP2Handler(
                mode: .server, eventLoop: channel.eventLoop, connectionConfiguration: connection,
                streamConfiguration: stream,
                streamDelegate: HTTP2ConnectionHandler.Streams(handler, eventLoop: channel.eventLoop)
            ) { channel in
                channel.eventLoop.makeCompletedFuture {
                    let operations = channel.pipeline.syncOperations
                    try operations.addHandler(HTTP2FramePayloadToHTTP1ServerCodec(normalizeHTTPHeaders: false))
                    try operations.addHandler(
                        HTTP2StreamHandler(server: context, members: members, address: address, peer: peer))
                }
            })
        try channel.pipeline.syncOperations.addHandler(handler)
    }

    /// A TLS connection until its protocol is known.
    ///
    /// Guard of its variables: the channel's event loop.
    private final class Handshake: LoopMember, @unchecked Sendable {
        private let channel: any Channel
        let deadline: NIODeadline
        var slot = -1

        init(_ channel: any Channel, deadline: NIODeadline) {
            self.channel = channel
            self.deadline = deadline
        }

        func end(_ members: LoopMembers) { if slot >= 0 { members.remove(self) } }
        func deadlinePassed() { abort() }
        func drain() { abort() }
        func abort() { channel.close(promise: nil) }
    }
}

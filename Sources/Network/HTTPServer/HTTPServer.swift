package import Logging
package import NIOCore
import NIOHTTP2
import NIOSSL
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

    private let context: ServerContext
    private let sockets: ServerSockets

    /// - Parameter requestLogger: is told of each request when it is over; nil: nobody is.
    package init(
        configuration: HTTPServerConfiguration, responder: any HTTPResponder, logger: Logger,
        requestLogger: (any RequestLogger)? = nil
    ) {
        context = ServerContext(
            configuration: configuration, responder: responder, logger: logger, requestLogger: requestLogger)
        sockets = ServerSockets(
            eventLoops: configuration.eventLoops, backlog: configuration.backlog,
            limits: ConnectionLimits(
                total: configuration.connections, perAddress: configuration.connectionsPerAddress,
                exempt: configuration.trustedProxies),
            pool: context.pool, counting: context.metrics, logger: logger)
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
        sockets.startDeadlines(shortest: shortest)
        do {
            try await sockets.listenPlain(configuration.plainAddresses) { [self] channel, address in
                let handler = HTTP1Handler(
                    server: context, members: sockets.members(of: channel), address: address, isTLS: false)
                try channel.pipeline.syncOperations.addHandler(handler)
            }
            if let certificates = configuration.certificates {
                try await sockets.listenTLS(configuration.tlsAddresses) { [self] channel, address in
                    try setUpTLS(channel, address, certificates)
                }
            }
        } catch {
            await drain(within: .zero)
            throw error
        }
    }

    /// The addresses that are listened on, with the ports that the system chose.
    package var plainAddresses: [SocketAddress] { sockets.plainAddresses }
    package var tlsAddresses: [SocketAddress] { sockets.tlsAddresses }

    /// How many connections are open.
    package var openConnections: Int { sockets.openConnections }

    /// Stops to accept, lets the requests in flight finish for at most `time`, and closes. The server cannot be started
    /// again.
    package func drain(within time: Duration) async {
        await sockets.drain(within: time) { context.beginDraining() }
    }

    // MARK: TLS

    private func setUpTLS(_ channel: any Channel, _ address: IPAddress, _ certificates: TLSCertificates) throws {
        let members = sockets.members(of: channel)
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
            // More than is taken (`HTTP2StreamHandler`): above this the codec can only end the connection, and below a stream is
            // told 431 (RFC 9113 §10.5.1).
            HTTP2Setting(parameter: .maxHeaderListSize, value: 4 * context.configuration.headLength),
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

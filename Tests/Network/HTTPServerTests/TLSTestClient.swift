import NIOCore
import NIOHTTP1
import NIOHTTP2
import NIOPosix
import NIOSSL
import Synchronization
import TestCertificate
import TestWaiting

/// Clients over TLS that trust nothing but one certificate.
enum TLSTestClient {
    struct Failed: Error {
        var reason: String
    }

    private static func context(_ trusted: TestCertificate, _ protocols: [String]) throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(Array(trusted.chain.utf8)))
        configuration.applicationProtocols = protocols
        return try NIOSSLContext(configuration: configuration)
    }

    private static func bootstrap(
        _ trusted: TestCertificate, _ protocols: [String], _ setUp: @escaping @Sendable (any Channel) throws -> Void
    ) throws -> ClientBootstrap {
        let context = try context(trusted, protocols)
        return ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let handler = try NIOSSLClientHandler(context: context, serverHostname: trusted.name)
                    try channel.pipeline.syncOperations.addHandler(handler)
                    try setUp(channel)
                }
            }
    }

    /// Sends the bytes of an HTTP/1 request that asks to close, and gives what comes until the end.
    static func http1(
        port: Int, trusted: TestCertificate = .one, protocols: [String] = ["http/1.1"], _ request: String
    ) async throws -> String {
        let received = Received()
        let channel = try await bootstrap(trusted, protocols) { channel in
            try channel.pipeline.syncOperations.addHandler(Collector(received))
        }.connect(host: "127.0.0.1", port: port).get()
        try await channel.writeAndFlush(ByteBuffer(string: request.replacing("\n", with: "\r\n")))
        try await closed(channel)
        return String(decoding: received.bytes, as: UTF8.self)
    }

    private static func closed(_ channel: any Channel) async throws {
        let promise = channel.eventLoop.makePromise(of: Void.self)
        channel.closeFuture.cascade(to: promise)
        channel.eventLoop.scheduleTask(in: .seconds(Int64(patience))) { promise.fail(Failed(reason: "still open")) }
        try await promise.futureResult.get()
    }

    private final class Received: Sendable {
        private let buffer = Mutex<[UInt8]>([])
        var bytes: [UInt8] { buffer.withLock { $0 } }
        func append(_ bytes: ByteBuffer) { buffer.withLock { $0.append(contentsOf: bytes.readableBytesView) } }
    }

    private final class Collector: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let received: Received
        init(_ received: Received) { self.received = received }
        func channelRead(context: ChannelHandlerContext, data: NIOAny) { received.append(unwrapInboundIn(data)) }
    }

    // MARK: HTTP/2

    final class HTTP2: Sendable {
        let channel: any Channel
        /// The frames of the connection, not of its streams, as they came.
        private let frames = Frames()
        private let multiplexer: NIOHTTP2Handler.StreamMultiplexer

        init(port: Int, trusted: TestCertificate = .one) async throws {
            channel = try await bootstrap(trusted, ["h2"]) { [frames] channel in
                let handler = NIOHTTP2Handler(mode: .client, eventLoop: channel.eventLoop) { $0.close() }
                try channel.pipeline.syncOperations.addHandlers(handler, ConnectionHandler(frames))
            }.connect(host: "127.0.0.1", port: port).get()
            multiplexer = try await channel.pipeline.handler(type: NIOHTTP2Handler.self)
                .flatMap { $0.multiplexer }.get()
        }

        /// The last streams that the server has named in its GOAWAYs, and their codes where they tell of an error.
        var goAways: [String] { frames.goAways }

        /// Waits until the server has sent so many GOAWAYs, or more; gives up after a long time.
        func receivesGoAways(_ count: Int) async -> Bool {
            await eventually { goAways.count >= count }
        }

        private final class Frames: Sendable {
            private let buffer = Mutex<[String]>([])
            var goAways: [String] { buffer.withLock { $0 } }
            func append(_ text: String) { buffer.withLock { $0.append(text) } }
        }

        private final class ConnectionHandler: ChannelInboundHandler {
            typealias InboundIn = HTTP2Frame
            private let frames: Frames
            init(_ frames: Frames) { self.frames = frames }

            func channelRead(context: ChannelHandlerContext, data: NIOAny) {
                guard case .goAway(let last, let code, _) = unwrapInboundIn(data).payload else { return }
                frames.append(code == .noError ? "\(Int(last))" : "\(Int(last)) \(code)")
            }
        }

        /// Waits until the connection is closed.
        func closed() async throws { try await TLSTestClient.closed(channel) }

        struct Response: Sendable {
            var informational: [Int] = []
            var status = 0
            var headers = HTTPHeaders()
            var body: [UInt8] = []
            var text: String { String(decoding: body, as: UTF8.self) }
        }

        /// - Parameter waits: sends the body only after 100.
        func request(
            _ method: String, _ path: String, headers: [(String, String)] = [], body: [UInt8]? = nil,
            waits: Bool = false
        ) async throws -> Response {
            let (stream, future) = try await open(method, path, headers: headers, endsAtOnce: body == nil) {
                $0.waits = waits
                $0.body = body
            }
            _ = stream
            return try await future.get()
        }

        /// Begins a request that stays open.
        func open(
            _ method: String, _ path: String, headers: [(String, String)] = [], endsAtOnce: Bool = true,
            configure: @escaping @Sendable (StreamHandler) -> Void = { _ in }
        ) async throws -> (any Channel, EventLoopFuture<Response>) {
            let promise = channel.eventLoop.makePromise(of: Response.self)
            let made = channel.eventLoop.makePromise(of: (any Channel).self)
            // A connection that is gone makes no stream, and says so or not.
            channel.closeFuture.whenComplete { _ in
                made.fail(Failed(reason: "closed"))
                promise.fail(Failed(reason: "closed"))
            }
            // A test that waits for what never comes fails instead of hanging.
            channel.eventLoop.scheduleTask(in: .seconds(Int64(patience))) {
                made.fail(Failed(reason: "no stream"))
                promise.fail(Failed(reason: "no answer"))
            }
            multiplexer.createStreamChannel(promise: made) { stream in
                stream.eventLoop.makeCompletedFuture {
                    let handler = StreamHandler(promise)
                    configure(handler)
                    try stream.pipeline.syncOperations.addHandlers(
                        HTTP2FramePayloadToHTTP1ClientCodec(httpProtocol: .https), handler)
                }
            }
            made.futureResult.whenFailure { promise.fail($0) }
            let stream = try await made.futureResult.get()
            var fields = HTTPHeaders(headers)
            fields.add(name: "host", value: "h2.example")
            let head = NIOHTTP1.HTTPRequestHead(
                version: .http2, method: HTTPMethod(rawValue: method), uri: path, headers: fields)
            try await stream.eventLoop.submit {
                try stream.pipeline.syncOperations.handler(type: StreamHandler.self).begin(head, endsAtOnce: endsAtOnce)
            }.get()
            return (stream, promise.futureResult)
        }

        final class StreamHandler: ChannelInboundHandler {
            typealias InboundIn = HTTPClientResponsePart
            typealias OutboundOut = HTTPClientRequestPart

            var waits = false
            var body: [UInt8]?
            private var context: ChannelHandlerContext?
            private var response = Response()
            private let promise: EventLoopPromise<Response>

            init(_ promise: EventLoopPromise<Response>) { self.promise = promise }

            func handlerAdded(context: ChannelHandlerContext) { self.context = context }

            func begin(_ head: NIOHTTP1.HTTPRequestHead, endsAtOnce: Bool) {
                guard let context else { return }
                context.write(wrapOutboundOut(.head(head)), promise: nil)
                if endsAtOnce { context.write(wrapOutboundOut(.end(nil)), promise: nil) }
                context.flush()
                if !waits { sendBody() }
            }

            private func sendBody() {
                guard let context, let body else { return }
                context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: body)))), promise: nil)
                context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            }

            func channelRead(context: ChannelHandlerContext, data: NIOAny) {
                switch unwrapInboundIn(data) {
                case .head(let head) where head.status.code < 200:
                    response.informational.append(Int(head.status.code))
                    if waits { sendBody() }
                case .head(let head):
                    response.status = Int(head.status.code)
                    response.headers = head.headers
                case .body(let bytes):
                    response.body.append(contentsOf: bytes.readableBytesView)
                case .end:
                    promise.succeed(response)
                }
            }

            func errorCaught(context: ChannelHandlerContext, error: any Error) {
                promise.fail(error)
                context.close(promise: nil)
            }

            func channelInactive(context: ChannelHandlerContext) {
                self.context = nil
                promise.fail(Failed(reason: "closed"))
            }
        }
    }
}

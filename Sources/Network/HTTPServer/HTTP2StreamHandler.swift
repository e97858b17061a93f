import Bytes
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTP2
import Wire

/// One HTTP/2 stream: one request and its answer.
final class HTTP2StreamHandler: ChannelDuplexHandler, ExchangeTransport, LoopMember {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    /// How long a client is given to see that its answer is complete before the stream is reset.
    private static let lingerTime = TimeAmount.seconds(1)

    private let server: ServerContext
    private let members: LoopMembers
    private let address: IPAddress
    private let peer: String
    private var context: ChannelHandlerContext?
    private var exchange: Exchange?
    private var isReadHeld = false
    private var lingerDeadline = NIODeadline.distantFuture
    private var hasSentLast = false
    private var hasFailed = false
    var slot = -1

    init(server: ServerContext, members: LoopMembers, address: IPAddress, peer: String) {
        self.server = server
        self.members = members
        self.address = address
        self.peer = peer
    }

    // MARK: Events of the channel

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        members.add(self)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        members.remove(self)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        members.turn.socketHadBytes()
        switch unwrapInboundIn(data) {
        case .head(let head): begin(head)
        case .body(let bytes): exchange?.received(bytes)
        case .end: exchange?.receivedEnd()
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {}

    /// A stream that is not read gives its client no window.
    func read(context: ChannelHandlerContext) {
        if exchange?.wantsInput ?? true { context.read() } else { isReadHeld = true }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) { exchange?.writabilityChanged() }

    /// A stream whose both sides have ended closes within the write of its last frame.
    func channelInactive(context: ChannelHandlerContext) {
        if hasSentLast, !hasFailed, context.channel.parent?.isActive ?? false {
            exchange?.answerEnded()
        } else {
            exchange?.disconnected()
        }
        exchange = nil
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        hasFailed = true
        server.logger.debug("stream failed", metadata: ["peer": "\(peer)", "error": "\(error)"])
        context.close(promise: nil)
    }

    private func begin(_ head: NIOHTTP1.HTTPRequestHead) {
        guard let context, exchange == nil else { return }
        var bodyLength = BodyLength.unknown
        var refusal: HTTPRefusal?
        if let field = head.headers.first(name: "content-length") {
            if let count = field.utf8.decimalValue { bodyLength = .known(count) } else { refusal = .badRequest }
        }
        let configuration = server.configuration
        if head.uri.utf8.count > configuration.targetLength { refusal = .targetTooLong }
        // RFC 9113 §6.5.2: a field counts 32 bytes more than it has.
        let headLength = head.headers.reduce(head.uri.utf8.count) { $0 + $1.name.utf8.count + $1.value.utf8.count + 32 }
        if head.headers.count > configuration.headFields || headLength > configuration.headLength { refusal = .headTooLong }
        let fields = HTTPFields(head.headers.map { ($0.name, $0.value) })
        let client = Client(
            socket: address, peer: peer, isTLS: true, fields: fields, authority: fields.first("host") ?? "",
            trustedProxies: configuration.trustedProxies)
        if client == nil { refusal = .badRequest }
        let request = HTTPRequestHead(
            method: head.method.rawValue, target: head.uri, headers: fields, peer: client?.peer ?? peer,
            isSecure: client?.isSecure ?? true, isLoopback: client?.isLoopback ?? false,
            authority: client?.authority ?? "", id: server.nextRequestID())
        let exchange = Exchange(
            head: request, minorVersion: 1, isHTTP2: true, sendsFiles: false, context: server,
            eventLoop: context.eventLoop, turn: members.turn, transport: self)
        self.exchange = exchange
        exchange.start(length: refusal == nil ? bodyLength : .unknown, keepsAlive: true)
        if let refusal { exchange.malformed(refusal) }
    }

    // MARK: ExchangeTransport

    var isWritable: Bool { context?.channel.isWritable ?? false }

    func sendContinue() {
        guard let context else { return }
        let head = HTTPResponseHead(version: .http2, status: .continue)
        context.writeAndFlush(wrapOutboundOut(.head(head)), promise: nil)
    }

    func send(_ start: Answer.Start, isLast: Bool) {
        guard let context, case .http2(let headers, let body, let status) = start else { return }
        let head = HTTPResponseHead(version: .http2, status: .init(statusCode: status), headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if body != nil || isLast { writeData(body ?? ByteBuffer(), isLast: isLast) }
        context.flush()
    }

    func send(_ piece: ByteBuffer, isLast: Bool) {
        writeData(piece, isLast: isLast)
        context?.flush()
    }

    /// Past the codec, which would end the stream with a frame of its own.
    private func writeData(_ bytes: ByteBuffer, isLast: Bool) {
        guard bytes.readableBytes > 0 || isLast else { return }
        if isLast { hasSentLast = true }
        let data = HTTP2Frame.FramePayload.Data(data: .byteBuffer(bytes), endStream: isLast)
        codec?.write(NIOAny(HTTP2Frame.FramePayload.data(data)), promise: nil)
    }

    private var codec: ChannelHandlerContext? {
        try? context?.pipeline.syncOperations.context(handlerType: HTTP2FramePayloadToHTTP1ServerCodec.self)
    }

    /// Never called: files are read for HTTP/2 (`AnswerConditions.sendsFiles`).
    func send(_ region: FileRegion, done: @escaping @Sendable () -> Void) { abort() }

    func inputDemandChanged() {
        guard isReadHeld, exchange?.wantsInput ?? true else { return }
        isReadHeld = false
        context?.read()
    }

    func exchangeEnded(_ ending: RequestStateMachine.Ending) {
        exchange = nil
        switch ending {
        case .reuse, .close:
            // Both sides have ended the stream; it closes by itself once all is sent.
            inputDemandChanged()
        case .linger:
            lingerDeadline = .now() + Self.lingerTime
            inputDemandChanged()
        case .abort:
            abort()
        }
    }

    // MARK: LoopMember

    var deadline: NIODeadline { exchange?.deadline ?? lingerDeadline }

    func deadlinePassed() {
        if let exchange { return exchange.deadlinePassed() }
        lingerDeadline = .distantFuture
        // RFC 9113 §8.1: the answer is complete, and the client is to stop sending; by any other code it would drop the
        // answer.
        codec?.writeAndFlush(NIOAny(HTTP2Frame.FramePayload.rstStream(.noError)), promise: nil)
    }

    func drain() { exchange?.drain() }

    func abort() { context?.close(promise: nil) }
}

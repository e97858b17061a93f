import Glibc
import Logging
import NIOCore
import Wire

/// One HTTP/1 connection, plain or within TLS: bytes in, requests one after the other, bytes out.
///
/// Invariants: one request is in work at a time; meanwhile one read at most is taken from the socket, as it is also
/// while the client does not take its answer.
final class HTTP1Handler: ChannelDuplexHandler, ExchangeTransport, LoopMember {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = IOData
    typealias OutboundOut = IOData

    private enum Mode {
        case open
        /// The last answer is out; what the client still sends is dropped so that it can read the answer.
        case lingering
        case closed
    }

    /// What may pile up while nothing is read on purpose: a client's last bytes before it closes.
    private static let heldBytes = 1 << 20
    private static let lingerTime = TimeAmount.seconds(2)

    private let server: ServerContext
    private let members: LoopMembers
    private let address: IPAddress
    private let peer: String
    private let isTLS: Bool
    private var context: ChannelHandlerContext?
    private var decoder: HTTP1Decoder
    private var exchange: Exchange?
    private var mode = Mode.open
    private var isAdvancing = false
    private var isReadHeld = false
    private var ownDeadline: NIODeadline
    private var hasPartialHead = false
    var slot = -1

    init(server: ServerContext, members: LoopMembers, address: IPAddress, isTLS: Bool) {
        self.server = server
        self.members = members
        self.address = address
        self.isTLS = isTLS
        peer = address.description
        let configuration = server.configuration
        decoder = HTTP1Decoder(
            limits: HTTP1Decoder.Limits(
                target: configuration.targetLength, head: configuration.headLength, fields: configuration.headFields))
        ownDeadline = .now() + configuration.headTimeout
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
        guard mode == .open else { return }
        let bytes = unwrapInboundIn(data)
        guard decoder.pendingBytes + bytes.readableBytes <= Self.heldBytes else { return abort() }
        decoder.append(bytes)
        members.turn.socketHadBytes()
        advance()
    }

    func channelReadComplete(context: ChannelHandlerContext) {}

    /// Reading ahead by one read costs less than to tell the kernel to stop, and shows when the client goes.
    private var mayRead: Bool { wantsInput || (mode == .open && decoder.pendingBytes == 0) }

    func read(context: ChannelHandlerContext) {
        if mayRead { context.read() } else { isReadHeld = true }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) { exchange?.writabilityChanged() }

    func channelInactive(context: ChannelHandlerContext) {
        mode = .closed
        exchange?.disconnected()
        exchange = nil
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        server.logger.debug("connection failed", metadata: ["peer": "\(peer)", "error": "\(error)"])
        context.close(promise: nil)
    }

    // MARK: Requests

    private var wantsInput: Bool { mode == .lingering || (exchange?.wantsInput ?? true) }

    /// Takes the parts of requests out of the bytes for as long as they can be worked on.
    private func advance() {
        if isAdvancing { return }
        isAdvancing = true
        defer { isAdvancing = false }
        while mode == .open && wantsInput {
            do throws(HTTPRefusal) {
                guard let part = try decoder.next() else { break }
                switch part {
                case .head(let head): try begin(head)
                case .body(let bytes): exchange?.received(bytes)
                case .end: exchange?.receivedEnd()
                }
            } catch {
                malformed(error)
                break
            }
        }
        let hasPartialHead = mode == .open && exchange == nil && !decoder.isBetweenRequests
        if hasPartialHead && !self.hasPartialHead { ownDeadline = .now() + server.configuration.headTimeout }
        self.hasPartialHead = hasPartialHead
        continueReading()
    }

    private func begin(_ head: HTTP1Head) throws(HTTPRefusal) {
        let (target, host) = Self.authority(of: head)
        guard
            let client = Client(
                socket: address, peer: peer, isTLS: isTLS, fields: head.fields, authority: host,
                trustedProxies: server.configuration.trustedProxies)
        else { throw .badRequest }
        let request = HTTPRequestHead(
            method: head.method, target: target, headers: head.fields, peer: client.peer, isSecure: client.isSecure,
            isLoopback: client.isLoopback, authority: client.authority, id: server.nextRequestID())
        start(request, minorVersion: head.minorVersion, length: head.bodyLength, keepsAlive: head.keepsAlive)
    }

    /// RFC 9112 §3.2.2: the authority of an absolute target counts, not `Host`.
    private static func authority(of head: HTTP1Head) -> (target: String, host: String) {
        let host = head.fields.first("host") ?? ""
        guard head.target.utf8.first != 0x2F, let scheme = head.target.firstRange(of: "://") else {
            return (head.target, host)
        }
        return (head.target, String(head.target[scheme.upperBound...].prefix { $0 != "/" && $0 != "?" }))
    }

    private func start(_ head: HTTPRequestHead, minorVersion: UInt8, length: BodyLength, keepsAlive: Bool) {
        guard let context else { return }
        let exchange = Exchange(
            head: head, minorVersion: minorVersion, isHTTP2: false, sendsFiles: !isTLS, context: server,
            eventLoop: context.eventLoop, turn: members.turn, transport: self)
        self.exchange = exchange
        exchange.start(length: length, keepsAlive: keepsAlive)
    }

    /// Answers what is no request, or stopped to be one.
    private func malformed(_ refusal: HTTPRefusal) {
        if exchange == nil {
            let head = HTTPRequestHead(
                method: "-", target: "-", peer: peer, isSecure: isTLS, isLoopback: false, authority: "",
                id: server.nextRequestID())
            start(head, minorVersion: 1, length: .unknown, keepsAlive: false)
        }
        exchange?.malformed(refusal)
    }

    private func continueReading() {
        guard isReadHeld, mayRead else { return }
        isReadHeld = false
        context?.read()
    }

    // MARK: ExchangeTransport

    var isWritable: Bool { context?.channel.isWritable ?? false }

    func sendContinue() {
        guard let context else { return }
        context.writeAndFlush(
            wrapOutboundOut(.byteBuffer(ByteBuffer(string: "HTTP/1.1 100 Continue\r\n\r\n"))), promise: nil)
    }

    func send(_ start: Answer.Start, isLast: Bool) {
        if case .http1(let bytes) = start { send(bytes, isLast: isLast) }
    }

    func send(_ piece: ByteBuffer, isLast: Bool) {
        guard let context, piece.readableBytes > 0 else { return }
        context.writeAndFlush(wrapOutboundOut(.byteBuffer(piece)), promise: nil)
    }

    func send(_ region: FileRegion, done: @escaping @Sendable () -> Void) {
        guard let context else { return }
        let promise = context.eventLoop.makePromise(of: Void.self)
        // A failure closes the channel, which the exchange is told by itself.
        promise.futureResult.whenComplete { _ in done() }
        context.writeAndFlush(wrapOutboundOut(.fileRegion(region)), promise: promise)
    }

    func inputDemandChanged() { advance() }

    func exchangeEnded(_ ending: RequestStateMachine.Ending) {
        exchange = nil
        hasPartialHead = false
        switch ending {
        case .reuse where !server.isDraining:
            ownDeadline = .now() + server.configuration.idleTimeout
            advance()
        case .reuse, .close:
            closeWhenSent()
        case .linger:
            mode = .lingering
            ownDeadline = .now() + Self.lingerTime
            whenSent { $0.close(mode: .output, promise: nil) }
            continueReading()
        case .abort:
            abort()
        }
    }

    private func closeWhenSent() {
        guard mode != .closed else { return }
        mode = .closed
        ownDeadline = .now() + server.configuration.writeTimeout
        whenSent { $0.close(promise: nil) }
    }

    private func whenSent(_ body: @escaping @Sendable (any Channel) -> Void) {
        guard let context else { return }
        // Mostly the socket has taken all of a short answer at once.
        if let waiting = try? context.channel.syncOptions?.getOption(.bufferedWritableBytes), waiting == 0 {
            return body(context.channel)
        }
        let promise = context.eventLoop.makePromise(of: Void.self)
        promise.futureResult.whenComplete { [channel = context.channel] _ in body(channel) }
        // It is done once all before it is out.
        context.writeAndFlush(wrapOutboundOut(.byteBuffer(ByteBuffer())), promise: promise)
    }

    // MARK: LoopMember

    var deadline: NIODeadline { exchange?.deadline ?? ownDeadline }

    func deadlinePassed() {
        if let exchange { return exchange.deadlinePassed() }
        if mode == .open && hasPartialHead {
            malformed(.timedOut)
        } else {
            context?.close(promise: nil)
        }
    }

    func drain() {
        if let exchange { return exchange.drain() }
        if mode == .open && !hasPartialHead { closeWhenSent() }
    }

    func abort() {
        guard let context, context.channel.isActive else { return }
        mode = .closed
        // The client must not take what it has for complete: a reset instead of an orderly end.
        if let option = context.channel as? any SocketOptionProvider {
            option.setSoLinger(linger(l_onoff: 1, l_linger: 0)).whenComplete { [channel = context.channel] _ in
                channel.close(promise: nil)
            }
        } else {
            context.close(promise: nil)
        }
    }
}

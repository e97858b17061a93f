import Logging
import NIOCore
import SMTPGrammar
import Synchronization
import Wire

/// One connection: bytes in, to the session, bytes out. It runs on the event loop; the session runs on a worker thread, one job
/// at a time, and belongs to that job until it comes back.
///
/// Invariant: while a job runs, or what it wrote is not taken by the client, no more than one read is taken from the socket.
final class ConnectionHandler: ChannelDuplexHandler, LoopMember {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let server: ServerContext
    private let members: LoopMembers
    private let session: Session
    private var context: ChannelHandlerContext?
    /// What came while a job ran.
    private var held = ByteBuffer()
    private var isBusy = false
    private var isClosed = false
    private var isReadHeld = false
    private(set) var deadline: NIODeadline
    var slot = -1

    init(server: ServerContext, members: LoopMembers, peer: Peer) {
        self.server = server
        self.members = members
        session = Session(server: server, peer: peer)
        deadline = .now() + server.configuration.idleTimeout
    }

    // MARK: Events of the channel

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        members.add(self)
        if context.channel.isActive { run() }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        members.remove(self)
    }

    func channelActive(context: ChannelHandlerContext) {
        run()
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isClosed else { return }
        var bytes = unwrapInboundIn(data)
        if held.readableBytes == 0 { held = bytes } else { held.writeBuffer(&bytes) }
        advance()
    }

    func read(context: ChannelHandlerContext) {
        if mayRead { context.read() } else { isReadHeld = true }
    }

    private var mayRead: Bool { !isBusy && held.readableBytes == 0 && (context?.channel.isWritable ?? false) }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { advance() } else { deadline = .now() + server.configuration.writeTimeout }
        context.fireChannelWritabilityChanged()
    }

    func channelInactive(context: ChannelHandlerContext) {
        isClosed = true
        session.isCut.store(true, ordering: .relaxed)
        if !isBusy { end() }
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let event = event as? ChannelEvent, event == .inputClosed { close() }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        server.logger.debug("connection failed", metadata: ["peer": "\(session.peer.description)", "error": "\(error)"])
        close()
    }

    // MARK: The session

    private func advance() {
        guard !isBusy, !isClosed, let context, context.channel.isWritable else { return }
        if held.readableBytes > 0 { run() } else { continueReading() }
    }

    private func run() {
        guard !isBusy, !isClosed, let eventLoop = context?.eventLoop else { return }
        isBusy = true
        let input = Array(held.readableBytesView)
        held = ByteBuffer()
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        server.pool.submitAlways { [session] in
            session.receive(input)
            let pause = session.run()
            let output = session.takeOutput()
            eventLoop.execute { bound.value.finished(pause, output) }
        }
    }

    private func finished(_ pause: Session.Pause, _ output: [UInt8]) {
        isBusy = false
        guard !isClosed, let context else { return end() }
        if !output.isEmpty {
            var buffer = context.channel.allocator.buffer(capacity: output.count)
            buffer.writeBytes(output)
            context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
        }
        if pause == .close { return closeWhenSent(context) }
        let configuration = server.configuration
        deadline = .now() + (context.channel.isWritable ? configuration.idleTimeout : configuration.writeTimeout)
        if server.isDraining, session.isBetweenMessages { return bye(.stopping) }
        advance()
    }

    private func continueReading() {
        guard isReadHeld, mayRead else { return }
        isReadHeld = false
        context?.read()
    }

    /// On a worker: what was stored of a message is thrown away in the database.
    private func end() {
        server.pool.submitAlways { [session] in session.end() }
    }

    private func close() {
        isClosed = true
        context?.close(promise: nil)
    }

    private func closeWhenSent(_ context: ChannelHandlerContext) {
        isClosed = true
        deadline = .now() + .seconds(10)
        let promise = context.eventLoop.makePromise(of: Void.self)
        promise.futureResult.whenComplete { [channel = context.channel] _ in channel.close(promise: nil) }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer()), promise: promise)
    }

    private enum Farewell {
        case stopping, silence

        /// RFC 5321 §3.8, RFC 3463 §3.4 and §3.5.
        var reply: Reply {
            switch self {
            case .stopping: Reply(421, EnhancedStatus(3, 2), "the server is stopping")
            case .silence: Reply(421, EnhancedStatus(4, 2), "nothing was said for too long")
            }
        }
    }

    private func bye(_ farewell: Farewell) {
        guard let context, !isClosed else { return }
        var writer = ReplyWriter()
        writer.append(farewell.reply)
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: writer.bytes)), promise: nil)
        closeWhenSent(context)
    }

    // MARK: LoopMember

    func deadlinePassed() {
        guard let context else { return }
        if isClosed || !context.channel.isWritable { return abort() }
        // What takes long here is not the client's fault.
        if isBusy {
            deadline = .now() + server.configuration.idleTimeout
            return
        }
        bye(.silence)
    }

    func drain() {
        if !isBusy, session.isBetweenMessages { bye(.stopping) }
    }

    func abort() {
        isClosed = true
        context?.close(promise: nil)
    }
}

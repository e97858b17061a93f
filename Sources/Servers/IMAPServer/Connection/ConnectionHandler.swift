import Logging
import NIOCore
import NIOSSL
import Synchronization
import Wire

/// One connection: bytes in, to the session, bytes out. It runs on the event loop; the session runs on a worker thread, one job
/// at a time, and belongs to that job until it comes back.
///
/// Invariants: while a job runs, or what it wrote is not taken by the client, no more than one read is taken from the socket; no job
/// runs while the client does not take its answers.
final class ConnectionHandler: ChannelDuplexHandler, LoopMember {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let server: ServerContext
    private let members: LoopMembers
    private let session: Session
    private var context: ChannelHandlerContext?
    private var pause = Session.Pause.input
    /// What came while a job ran.
    private var held = ByteBuffer()
    private var isBusy = false
    private var isClosed = false
    private var isReadHeld = false
    private var hasWake = false
    private var deflate: DeflateLayer?
    private(set) var deadline: NIODeadline
    var slot = -1

    init(server: ServerContext, members: LoopMembers, address: IPAddress, isTLS: Bool) {
        self.server = server
        self.members = members
        session = Session(server: server, peer: address.description, isLoopback: address.isLoopback, isTLS: isTLS)
        deadline = .now() + server.configuration.loginTimeout
    }

    // MARK: Events of the channel

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        members.add(self)
        let loop = context.eventLoop
        let bound = NIOLoopBound(self, eventLoop: loop)
        session.waker = { loop.execute { bound.value.wake() } }
        if context.channel.isActive { begin() }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        members.remove(self)
    }

    func channelActive(context: ChannelHandlerContext) {
        begin()
        context.fireChannelActive()
    }

    private func begin() {
        // A client that is gone is found by the system: IDLE has no traffic of its own.
        context?.channel.setOption(.socketOption(.so_keepalive), value: 1).whenFailure { _ in }
        run()
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
        server.logger.debug("connection failed", metadata: ["peer": "\(session.peer)", "error": "\(error)"])
        close()
    }

    // MARK: The session

    /// Something in a mailbox that the session looks at has changed.
    private func wake() {
        hasWake = true
        advance()
    }

    /// Runs the session where there is something for it to do.
    private func advance() {
        guard !isBusy, !isClosed, let context, context.channel.isWritable else { return }
        switch pause {
        case .input where !hasInput && !(hasWake && session.wantsWakes): continueReading()
        case .input, .output: run()
        case .signIn, .startTLS, .compress, .close: break
        }
    }

    private var hasInput: Bool { held.readableBytes > 0 || deflate?.hasMore == true }

    private func run(on pool: WorkerPool? = nil) {
        guard let eventLoop = context?.eventLoop else { return }
        isBusy = true
        let input: [UInt8]
        do {
            input = try takeInput()
        } catch {
            server.logger.debug("compressed input is damaged", metadata: ["peer": "\(session.peer)"])
            isBusy = false
            return close()
        }
        let isWoken = hasWake
        hasWake = false
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        let allocator = context?.channel.allocator ?? ByteBufferAllocator()
        (pool ?? server.pool).submitAlways { [session, deflate] in
            session.receive(input)
            if isWoken { session.wake() }
            let pause = session.run()
            let output = Self.written(session.takeOutput(), by: deflate, allocator)
            eventLoop.execute { bound.value.finished(pause, output) }
        }
    }

    private func takeInput() throws -> [UInt8] {
        guard let deflate else {
            defer { held = ByteBuffer() }
            return Array(held.readableBytesView)
        }
        return try deflate.inflate(&held)
    }

    private func finished(_ pause: Session.Pause, _ output: ByteBuffer) {
        isBusy = false
        self.pause = pause
        guard !isClosed, let context else { return end() }
        if output.readableBytes > 0 { context.writeAndFlush(wrapOutboundOut(output), promise: nil) }
        switch pause {
        case .signIn: run(on: server.signInPool)
        case .input, .output:
            renewDeadline(context)
            if server.isDraining, session.isBetweenCommands { return bye("the server is stopping") }
            if pause == .output || hasInput || hasWake { advance() }
            continueReading()
        case .startTLS: startTLS(context)
        case .compress:
            deflate = DeflateLayer()
            // RFC 4978 §3: what stands behind the command is compressed already.
            var compressed = ByteBuffer(bytes: session.takeUnread())
            compressed.writeBuffer(&held)
            held = compressed
            self.pause = .input
            advance()
            continueReading()
        case .close: closeWhenSent(context)
        }
    }

    /// As it goes to the client; by whoever has the connection's turn, mostly a worker.
    private static func written(_ output: [UInt8], by deflate: DeflateLayer?, _ allocator: ByteBufferAllocator) -> ByteBuffer {
        if output.isEmpty { return ByteBuffer() }
        guard let deflate else {
            var buffer = allocator.buffer(capacity: output.count)
            buffer.writeBytes(output)
            return buffer
        }
        var buffer = allocator.buffer(capacity: output.count / 2)
        deflate.deflate(output, into: &buffer)
        return buffer
    }

    private func continueReading() {
        guard isReadHeld, mayRead else { return }
        isReadHeld = false
        context?.read()
    }

    /// RFC 9051 §6.2.1: what came before TLS was thrown away by the session; what came meanwhile is here.
    private func startTLS(_ context: ChannelHandlerContext) {
        held = ByteBuffer()
        pause = .input
        guard let certificates = server.configuration.certificates else { return close() }
        do {
            try context.pipeline.syncOperations.addHandler(
                NIOSSLServerHandler(context: certificates.context), position: .first)
        } catch {
            return close()
        }
        deadline = .now() + server.configuration.loginTimeout
        continueReading()
    }

    /// On a worker: what an upload has stored is thrown away in the database.
    private func end() {
        server.pool.submitAlways { [session] in session.end() }
        deflate = nil
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

    private func bye(_ text: String) {
        guard let context, !isClosed else { return }
        let bytes = Self.written([UInt8]("* BYE \(text)\r\n".utf8), by: deflate, context.channel.allocator)
        context.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
        closeWhenSent(context)
    }

    // MARK: LoopMember

    private func renewDeadline(_ context: ChannelHandlerContext) {
        let configuration = server.configuration
        if !context.channel.isWritable {
            deadline = .now() + configuration.writeTimeout
        } else if !session.isSignedIn {
            // Not moved by what is sent: who does not sign in is not listened to for ever.
            return
        } else {
            deadline = .now() + (session.isBetweenCommands ? configuration.idleTimeout : configuration.commandTimeout)
        }
    }

    func deadlinePassed() {
        guard let context else { return }
        if isClosed || !context.channel.isWritable { return abort() }
        // A command that takes long is not the client's fault.
        if isBusy {
            deadline = .now() + server.configuration.commandTimeout
            return
        }
        // RFC 9051 §5.4: autologout
        bye(session.isSignedIn ? "nothing was said for too long" : "nobody signed in")
    }

    func drain() {
        if !isBusy, session.isBetweenCommands { bye("the server is stopping") }
    }

    func abort() {
        isClosed = true
        context?.close(promise: nil)
    }
}

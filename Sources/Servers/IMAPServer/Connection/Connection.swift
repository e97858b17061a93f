import Logging
import NIOCore
import Synchronization
import Wire

/// IMAP on one connection: when the session runs, STARTTLS, compression, and what is said to a client that is sent away.
final class Connection: SessionDriver {
    private let server: ServerContext
    private let session: Session
    private weak var channel: SessionChannel?
    private var pause = Session.Pause.input
    private var hasWake = false
    private var deflate: DeflateLayer?

    private init(_ server: ServerContext, address: IPAddress, tls: TLSBindings?) {
        self.server = server
        session = Session(server: server, peer: address.description, isLoopback: address.isLoopback, isTLS: tls != nil)
        session.tlsBindings = tls
    }

    /// The handler of a new connection.
    static func handler(
        _ server: ServerContext, members: LoopMembers, address: IPAddress, tls: TLSBindings?
    ) -> SessionChannel {
        let configuration = server.configuration
        return SessionChannel(
            Connection(server, address: address, tls: tls), members: members,
            timeouts: .init(write: configuration.writeTimeout, job: configuration.commandTimeout),
            deadline: .now() + configuration.loginTimeout)
    }

    // MARK: Events

    func added(to channel: SessionChannel) {
        self.channel = channel
        guard let loop = channel.channel?.eventLoop else { return }
        let bound = NIOLoopBound(self, eventLoop: loop)
        session.waker = { loop.execute { bound.value.wake() } }
    }

    func began() {
        // A client that is gone is found by the system: IDLE has no traffic of its own.
        channel?.channel?.setOption(.socketOption(.so_keepalive), value: 1).whenFailure { _ in }
        run(on: server.pool)
    }

    /// Something in a mailbox that the session looks at has changed.
    private func wake() {
        hasWake = true
        channel?.advance()
    }

    func advance() {
        switch pause {
        case .input where !hasInput && !(hasWake && session.wantsWakes): channel?.continueReading()
        case .input, .output: run(on: server.pool)
        case .signIn, .startTLS, .compress, .close: break
        }
    }

    private var hasInput: Bool { (channel?.held.readableBytes ?? 0) > 0 || deflate?.hasMore == true }

    func failed(_ error: any Error) {
        server.logger.debug("connection failed", metadata: ["peer": "\(session.peer)", "error": "\(error)"])
    }

    func cut() { session.isCut.store(true, ordering: .relaxed) }

    /// On a worker: what an upload has stored is thrown away in the database.
    func ended() {
        server.pool.submitAlways { [session] in session.end() }
        deflate = nil
    }

    // MARK: The session

    /// What is said to a client that has to go.
    private var farewell: String? {
        guard session.isBetweenCommands else { return nil }
        if session.hasEnded { return "you may not sign in any more with what you have signed in with" }
        return session.hasMoved ? "your mailboxes are moved to another place, connect again" : nil
    }

    private func run(on pool: WorkerPool) {
        guard let channel else { return }
        if let text = farewell { return bye(text) }
        if answersAtOnce(channel) { return finished(.input) }
        let input: [UInt8]
        do {
            input = try takeInput(channel)
        } catch {
            server.logger.debug("compressed input is damaged", metadata: ["peer": "\(session.peer)"])
            return channel.close()
        }
        let isWoken = hasWake
        hasWake = false
        let allocator = channel.channel?.allocator ?? ByteBufferAllocator()
        channel.run(on: pool) { [session, deflate] in
            session.receive(input)
            if isWoken { session.wake() }
            let pause = session.run()
            return (pause, Self.written(session.takeOutput(), by: deflate, allocator))
        } finished: { [self] pause in
            finished(pause)
        }
    }

    /// Whether what has come was answered without a worker.
    private func answersAtOnce(_ channel: SessionChannel) -> Bool {
        guard pause == .input, !hasWake, deflate == nil, 1...Session.longestImmediateCommand ~= channel.held.readableBytes else { return false }
        return channel.answersAtOnce { held in
            guard session.answersAtOnce(Array(held.readableBytesView)) else { return nil }
            return ByteBuffer(bytes: session.takeOutput())
        }
    }

    private func takeInput(_ channel: SessionChannel) throws -> [UInt8] {
        guard let deflate else {
            defer { channel.held = ByteBuffer() }
            return Array(channel.held.readableBytesView)
        }
        return try deflate.inflate(&channel.held)
    }

    private func finished(_ pause: Session.Pause) {
        guard let channel else { return }
        self.pause = pause
        switch pause {
        case .signIn: run(on: server.signInPool)
        case .input, .output:
            renewDeadline(channel)
            if server.isDraining, session.isBetweenCommands { return bye("the server is stopping") }
            if let text = farewell { return bye(text) }
            if pause == .output || hasInput || hasWake { channel.advance() }
            channel.continueReading()
        case .startTLS: startTLS(channel)
        case .compress:
            deflate = DeflateLayer()
            // RFC 4978 §3: what stands behind the command is compressed already.
            var compressed = ByteBuffer(bytes: session.takeUnread())
            compressed.writeBuffer(&channel.held)
            channel.held = compressed
            self.pause = .input
            channel.advance()
            channel.continueReading()
        case .close: channel.close(after: ByteBuffer())
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

    /// RFC 9051 §6.2.1: what came before TLS was thrown away by the session; what came meanwhile is here.
    private func startTLS(_ channel: SessionChannel) {
        channel.held = ByteBuffer()
        pause = .input
        guard let certificates = server.configuration.certificates, let pipeline = channel.channel?.pipeline else {
            return channel.close()
        }
        do {
            session.tlsBindings = try certificates.addHandlers(to: pipeline)
        } catch {
            return channel.close()
        }
        channel.deadline = .now() + server.configuration.loginTimeout
        channel.continueReading()
    }

    private func bye(_ text: String) {
        guard let channel else { return }
        channel.close(
            after: Self.written(
                [UInt8]("* BYE \(text)\r\n".utf8), by: deflate, channel.channel?.allocator ?? ByteBufferAllocator()))
    }

    // MARK: Deadlines

    private func renewDeadline(_ channel: SessionChannel) {
        let configuration = server.configuration
        if !channel.isWritable {
            channel.deadline = .now() + configuration.writeTimeout
        } else if !session.isSignedIn {
            // Not moved by what is sent: who does not sign in is not listened to for ever.
            return
        } else {
            channel.deadline =
                .now() + (session.isBetweenCommands ? configuration.idleTimeout : configuration.commandTimeout)
        }
    }

    /// RFC 9051 §5.4: autologout
    func deadlinePassed() { bye(session.isSignedIn ? "nothing was said for too long" : "nobody signed in") }

    func drain() {
        if session.isBetweenCommands { bye("the server is stopping") }
    }
}

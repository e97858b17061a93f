import Logging
import NIOCore
import SMTPGrammar
import Synchronization
import Wire

/// LMTP on one connection: when the session runs, and what is said to a client that is sent away.
final class Connection: SessionDriver {
    private let server: ServerContext
    private let session: Session
    private weak var channel: SessionChannel?

    private init(_ server: ServerContext, _ peer: Peer) {
        self.server = server
        session = Session(server: server, peer: peer)
    }

    /// The handler of a new connection.
    static func handler(_ server: ServerContext, _ peer: Peer, members: LoopMembers) -> SessionChannel {
        let configuration = server.configuration
        return SessionChannel(
            Connection(server, peer), members: members,
            timeouts: .init(write: configuration.writeTimeout, job: configuration.idleTimeout),
            deadline: .now() + configuration.idleTimeout)
    }

    func added(to channel: SessionChannel) { self.channel = channel }

    /// The session greets.
    func began() { run() }

    func advance() {
        guard let channel else { return }
        if channel.held.readableBytes > 0 { run() } else { channel.continueReading() }
    }

    private func run() {
        guard let channel else { return }
        let input = Array(channel.held.readableBytesView)
        channel.held = ByteBuffer()
        channel.run(on: server.pool) { [session] in
            session.receive(input)
            let pause = session.run()
            return (pause, ByteBuffer(bytes: session.takeOutput()))
        } finished: { [self] pause in
            finished(pause)
        }
    }

    private func finished(_ pause: Session.Pause) {
        guard let channel else { return }
        if pause == .close { return channel.close(after: ByteBuffer()) }
        let configuration = server.configuration
        channel.deadline = .now() + (channel.isWritable ? configuration.idleTimeout : configuration.writeTimeout)
        if server.isDraining, session.isBetweenMessages { return bye(.stopping) }
        channel.advance()
    }

    func failed(_ error: any Error) {
        server.logger.debug("connection failed", metadata: ["peer": "\(session.peer.description)", "error": "\(error)"])
    }

    func cut() { session.isCut.store(true, ordering: .relaxed) }

    /// On a worker: what was stored of a message is thrown away in the database.
    func ended() {
        server.pool.submitAlways { [session] in session.end() }
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
        var writer = ReplyWriter()
        writer.append(farewell.reply)
        channel?.close(after: ByteBuffer(bytes: writer.bytes))
    }

    func deadlinePassed() { bye(.silence) }

    func drain() {
        if session.isBetweenMessages { bye(.stopping) }
    }
}

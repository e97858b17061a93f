import Logging
import SMTPGrammar
import Synchronization
import Wire

/// What one client has said so far: its greeting, the envelope and the message in work, and the replies that were not taken yet.
///
/// It has no thread: whoever has the connection's turn calls `receive` and `run`, and takes what there is to send.
///
/// Guard of its variables: one job at a time, handed on by the connection's event loop.
final class Session: @unchecked Sendable {
    enum Pause: Equatable {
        /// Nothing more can be done without bytes of the client's.
        case input
        case close
    }

    /// Commands without sense before the connection is given up.
    private static let mostErrors = 50

    let server: ServerContext
    let peer: Peer
    /// The client is gone: nobody would hear an answer.
    let isCut = Atomic<Bool>(false)

    var reader = SMTPReader()
    var out = ReplyWriter()
    /// What it called itself in LHLO.
    var client: HostName?
    var envelope: Envelope?
    var incoming: IncomingMessage?
    /// The chunk that comes in (RFC 3030), of a message or of nothing.
    var chunk: IncomingChunk?
    /// When octets began to come that nobody wants.
    var passingOverSince: Int64?
    var isOver = false
    var logger: Logger
    private let id: String
    private var transactions = 0
    private var hasGreeted = false
    private var errorCount = 0

    init(server: ServerContext, peer: Peer) {
        self.server = server
        self.peer = peer
        id = server.nextConnectionID()
        logger = server.logger
        logger[metadataKey: "conn"] = "\(id)"
        logger[metadataKey: "peer"] = "\(peer.description)"
    }

    // MARK: Turns

    func receive(_ bytes: [UInt8]) {
        if !bytes.isEmpty { reader.append(bytes) }
    }

    func takeOutput() -> [UInt8] {
        defer { out.bytes = [] }
        return out.bytes
    }

    /// Whether no message is coming in: what is said between messages the client says again elsewhere.
    var isBetweenMessages: Bool { incoming == nil && chunk == nil }

    func run() -> Pause {
        if !hasGreeted { greet() }
        while true {
            if isOver || isCut.load(ordering: .relaxed) { return .close }
            guard let event = reader.next() else { return .input }
            handle(event)
        }
    }

    /// The connection has closed.
    func end() {
        reset()
        isOver = true
    }

    private func greet() {
        hasGreeted = true
        guard server.mayDeliver(peer) else {
            // RFC 5321 §3.1
            logger.notice("a client that is not trusted")
            return close(Reply(554, nil, "\(server.configuration.hostName) does not take mail from you"))
        }
        // RFC 5321 §4.3.1: the name of the server comes first.
        out.append(Reply(220, nil, "\(server.configuration.hostName) LMTP Tegu is ready"))
    }

    private func handle(_ event: SMTPReader.Event) {
        switch event {
        case .line(let line): command(line)
        case .lineTooLong: refuse(Reply(500, EnhancedStatus(5, 2), "the line is too long"))
        case .badLineEnd: refuse(Reply(500, EnhancedStatus(5, 2), "lines end with CR LF"))
        case .data(let bytes): take(bytes)
        case .dataEnd: endOfData()
        }
    }

    private func command(_ line: [UInt8]) {
        let command: Command
        do throws(CommandError) {
            command = try Command.parse(line)
        } catch {
            logger.debug("bad command", metadata: ["error": "\(error)"])
            return refuse(Replies.reply(to: error))
        }
        logger.trace("command", metadata: ["cmd": "\(command.name)"])
        perform(command)
    }

    // MARK: Replies

    func reply(_ reply: Reply) { out.append(reply) }

    /// For what makes no sense.
    func refuse(_ reply: Reply) {
        out.append(reply)
        errorCount += 1
        // RFC 5321 §3.8
        if errorCount >= Self.mostErrors { close(Reply(421, EnhancedStatus(7, 0), "too many errors")) }
    }

    func close(_ reply: Reply) {
        out.append(reply)
        isOver = true
    }

    // MARK: Transactions

    func begin(_ mail: MailCommand) {
        transactions += 1
        envelope = Envelope(
            id: "\(id)-\(String(transactions, radix: 36))", sender: mail.sender, isUTF8: mail.isUTF8,
            announcedSize: Int(clamping: mail.size ?? 0))
    }

    /// RFC 5321 §4.1.1.5: nothing of the transaction is left.
    func reset() {
        envelope = nil
        chunk = nil
        passingOverSince = nil
        if let message = incoming {
            incoming = nil
            discard(message)
        }
    }
}

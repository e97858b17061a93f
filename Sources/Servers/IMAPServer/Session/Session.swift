import Bytes
import Directory
import IMAPGrammar
import Logging
import Mail
import Synchronization
import Wire

/// What one client has said and been told so far: its state by RFC 9051 §3, the command in work, and the answer that was not taken yet.
///
/// It has no thread: whoever has the connection's turn calls `receive` and `run`, and takes what there is to send. `run` goes on until it
/// needs bytes, has made a piece of an answer, or needs the connection to change.
///
/// Guard of its variables: one job at a time, handed on by the connection's event loop.
final class Session: @unchecked Sendable {
    enum Pause: Equatable {
        /// Nothing more can be done without bytes of the client's.
        case input
        /// There is more to come, when this piece is taken and others had their turn.
        case output
        /// What comes next may wait long for a password's hash or for a directory: on a thread for that.
        case signIn
        case startTLS, compress
        case close
    }

    /// RFC 9051 §3.
    enum State {
        case notAuthenticated
        case authenticated
        case selected
        case logout
    }

    /// What the next line is, where it is no command.
    enum Expectation {
        case authentication(tag: [UInt8], mechanism: SASLMechanism)
        case idle(tag: [UInt8])
    }

    /// About as much of an answer is made before the client has to take it.
    static let pieceSize = 128 << 10
    /// Commands without sense, and passwords that are wrong, before the connection is given up.
    private static let mostErrors = 50
    private static let mostErrorsBeforeSignIn = 10

    let server: ServerContext
    let peer: String
    let isLoopback: Bool
    var isTLS: Bool
    /// Of the connection's TLS; set by the connection.
    var tlsBindings: TLSBindings?
    /// Whether this client was told of SCRAM, where that was asked.
    var scramOffer: Bool?
    var isCompressed = false
    /// The client is gone: what is in work need not be finished.
    let isCut = Atomic<Bool>(false)
    /// What was signed in with is worth nothing any more; set from any thread.
    let isEnded = Atomic<Bool>(false)
    /// What was proved by who signs in, or is signed in.
    var proof: SessionProof?
    /// Its place among those on which somebody is signed in.
    var sessionKey: UInt64?
    /// Tells the connection that there is news; from any thread.
    var waker: @Sendable () -> Void = {}

    var reader: CommandReader
    var out = ResponseWriter()
    var state = State.notAuthenticated
    var principal: Principal?
    /// Where the mailboxes of who is signed in are.
    var mailPlace: MailPlace
    var enabled = EnabledExtensions()
    /// What is as if there were no such thing: for everybody, or for who is signed in.
    var off: CapabilitySet
    var expectation: Expectation?
    var selected: SelectedMailbox?
    /// What was asked for by NOTIFY.
    var notification: Notifications?
    /// The APPEND or REPLACE that comes in.
    var upload: IncomingMessages?
    /// Whether the last APPEND was to a mailbox in a Maildir, as the next one will be.
    var isAppendingToFiles = false
    /// The last part that was decoded to know its size.
    var measured: MeasuredPart?
    /// What it was refused with, when the reader has ended it.
    var uploadRefusal: Completion?
    /// The command in work, where its answer comes in pieces.
    private(set) var running: (tag: [UInt8], name: StaticString, updates: CommandUpdates, command: any RunningCommand)?
    /// What was made as one and is more than a piece.
    private var unsent: ArraySlice<UInt8> = []
    private var nextPause: Pause?
    /// What is to be checked.
    var signingIn: PendingSignIn?
    private var hasGreeted = false
    private var errorCount = 0
    private var began: ContinuousClock.Instant?
    /// When the client last heard of a command in work.
    private var lastProgress: ContinuousClock.Instant?
    var logger: Logger

    init(server: ServerContext, peer: String, isLoopback: Bool, isTLS: Bool) {
        self.server = server
        self.peer = peer
        self.isLoopback = isLoopback
        self.isTLS = isTLS
        mailPlace = server.services.place
        off = server.capabilitiesOff
        reader = CommandReader(limits: Self.limitsBeforeSignIn)
        logger = server.logger
        logger[metadataKey: "conn"] = "\(server.nextConnectionID())"
        logger[metadataKey: "peer"] = "\(peer)"
    }

    /// Who has not signed in needs no more.
    static let limitsBeforeSignIn: CommandReader.Limits = {
        var limits = CommandReader.Limits()
        limits.line = 16 << 10
        limits.literal = 8 << 10
        limits.command = 32 << 10
        limits.skipped = 1 << 20
        return limits
    }()

    var isSignedIn: Bool { principal != nil }
    /// Whether the mailboxes are in another place by now: what is said here would be of none, or of old ones.
    var hasMoved: Bool { principal.flatMap { server.services.haveMoved?($0) } ?? false }
    var hasEnded: Bool { isEnded.load(ordering: .relaxed) }
    var wantsWakes: Bool { hasEnded || isIdle || (notification != nil && isBetweenCommands) }
    var isIdle: Bool { if case .idle = expectation { true } else { false } }
    /// Whether nothing of a command is in work or has come.
    var isBetweenCommands: Bool {
        if running != nil || signingIn != nil || !unsent.isEmpty { return false }
        switch expectation {
        case .idle: return true
        case .authentication: return false
        case nil: return reader.isBetweenCommands
        }
    }

    // MARK: Turns

    func receive(_ bytes: [UInt8]) {
        if !bytes.isEmpty { reader.append(bytes) }
    }

    /// What was received and is no command of this session any more.
    func takeUnread() -> [UInt8] { reader.takePending() }

    /// The next piece to send: an answer that was made as one is cut.
    func takeOutput() -> [UInt8] {
        if unsent.isEmpty {
            defer { out.bytes = [] }
            if out.bytes.count <= 2 * Self.pieceSize { return out.bytes }
            unsent = out.bytes[...]
        }
        let piece = Array(unsent.prefix(Self.pieceSize))
        unsent = unsent.dropFirst(piece.count)
        // So that the memory goes.
        if unsent.isEmpty { unsent = [] }
        return piece
    }

    /// The connection has closed.
    func end() {
        running = nil
        signingIn = nil
        unsent = []
        abandonUpload()
        unselect()
        endNotifications()
        waker = {}
        state = .logout
        forgetUser()
    }

    func run() -> Pause {
        if !unsent.isEmpty { return .output }
        if !hasGreeted { greet() }
        let end = ContinuousClock.now + server.configuration.turnTime
        while true {
            if isCut.load(ordering: .relaxed) { return .close }
            if out.bytes.count >= Self.pieceSize { return .output }
            if let pause = nextPause {
                nextPause = nil
                return pause
            }
            if state == .logout { return .close }
            if running != nil {
                goOn()
            } else if let pending = signingIn {
                signingIn = nil
                attempt(pending.tag, pending.name, .none) { () throws in check(pending) }
            } else if let event = reader.next() {
                handle(event)
            } else {
                return .input
            }
            // Others have their turn.
            if nextPause == nil, state != .logout, ContinuousClock.now >= end { return .output }
        }
    }

    /// Ends the turn behind what is written so far.
    func pauseNext(_ pause: Pause) { nextPause = pause }

    private func greet() {
        hasGreeted = true
        // RFC 9051 §7.1: capabilities in the greeting save a round trip.
        out.untagged(.ok, .capability(capabilities), "Tegu is ready")
    }

    // MARK: Events

    private func handle(_ event: CommandReader.Event) {
        switch event {
        case .command(let bytes): command(bytes)
        case .line(let line): self.line(line)
        case .continueLiteral: out.continuation("go on")
        case .upload(let upload): receive(upload)
        case .refused(let refusal): refused(refusal)
        case .broken(let refusal):
            out.bye(refusal.isTooBig ? .tooBig : nil, refusal.text)
            state = .logout
        }
    }

    func beginCommand() {
        began = ContinuousClock.now
        lastProgress = began
    }

    /// RFC 9585 §4: that the server is at work, with how far it is, where the command has told nothing for some time.
    private func tellProgress(_ tag: [UInt8], _ command: any RunningCommand) {
        guard !isOff(.inProgress), let progress = command.progress, let last = lastProgress else { return }
        let now = ContinuousClock.now
        guard now - last >= server.configuration.progressInterval else { return }
        lastProgress = now
        out.untagged(
            .ok, .inProgress(tag: tag, progress: UInt64(clamping: progress.done), goal: UInt64(clamping: progress.total)),
            "still at work")
    }

    private func command(_ bytes: [UInt8]) {
        beginCommand()
        let tagged: TaggedCommand
        do throws(CommandError) {
            tagged = try TaggedCommand.parse(bytes, coding: reader.coding)
        } catch {
            guard let tag = error.tag else {
                out.untagged(.bad, .parse, error.text)
                return countError()
            }
            return finish(tag, "-", .bad(error.text), .none)
        }
        let row = tagged.command.row
        logger.trace("command", metadata: ["cmd": "\(row.name)"])
        guard off.isEmpty || !off.intersects(tagged.command.capabilities) else {
            return finish(tagged.tag, row.name, Self.notKnown.completion, .none)
        }
        guard row.states.allows(state) else {
            return finish(tagged.tag, row.name, .bad(row.states.whyNot(state)), .none)
        }
        // From here on the client asks about messages.
        if row.states == .selected {
            selected?.view.makeColumns()
            selected?.latest.makeColumns()
        }
        attempt(tagged.tag, row.name, row.updates) { () throws in try perform(tagged) }
    }

    private func line(_ line: [UInt8]) {
        guard let expectation else { return }
        self.expectation = nil
        switch expectation {
        case .authentication(let tag, let mechanism):
            attempt(tag, "AUTHENTICATE", .none) { () throws in try continueAuthentication(tag, mechanism, line) }
        case .idle(let tag):
            // RFC 9051 §6.3.13
            let isDone = line.equalsIgnoringASCIICase("DONE")
            finish(tag, "IDLE", isDone ? .ok(nil, "idle no more") : .bad("expected DONE"), .all)
        }
    }

    /// A refusal of the reader ends what it was reading: a command, an upload, or the answer to a challenge.
    private func refused(_ refusal: Refusal) {
        abandonUpload()
        if refusal.reason == .byServer {
            // Who refused it has the words.
            guard let completion = takeUploadRefusal() else { return }
            return finish(refusal.tag ?? [UInt8]("*".utf8), "APPEND", completion, .all)
        }
        guard let tag = refusal.tag else {
            out.untagged(.bad, refusal.isTooBig ? .tooBig : nil, refusal.text)
            return countError()
        }
        finish(tag, "-", .badCode(refusal.isTooBig ? .tooBig : nil, refusal.text), .none)
    }

    // MARK: Completion

    /// Runs what a command does and writes its tagged response: the one place where outcomes become responses.
    func attempt(_ tag: [UInt8], _ name: StaticString, _ updates: CommandUpdates, _ body: () throws -> Completion) {
        do {
            finish(tag, name, try body(), updates)
        } catch {
            finish(tag, name, Replies.completion(of: error, logger), updates)
        }
    }

    private func goOn() {
        guard let (tag, name, updates, command) = running else { return }
        do {
            guard let completion = try command.step(self) else { return tellProgress(tag, command) }
            running = nil
            finish(tag, name, completion, updates)
        } catch {
            running = nil
            // In the middle of a literal nothing can be said any more (RFC 9051 §4.3): its bytes would be taken for the message's.
            if command.isInLiteral {
                _ = Replies.completion(of: error, logger)
                state = .logout
                return
            }
            finish(tag, name, Replies.completion(of: error, logger), updates)
        }
    }

    /// Writes the tagged response, and before it what `updates` lets be told.
    func finish(_ tag: [UInt8], _ name: StaticString, _ completion: Completion, _ updates: CommandUpdates) {
        let status: CommandStatus
        switch completion {
        case .waiting: return
        case .running(let command):
            running = (tag, name, updates, command)
            return
        case .ok, .no:
            if updates == .none { break }
            // What others did comes before the tagged response; where that is much, it is a command in work itself.
            let told = tellUpdates(updates, then: completion)
            if case .running = told { return finish(tag, name, told, .none) }
        default: break
        }
        switch completion {
        case .waiting, .running: return
        case .ok(let code, let text):
            out.tagged(tag, .ok, known(code), text)
            status = .ok
        case .no(let code, let text):
            out.tagged(tag, .no, known(code), text)
            status = .no
        case .bad(let text):
            out.tagged(tag, .bad, nil, text)
            status = .bad
        case .badCode(let code, let text):
            out.tagged(tag, .bad, code, text)
            status = .bad
        }
        let time = began.map { ContinuousClock.now - $0 } ?? .zero
        let nanoseconds = time.components.seconds &* 1_000_000_000 &+ time.components.attoseconds / 1_000_000_000
        server.metrics.commandEnded(status, nanoseconds: nanoseconds)
        logger.debug("command done", metadata: ["cmd": "\(name)", "outcome": "\(status)", "us": "\(nanoseconds / 1000)"])
        if status == .bad { countError() } else if status == .ok, isSignedIn { forgetErrors() }
    }

    /// Who only makes mistakes is not listened to for ever.
    func countError() {
        errorCount += 1
        guard errorCount >= (isSignedIn ? Self.mostErrors : Self.mostErrorsBeforeSignIn) else { return }
        out.bye(nil, "too many errors")
        state = .logout
    }

    func forgetErrors() { errorCount = 0 }
}

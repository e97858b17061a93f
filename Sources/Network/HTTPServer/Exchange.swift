import Bytes
import Logging
import NIOCore
import Wire

/// The connection, or the stream, as one exchange sees it. All calls are made on its event loop.
protocol ExchangeTransport: AnyObject {
    /// Whether little enough waits to be sent that more may be given.
    var isWritable: Bool { get }
    func sendContinue()
    func send(_ start: Answer.Start, isLast: Bool)
    func send(_ piece: ByteBuffer, isLast: Bool)
    /// Calls `done` when the bytes are out, or cannot go out any more.
    func send(_ region: FileRegion, done: @escaping @Sendable () -> Void)
    /// `wantsInput` of the exchange may have changed.
    func inputDemandChanged()
    /// The last call.
    func exchangeEnded(_ ending: RequestStateMachine.Ending)
}

/// Carries out one request: feeds its state machine and does what it says, on the event loop but for what may block.
///
/// Guard of its variables: the event loop. A job on a worker thread holds values only, and comes back with `execute`.
/// Invariant: at most one job of an exchange is with the workers, so that a spool or a body's source is used by one
/// thread at a time.
final class Exchange: @unchecked Sendable {
    let head: HTTPRequestHead
    private let context: ServerContext
    private let eventLoop: any EventLoop
    private let turn: LoopTurn
    private weak var transport: (any ExchangeTransport)?
    private let startedAt = ServerContext.clock()
    private let minorVersion: UInt8
    private let isHTTP2: Bool
    private let sendsFiles: Bool

    private var machine = RequestStateMachine()
    private var body: RequestBody?
    private var spool: Spool?
    private var isWithWorker = false
    /// The request is complete, but the spool has not written all of it.
    private var processesWhenSpooled = false
    private var wasAskedForRefusal = false

    private var status = 0
    private var principal: String?
    private var sentBytes = 0
    private var rest = Answer.Rest.none
    private var restOffset = 0
    private var continuesWhenWritable = false

    /// When `deadlinePassed` is to be called.
    private(set) var deadline = NIODeadline.distantFuture
    private var receivedAtDeadline = 0

    init(
        head: HTTPRequestHead, minorVersion: UInt8, isHTTP2: Bool, sendsFiles: Bool, context: ServerContext,
        eventLoop: any EventLoop, turn: LoopTurn, transport: any ExchangeTransport
    ) {
        self.head = head
        self.minorVersion = minorVersion
        self.isHTTP2 = isHTTP2
        self.sendsFiles = sendsFiles
        self.context = context
        self.eventLoop = eventLoop
        self.turn = turn
        self.transport = transport
        context.metrics.requestBegan()
    }

    /// Whether bytes of the request can be taken now.
    var wantsInput: Bool { machine.wantsInput && !(body?.isFull ?? false) }

    // MARK: Events of the connection

    func start(length: BodyLength, keepsAlive: Bool) {
        var conditions = RequestStateMachine.Conditions()
        conditions.length = length
        conditions.keepsAlive = keepsAlive
        if length != .none {
            do throws(HTTPRefusal) {
                let coding = try ContentCoding.parse(head.headers.joined("content-encoding"))
                let body = RequestBody(rule: context.responder.bodyRule(for: head), coding: coding, announced: length)
                self.body = body
                conditions.limit = body.limit
                conditions.expectsContinue = try expectsContinue()
                setBodyDeadline()
            } catch {
                (conditions.limit, conditions.asksAbove) = (.max, .max)
                perform(machine.start(conditions))
                return perform(machine.refuse(error))
            }
        }
        perform(machine.start(conditions))
    }

    /// RFC 9110 §10.1.1
    private func expectsContinue() throws(HTTPRefusal) -> Bool {
        guard minorVersion > 0, let expectation = head.headers.joined("expect") else { return false }
        guard expectation.utf8.equalsIgnoringASCIICase("100-continue") else { throw .expectationFailed }
        return true
    }

    func received(_ bytes: ByteBuffer) {
        guard case .store = performed(machine.bodyReceived(bytes.readableBytes)) else { return }
        body?.append(bytes)
        if body?.needsSpool ?? false { writeToSpool() }
        if body?.isFull ?? false { transport?.inputDemandChanged() }
    }

    func receivedEnd() { perform(machine.endReceived()) }

    func malformed(_ refusal: HTTPRefusal) { perform(machine.malformed(refusal)) }

    func disconnected() { perform(machine.disconnected()) }

    /// The client has the whole answer, before the transport has returned from sending it.
    func answerEnded() {
        perform(machine.sent())
        disconnected()
    }

    func drain() { machine.drain() }

    func writabilityChanged() {
        guard continuesWhenWritable, transport?.isWritable ?? false else { return }
        continuesWhenWritable = false
        sendRest()
    }

    func deadlinePassed() {
        if machine.isReceiving {
            let received = body?.received ?? 0
            // While the spool holds the connection back, the client cannot be quicker.
            if received - receivedAtDeadline >= context.configuration.bodyProgress || isWithWorker {
                return setBodyDeadline()
            }
        }
        deadline = .distantFuture
        perform(machine.timedOut())
    }

    private func setBodyDeadline() {
        receivedAtDeadline = body?.received ?? 0
        deadline = .now() + context.configuration.bodyTimeout
    }

    // MARK: Actions

    private func performed(_ action: RequestStateMachine.Action) -> RequestStateMachine.Action {
        perform(action)
        return action
    }

    private func perform(_ action: RequestStateMachine.Action) {
        switch action {
        case .none, .store, .send: break
        case .askRefusal: askRefusal()
        case .sendContinue: transport?.sendContinue()
        case .process: process()
        case .refuse(let refusal): sendRefusal(refusal)
        case .finish(let ending): finish(ending)
        }
    }

    private func askRefusal() {
        wasAskedForRefusal = true
        deadline = .distantFuture
        let head = head
        var conditions = conditions
        conditions.keepsAlive = conditions.keepsAlive && machine.keepsAliveWithoutBody
        let isTaken = submit { [context, conditions] () -> (Exchange) -> Void in
            guard let response = context.responder.refusal(of: head) else { return { $0.accepted() } }
            let answer = AnswerMaker(response, conditions: conditions, context: context).make()
            return { $0.answered(answer) }
        }
        if !isTaken { perform(machine.refuse(.overloaded)) }
    }

    private func accepted() {
        setBodyDeadline()
        perform(machine.accepted())
        transport?.inputDemandChanged()
    }

    private func process() {
        deadline = .distantFuture
        if spool != nil, isWithWorker || !(body?.isEmpty ?? true) {
            processesWhenSpooled = true
            return
        }
        let bytes = body?.take() ?? []
        let (coding, limit) = (body?.coding, body?.limit ?? 0)
        if spool == nil, coding == nil, bytes.count <= Self.immediateBody, answersAtOnce(bytes) { return }
        let (head, conditions, spool) = (head, conditions, spool)
        let isTaken = submit { [context] () -> (Exchange) -> Void in
            do throws(HTTPRefusal) {
                var request = HTTPRequest(head: head)
                if let spool {
                    try spool.finish()
                    request.body = .file(path: spool.path, size: spool.size)
                } else {
                    request.body = try RequestBody.decoded(bytes, coding: coding, limit: limit)
                }
                if coding != nil { request.head.headers = Self.withoutCoding(head.headers) }
                let response = context.responder.respond(to: request)
                let answer = AnswerMaker(response, conditions: conditions, context: context).make()
                return { $0.answered(answer) }
            } catch {
                return { $0.perform($0.machine.refuse(error)) }
            }
        }
        if !isTaken { perform(machine.refuse(.overloaded)) }
    }

    /// Larger bodies, of a request or an answer, are a worker's.
    private static let immediateBody = 16 << 10

    /// Answers on the event loop what can be; false where a worker has to.
    private func answersAtOnce(_ bytes: [UInt8]) -> Bool {
        let request = HTTPRequest(head: head, body: bytes.isEmpty ? .none : .bytes(bytes))
        let made = turn.run { () -> (maker: AnswerMaker, answer: Answer?)? in
            guard let response = context.responder.immediateAnswer(to: request) else { return nil }
            let maker = AnswerMaker(response, conditions: conditions, context: context)
            return (maker, maker.isShort(below: Self.immediateBody) ? maker.make() : nil)
        }
        guard let (maker, answer) = made else { return false }
        if let answer {
            answered(answer)
        } else if !submit({ let answer = maker.make(); return { $0.answered(answer) } }) {
            perform(machine.refuse(.overloaded))
        }
        return true
    }

    /// The fields of a request whose body is not coded any more.
    private static func withoutCoding(_ fields: HTTPFields) -> HTTPFields {
        HTTPFields(
            fields.fields.filter {
                !$0.name.utf8.equalsIgnoringASCIICase("content-encoding")
                    && !$0.name.utf8.equalsIgnoringASCIICase("content-length")
            })
    }

    private var conditions: AnswerConditions {
        AnswerConditions(
            isHead: head.method == "HEAD", isHTTP2: isHTTP2, minorVersion: minorVersion,
            acceptEncoding: head.headers.joined("accept-encoding"),
            keepsAlive: machine.keepsAlive && !context.isDraining, sendsFiles: sendsFiles, id: head.id)
    }

    /// Runs `job` on a worker thread and what it returns on the event loop. False where the workers have too much to
    /// do.
    private func submit(always: Bool = false, _ job: @escaping @Sendable () -> (Exchange) -> Void) -> Bool {
        let whole: WorkerPool.Job = { [self, eventLoop] in
            nonisolated(unsafe) let completion = job()
            eventLoop.execute {
                self.isWithWorker = false
                completion(self)
                if self.machine.isFinished { self.removeSpool() }
            }
        }
        isWithWorker = true
        if always {
            context.pool.submitAlways(whole)
            return true
        }
        isWithWorker = context.pool.submit(whole)
        return isWithWorker
    }

    // MARK: The spool

    private func writeToSpool() {
        guard !isWithWorker, let bytes = body?.take(), !bytes.isEmpty else { return }
        let spool =
            spool
            ?? Spool(
                directory: context.configuration.spoolDirectory, name: head.id, limit: body?.limit ?? 0,
                coding: body?.coding)
        self.spool = spool
        var conditions = conditions
        conditions.keepsAlive = conditions.keepsAlive && machine.keepsAliveWithoutBody
        let (head, asks) = (head, !wasAskedForRefusal)
        wasAskedForRefusal = true
        _ = submit(always: true) { [context, conditions] () -> (Exchange) -> Void in
            // A body that did not announce its length turns out to be long.
            if asks, let response = context.responder.refusal(of: head) {
                let answer = AnswerMaker(response, conditions: conditions, context: context).make()
                return { $0.refusedWhileReceiving(answer) }
            }
            do throws(HTTPRefusal) {
                try spool.write(bytes)
                return { $0.spoolCaughtUp() }
            } catch {
                return { $0.perform($0.machine.refuse(error)) }
            }
        }
    }

    private func spoolCaughtUp() {
        body?.spoolCaughtUp()
        guard machine.isReceiving || processesWhenSpooled, !machine.isFinished else { return }
        if !(body?.isEmpty ?? true) {
            writeToSpool()
        } else if processesWhenSpooled {
            process()
        }
        transport?.inputDemandChanged()
    }

    private func refusedWhileReceiving(_ answer: Answer) {
        guard case .send = machine.refusedByResponder() else { return }
        send(answer)
    }

    private func removeSpool() {
        guard let spool, !isWithWorker else { return }
        self.spool = nil
        context.pool.submitAlways { spool.remove() }
    }

    // MARK: The answer

    private func sendRefusal(_ refusal: HTTPRefusal) {
        var response = HTTPResponse(status: refusal.status)
        if refusal == .bodyTooLong, let own = context.responder.answer(toTooLong: head) { response = own }
        if refusal == .overloaded { response.headers.append(("Retry-After", "5")) }
        // RFC 9110 §15.5.16
        if refusal == .unsupportedCoding { response.headers.append(("Accept-Encoding", "gzip, deflate")) }
        send(AnswerMaker(response, conditions: conditions, context: context).make())
    }

    private func answered(_ answer: Answer) {
        guard !machine.isFinished else { return }
        if answer.delay > 0 {
            // No worker waits meanwhile.
            eventLoop.scheduleTask(in: .seconds(Int64(answer.delay))) { self.sendAnswered(answer) }
        } else {
            sendAnswered(answer)
        }
    }

    private func sendAnswered(_ answer: Answer) {
        if case .send = machine.answered(closes: answer.closes) { send(answer) }
    }

    private func send(_ answer: Answer) {
        if let failure = answer.failure {
            context.logger.error("answer failed", metadata: ["id": "\(head.id)", "error": "\(failure)"])
        }
        status = answer.status
        principal = answer.principal
        rest = answer.rest
        restOffset = 0
        switch answer.start {
        case .http1(let bytes): sentBytes += bytes.readableBytes
        case .http2(_, let body, _): sentBytes += body?.readableBytes ?? 0
        }
        if case .none = rest {
            transport?.send(answer.start, isLast: true)
        } else {
            transport?.send(answer.start, isLast: false)
        }
        deadline = .now() + context.configuration.writeTimeout
        sendRestWhenWritable()
    }

    private func sendRestWhenWritable() {
        if transport?.isWritable ?? false { sendRest() } else { continuesWhenWritable = true }
    }

    private func sendRest() {
        guard !machine.isFinished else { return }
        deadline = .now() + context.configuration.writeTimeout
        switch rest {
        case .none:
            deadline = .distantFuture
            perform(machine.sent())
            if !machine.isFinished {
                // What is left of the body is being dropped.
                deadline = .now() + context.configuration.bodyTimeout
                transport?.inputDemandChanged()
            }
        case .bytes(let bytes):
            let end = min(bytes.count, restOffset + AnswerMaker.wholeSize)
            let piece = ByteBuffer(bytes: bytes[restOffset..<end])
            restOffset = end
            sendPiece(piece, isLast: end == bytes.count)
        case .pump(let pump):
            pull(pump)
        case .file(let file, let offset, let count):
            sendRegion(of: file, at: offset, count: count)
        }
    }

    private func sendPiece(_ piece: ByteBuffer, isLast: Bool) {
        if isLast { rest = .none }
        sentBytes += piece.readableBytes
        transport?.send(piece, isLast: isLast)
        sendRestWhenWritable()
    }

    private func pull(_ pump: BodyPump) {
        // The client waits for the source here, not the other way round.
        deadline = .distantFuture
        _ = submit(always: true) { () -> (Exchange) -> Void in
            do {
                let piece = try pump.piece()
                return { $0.pulled(piece.bytes, isLast: piece.isLast) }
            } catch {
                let reason = "\(error)"
                return { $0.sourceFailed(reason) }
            }
        }
    }

    private func pulled(_ piece: ByteBuffer, isLast: Bool) {
        guard !machine.isFinished else { return }
        deadline = .now() + context.configuration.writeTimeout
        sendPiece(piece, isLast: isLast)
    }

    private func sourceFailed(_ reason: String) {
        guard !machine.isFinished else { return }
        context.logger.error("answer broke off", metadata: ["id": "\(head.id)", "error": "\(reason)"])
        perform(machine.broke())
    }

    /// Files go out in regions, so that a client's progress can be seen.
    private static let regionSize = 256 << 10

    private func sendRegion(of file: OpenFile, at offset: Int, count: Int) {
        let length = min(count, Self.regionSize)
        let region = FileRegion(fileHandle: file.handle, readerIndex: offset, endIndex: offset + length)
        sentBytes += length
        rest = count == length ? .none : .file(file, offset: offset + length, count: count - length)
        // The file stays open until the region is out: the closure holds it.
        transport?.send(region) { [self] in withExtendedLifetime(file) { sendRest() } }
    }

    private func finish(_ ending: RequestStateMachine.Ending) {
        deadline = .distantFuture
        rest = .none
        let nanoseconds = ServerContext.clock() &- startedAt
        let received = body?.received ?? 0
        context.metrics.requestEnded(
            method: head.method, status: status, nanoseconds: nanoseconds, received: received, sent: sentBytes)
        context.requestLogger?.log(
            RequestLog(
                head: head, isHTTP2: isHTTP2, status: status, principal: principal, nanoseconds: nanoseconds,
                received: received, sent: sentBytes, isComplete: ending != .abort))
        body = nil
        removeSpool()
        let transport = transport
        self.transport = nil
        transport?.exchangeEnded(ending)
    }
}

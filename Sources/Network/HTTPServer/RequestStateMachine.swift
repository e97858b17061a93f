/// One request and its answer, from the head on, for HTTP/1 and HTTP/2 alike: what to do with each event. It knows
/// neither bytes nor sockets; `Exchange` carries out the actions.
///
/// Invariants: exactly one answer is sent; the responder is asked at most once; after `.finish` nothing is done any
/// more.
struct RequestStateMachine {
    /// How the connection, or the stream, goes on after a request.
    enum Ending: Equatable {
        /// The next request may come.
        case reuse
        /// The answer is complete, but the client may still be sending: what it sends is dropped for a while, so that
        /// it can read the answer (RFC 9112 §9.6).
        case linger
        case close
        /// The answer is not complete, and the client must see that.
        case abort
    }

    enum Action: Equatable {
        case none
        /// Ask the responder whether it wants the body; nothing is read meanwhile.
        case askRefusal
        /// Send 100 and read the body.
        case sendContinue
        case store
        /// The request is complete: call the responder.
        case process
        case send
        /// Send the server's own answer.
        case refuse(HTTPRefusal)
        case finish(Ending)
    }

    struct Conditions {
        var length = BodyLength.none
        var limit = 0
        var expectsContinue = false
        /// Bodies announced as longer are not read before the responder was asked.
        var asksAbove = 256 << 10
        var keepsAlive = true
        /// How much of an unwanted body is read so that the connection can be used again.
        var discards = 256 << 10
    }

    private enum Input { case undecided, open, unwanted, ended }
    private enum Output { case pending, processing, sending, sent, finished }

    private var conditions = Conditions()
    private var input = Input.open
    private var output = Output.pending
    private var received = 0
    private var discarded = 0
    private var hasEnded = false
    private var isContinued = false
    /// Whether another request may follow on the connection.
    private(set) var keepsAlive = true

    /// Whether bytes of the body can be taken now.
    var wantsInput: Bool {
        switch input {
        case .open, .unwanted: output != .finished
        case .undecided, .ended: false
        }
    }

    /// Whether the body is being waited for, or is only dropped.
    var isReceiving: Bool { input == .open && output == .pending }
    var isFinished: Bool { output == .finished }

    mutating func start(_ conditions: Conditions) -> Action {
        self.conditions = conditions
        keepsAlive = conditions.keepsAlive
        guard case .known(let count) = conditions.length else {
            guard conditions.length == .unknown, conditions.expectsContinue else { return .none }
            input = .undecided
            return .askRefusal
        }
        if count > conditions.limit { return refuse(.bodyTooLong) }
        guard conditions.expectsContinue || count > conditions.asksAbove else { return .none }
        input = .undecided
        return .askRefusal
    }

    /// The responder does not refuse the body.
    mutating func accepted() -> Action {
        guard input == .undecided, output == .pending else { return .none }
        input = .open
        if hasEnded { return process() }
        // RFC 9110 §10.1.1: not where the body comes already.
        guard conditions.expectsContinue, received == 0 else { return .none }
        isContinued = true
        return .sendContinue
    }

    mutating func bodyReceived(_ count: Int) -> Action {
        switch input {
        case .undecided, .open:
            let (sum, overflowed) = received.addingReportingOverflow(count)
            received = sum
            if overflowed || received > conditions.limit { return refuse(.bodyTooLong) }
            return .store
        case .unwanted:
            discarded += count
            guard discarded > conditions.discards else { return .none }
            keepsAlive = false
            return output == .sent ? finish(.linger) : .none
        case .ended:
            return .none
        }
    }

    mutating func endReceived() -> Action {
        hasEnded = true
        switch input {
        case .undecided, .ended:
            return .none
        case .open:
            return process()
        case .unwanted:
            input = .ended
            return output == .sent ? finish(keepsAlive ? .reuse : .close) : .none
        }
    }

    private mutating func process() -> Action {
        guard output == .pending else { return .none }
        input = .ended
        output = .processing
        return .process
    }

    /// The responder has answered, be it to the request or instead of its body.
    mutating func answered(closes: Bool) -> Action {
        guard output == .processing || (output == .pending && input == .undecided) else { return .none }
        if closes { keepsAlive = false }
        leaveBody()
        output = .sending
        return .send
    }

    /// The responder does not want the rest of a body that turned out to be long.
    mutating func refusedByResponder() -> Action {
        guard output == .pending else { return .none }
        leaveBody()
        output = .sending
        return .send
    }

    /// The server answers itself.
    mutating func refuse(_ refusal: HTTPRefusal) -> Action {
        guard output == .pending || output == .processing else { return .none }
        switch refusal {
        case .badRequest, .timedOut, .headTooLong, .targetTooLong, .versionNotSupported, .notImplemented:
            // What follows cannot be read, or is not worth to be waited for.
            if hasEnded { break }
            keepsAlive = false
            input = .unwanted
        default:
            leaveBody()
        }
        output = .sending
        return .refuse(refusal)
    }

    /// Bytes that are no request: the connection cannot be read any further.
    mutating func malformed(_ refusal: HTTPRefusal) -> Action {
        let action = refuse(refusal)
        keepsAlive = false
        if action == .none, output == .sent { return finish(.linger) }
        return action
    }

    /// What is left of the body is read and dropped where that is little, or the connection ends with this answer.
    private mutating func leaveBody() {
        keepsAlive = keepsAliveWithoutBody
        if hasEnded { input = .ended }
        if input != .ended && conditions.length != .none { input = .unwanted }
    }

    /// Whether another request may follow if what is still to come of this one's body is not wanted.
    var keepsAliveWithoutBody: Bool {
        if hasEnded || conditions.length == .none { return keepsAlive }
        // RFC 9110 §10.1.1: whether a client that was not told to continue sends its body is not known.
        if conditions.expectsContinue && !isContinued && received == 0 { return false }
        guard case .known(let count) = conditions.length else { return keepsAlive && received <= conditions.discards }
        return keepsAlive && count - received <= conditions.discards
    }

    /// The whole answer has been given to the connection.
    mutating func sent() -> Action {
        guard output == .sending else { return .none }
        output = .sent
        if hasEnded || input == .ended || conditions.length == .none { return finish(keepsAlive ? .reuse : .close) }
        return keepsAlive ? .none : finish(.linger)
    }

    /// The answer's body broke off.
    mutating func broke() -> Action { output == .sending ? finish(.abort) : .none }

    /// The deadline that the present state had has passed.
    mutating func timedOut() -> Action {
        switch output {
        case .pending: input == .open ? refuse(.timedOut) : .none
        case .processing, .finished: .none
        case .sending: finish(.abort)
        case .sent: finish(.close)
        }
    }

    /// No further request is wanted on this connection.
    mutating func drain() { keepsAlive = false }

    /// The client is gone.
    mutating func disconnected() -> Action { output == .finished ? .none : finish(.abort) }

    private mutating func finish(_ ending: Ending) -> Action {
        output = .finished
        return .finish(ending)
    }
}

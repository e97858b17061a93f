import Testing

@testable import HTTPServer

@Suite struct RequestStateMachineTests {
    private func machine(
        _ length: BodyLength, limit: Int = 1000, expectsContinue: Bool = false, keepsAlive: Bool = true,
        _ first: RequestStateMachine.Action
    ) -> RequestStateMachine {
        var machine = RequestStateMachine()
        let conditions = RequestStateMachine.Conditions(
            length: length, limit: limit, expectsContinue: expectsContinue, asksAbove: 500, keepsAlive: keepsAlive,
            discards: 100)
        #expect(machine.start(conditions) == first)
        return machine
    }

    @Test("a request without a body is processed, answered, and the next may come")
    func plain() {
        var machine = machine(.none, .none)
        #expect(machine.endReceived() == .process)
        #expect(!machine.wantsInput)
        #expect(machine.answered(closes: false) == .send)
        #expect(machine.sent() == .finish(.reuse))
    }

    @Test("a body is stored, then processed")
    func body() {
        var machine = machine(.known(10), .none)
        #expect(machine.bodyReceived(4) == .store)
        #expect(machine.bodyReceived(6) == .store)
        #expect(machine.endReceived() == .process)
        #expect(machine.answered(closes: true) == .send)
        #expect(machine.sent() == .finish(.close))
    }

    @Test("a client that waits for 100 gets it when the responder does not refuse")
    func continues() {
        var machine = machine(.known(10), expectsContinue: true, .askRefusal)
        #expect(!machine.wantsInput)
        #expect(machine.accepted() == .sendContinue)
        #expect(machine.wantsInput)
        #expect(machine.bodyReceived(10) == .store)
        #expect(machine.endReceived() == .process)
    }

    @Test("a client that did not wait gets no 100")
    func impatient() {
        var machine = machine(.known(10), expectsContinue: true, .askRefusal)
        #expect(machine.bodyReceived(10) == .store)
        #expect(machine.endReceived() == .none)
        #expect(machine.accepted() == .process)
    }

    @Test("whether a refused client sends its body is not known, so the connection ends")
    func refusedWaiting() {
        var machine = machine(.known(10), expectsContinue: true, .askRefusal)
        #expect(machine.answered(closes: false) == .send)
        #expect(!machine.keepsAlive)
        #expect(machine.sent() == .finish(.linger))
    }

    @Test("a body announced as too long is refused at once; what is short enough is read and dropped")
    func tooLongAnnounced() {
        var machine = machine(.known(90), limit: 50, .refuse(.bodyTooLong))
        #expect(machine.keepsAlive)
        #expect(machine.sent() == .none)
        #expect(machine.wantsInput)
        #expect(machine.bodyReceived(90) == .none)
        #expect(machine.endReceived() == .finish(.reuse))
    }

    @Test("a refused body that is long ends the connection")
    func tooLongToDrop() {
        var machine = machine(.known(10_000), limit: 50, .refuse(.bodyTooLong))
        #expect(!machine.keepsAlive)
        #expect(machine.sent() == .finish(.linger))
    }

    @Test("a body that turns out too long is refused where it passes the limit, and dropped for a while")
    func tooLong() {
        var machine = machine(.unknown, limit: 50, .none)
        #expect(machine.bodyReceived(50) == .store)
        #expect(machine.bodyReceived(1) == .refuse(.bodyTooLong))
        #expect(machine.sent() == .none)
        #expect(machine.bodyReceived(100) == .none)
        #expect(machine.bodyReceived(1) == .finish(.linger))
    }

    @Test("the end of a dropped body may come before the answer is out")
    func droppedBeforeSent() {
        var machine = machine(.unknown, limit: 50, .none)
        #expect(machine.bodyReceived(51) == .refuse(.bodyTooLong))
        #expect(machine.endReceived() == .none)
        #expect(machine.sent() == .finish(.reuse))
    }

    @Test("a long body is asked about first")
    func asksFirst() {
        var machine = machine(.known(600), .askRefusal)
        #expect(machine.accepted() == .none)
        #expect(machine.bodyReceived(600) == .store)
        #expect(machine.endReceived() == .process)
    }

    @Test("bytes that are no request are answered once, and end the connection")
    func malformed() {
        var machine = machine(.unknown, .none)
        #expect(machine.malformed(.badRequest) == .refuse(.badRequest))
        #expect(machine.malformed(.badRequest) == .none)
        #expect(machine.sent() == .finish(.linger))
    }

    @Test("time runs out for a body, an answer and a dropped rest, but not for the responder")
    func timeouts() {
        var receiving = machine(.known(10), .none)
        #expect(receiving.timedOut() == .refuse(.timedOut))
        #expect(!receiving.keepsAlive)

        var processing = machine(.none, .none)
        #expect(processing.endReceived() == .process)
        #expect(processing.timedOut() == .none)
        #expect(processing.answered(closes: false) == .send)
        #expect(processing.timedOut() == .finish(.abort))
        #expect(processing.sent() == .none)

        var dropping = machine(.known(90), limit: 50, .refuse(.bodyTooLong))
        #expect(dropping.sent() == .none)
        #expect(dropping.timedOut() == .finish(.close))
    }

    @Test("overload is answered instead of the responder, and a late answer is dropped")
    func overloaded() {
        var machine = machine(.none, .none)
        #expect(machine.endReceived() == .process)
        #expect(machine.refuse(.overloaded) == .refuse(.overloaded))
        #expect(machine.answered(closes: false) == .none)
        #expect(machine.sent() == .finish(.reuse))
    }

    @Test("a client that goes ends it in every state, once")
    func disconnects() {
        var machine = machine(.known(10), .none)
        #expect(machine.disconnected() == .finish(.abort))
        #expect(machine.disconnected() == .none)
        #expect(machine.endReceived() == .none)
        #expect(machine.answered(closes: false) == .none)
        #expect(machine.isFinished)
    }

    @Test("an answer that breaks off aborts")
    func breaks() {
        var machine = machine(.none, .none)
        #expect(machine.endReceived() == .process)
        #expect(machine.answered(closes: false) == .send)
        #expect(machine.broke() == .finish(.abort))
    }

    @Test("a server that stops lets the request end and then closes")
    func drains() {
        var machine = machine(.none, .none)
        machine.drain()
        #expect(machine.endReceived() == .process)
        #expect(machine.answered(closes: false) == .send)
        #expect(machine.sent() == .finish(.close))
    }
}

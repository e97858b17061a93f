import NIOCore

/// How much work may be done on an event loop itself before its other connections have their turn. One client can send a hundred small
/// requests in one packet, and a thousand clients one each: what comes above goes to worker threads.
///
/// Guard of its variables: the event loop.
package final class LoopTurn: @unchecked Sendable {
    /// Nanoseconds, for all connections of the loop, between two looks at its sockets. A piece of work that was begun within them is not
    /// cut short.
    private static let budget: UInt64 = 2_000_000

    private let eventLoop: any EventLoop
    private var spent: UInt64 = 0
    /// The loop has come to its tasks since: what a socket brings next it has looked for anew.
    private var hasTurned = false

    init(eventLoop: any EventLoop) { self.eventLoop = eventLoop }

    /// To be called with what came from a socket, before it is worked on. A loop looks at its sockets, deals with what they have, and
    /// then with all tasks that there are and those that come meanwhile; so the budget is not given anew to a task.
    package func socketHadBytes() {
        guard hasTurned else { return }
        hasTurned = false
        spent = 0
    }

    /// What `work` returns; nil, and it is not run, where enough was done in this turn.
    package func run<Result>(_ work: () -> Result?) -> Result? {
        guard spent < Self.budget else { return nil }
        if spent == 0 { eventLoop.execute { self.hasTurned = true } }
        let start = NIODeadline.now().uptimeNanoseconds
        defer { spent += max(1, NIODeadline.now().uptimeNanoseconds &- start) }
        return work()
    }
}

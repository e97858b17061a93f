package import NIOCore

/// A connection or a stream with a deadline.
package protocol LoopMember: AnyObject {
    var deadline: NIODeadline { get }
    /// Where `LoopMembers` keeps it.
    var slot: Int { get set }
    func deadlinePassed()
    /// Finishes what was begun and then closes.
    func drain()
    /// Closes at once.
    func abort()
}

/// The connections and streams of one event loop. One timer looks at all of their deadlines, so that a connection needs
/// none of its own: a deadline is met up to one interval late.
///
/// Guard of its variables: the event loop.
package final class LoopMembers: @unchecked Sendable {
    package let eventLoop: any EventLoop
    /// What may be done at once on the loop.
    package let turn: LoopTurn
    private var members: [any LoopMember] = []
    private var timer: RepeatedTask?

    package init(eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
        turn = LoopTurn(eventLoop: eventLoop)
    }

    package var isEmpty: Bool { members.isEmpty }

    package func start(interval: TimeAmount) {
        timer = eventLoop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { _ in self.tick() }
    }

    package func stop() { timer?.cancel() }

    package func add(_ member: any LoopMember) {
        member.slot = members.count
        members.append(member)
    }

    package func remove(_ member: any LoopMember) {
        let slot = member.slot
        guard members.indices.contains(slot), members[slot] === member else { return }
        members.swapAt(slot, members.count - 1)
        members[slot].slot = slot
        members.removeLast()
        member.slot = -1
    }

    private func tick() {
        let now = NIODeadline.now()
        forEach { if $0.deadline <= now { $0.deadlinePassed() } }
    }

    package func drain() { forEach { $0.drain() } }

    package func abort() { forEach { $0.abort() } }

    /// From the end, because a member that is removed meanwhile is replaced by the last one.
    private func forEach(_ body: (any LoopMember) -> Void) {
        var index = members.count - 1
        while index >= 0 {
            if index < members.count { body(members[index]) }
            index -= 1
        }
    }
}

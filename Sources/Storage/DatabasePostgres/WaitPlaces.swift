import Locks
import Threads

/// So many may wait at once for something that each of them needs a connection for; the others wait for a place, in order, without one.
final class WaitPlaces: Sendable {
    private final class Waiter: @unchecked Sendable {
        let semaphore = Semaphore()
        // Guard: the lock of `state`.
        var hasPlace = false
    }

    private let state: Guarded<(free: Int, waiters: [Waiter])>

    init(_ count: Int) { state = Guarded((max(0, count), [])) }

    /// False where there is no place in time.
    func take(until end: Int64) -> Bool {
        let milliseconds = end - Clock.milliseconds
        let waiter = state.withLock { state -> Waiter? in
            if state.free > 0 {
                state.free -= 1
                return nil
            }
            let waiter = Waiter()
            if milliseconds > 0 { state.waiters.append(waiter) }
            return waiter
        }
        guard let waiter else { return true }
        if milliseconds <= 0 { return false }
        if waiter.semaphore.wait(milliseconds: Int(clamping: milliseconds)) { return true }
        // It may have come at the last moment.
        return state.withLock { state in
            state.waiters.removeAll { $0 === waiter }
            return waiter.hasPlace
        }
    }

    func giveBack() {
        state.withLock { state in
            guard !state.waiters.isEmpty else {
                state.free += 1
                return
            }
            let next = state.waiters.removeFirst()
            next.hasPlace = true
            next.semaphore.signal()
        }
    }
}

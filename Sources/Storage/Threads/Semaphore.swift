import Glibc

/// A counting semaphore of the system: to block a thread until another has done something for it.
package final class Semaphore: @unchecked Sendable {
    // `sem_t` guards itself; the pointer never changes. On the heap, for it must not move.
    private let raw: UnsafeMutablePointer<sem_t>

    package init() {
        raw = .allocate(capacity: 1)
        raw.initialize(to: sem_t())
        sem_init(raw, 0, 0)
    }

    deinit {
        sem_destroy(raw)
        raw.deallocate()
    }

    package func wait() {
        while sem_wait(raw) != 0 && errno == EINTR {}
    }

    /// False where nobody signalled in time.
    package func wait(milliseconds: Int) -> Bool {
        var deadline = timespec()
        clock_gettime(CLOCK_REALTIME, &deadline)
        let nanoseconds = Int(deadline.tv_nsec) + max(0, milliseconds) % 1000 * 1_000_000
        deadline.tv_sec += max(0, milliseconds) / 1000 + nanoseconds / 1_000_000_000
        deadline.tv_nsec = nanoseconds % 1_000_000_000
        while sem_timedwait(raw, &deadline) != 0 {
            if errno != EINTR { return false }
        }
        return true
    }

    package func signal() { sem_post(raw) }
}

import Glibc
import TestWaiting
import Testing

/// Lets threads wait until it is opened, once for each time it is opened.
final class Gate: @unchecked Sendable {
    private let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

    init() { sem_init(semaphore, 0, 0) }

    deinit {
        sem_destroy(semaphore)
        semaphore.deallocate()
    }

    /// Waits until it is opened; a failure of the test if nobody does.
    func pass() {
        var end = timespec()
        clock_gettime(CLOCK_REALTIME, &end)
        end.tv_sec += patience
        while sem_timedwait(semaphore, &end) != 0 {
            guard errno != EINTR else { continue }
            Issue.record("nobody opened the gate")
            return
        }
    }

    func open(_ count: Int = 1) { for _ in 0..<count { sem_post(semaphore) } }
}

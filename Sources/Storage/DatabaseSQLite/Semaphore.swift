import Glibc

/// A counting semaphore of the system: to block a thread until another has done something for it.
final class Semaphore: @unchecked Sendable {
    // `sem_t` guards itself; the pointer never changes. On the heap, for it must not move.
    private let raw: UnsafeMutablePointer<sem_t>

    init() {
        raw = .allocate(capacity: 1)
        raw.initialize(to: sem_t())
        sem_init(raw, 0, 0)
    }

    deinit {
        sem_destroy(raw)
        raw.deallocate()
    }

    func wait() {
        while sem_wait(raw) != 0 && errno == EINTR {}
    }

    func signal() { sem_post(raw) }
}

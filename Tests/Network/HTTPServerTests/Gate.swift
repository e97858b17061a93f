import Glibc

/// Lets threads wait until it is opened, once for each time it is opened.
final class Gate: @unchecked Sendable {
    private let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

    init() { sem_init(semaphore, 0, 0) }

    deinit {
        sem_destroy(semaphore)
        semaphore.deallocate()
    }

    func pass() { sem_wait(semaphore) }

    func open(_ count: Int = 1) { for _ in 0..<count { sem_post(semaphore) } }
}

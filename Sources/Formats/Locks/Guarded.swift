package import Glibc

/// A value behind a lock of the system: for what many threads ask at once.
///
/// Not `Synchronization.Mutex`: on Linux that is a priority-inheriting futex, which hands itself over in the kernel. With more
/// threads than processors on one lock it was 10 times slower than this one (8 readers on 2 processors: 13,000 and
/// 150,000 look-ups a second).
package final class Guarded<State>: @unchecked Sendable {
    // Guard: `state` is touched with `mutex` held only. On the heap, for it must not move.
    @usableFromInline let mutex: UnsafeMutablePointer<pthread_mutex_t>
    @usableFromInline var state: State

    package init(_ state: sending State) {
        mutex = .allocate(capacity: 1)
        mutex.initialize(to: pthread_mutex_t())
        pthread_mutex_init(mutex, nil)
        self.state = state
    }

    deinit {
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    @inlinable package func withLock<Result, Refusal: Error>(_ body: (inout State) throws(Refusal) -> Result) throws(Refusal) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return try body(&state)
    }
}

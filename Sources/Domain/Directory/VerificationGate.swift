import Glibc

/// Lets few computations of hashes run at a time, each a key's; who asks for the same key meanwhile gets the same
/// result.
///
/// `lock` guards all variables, of the flights too.
final class VerificationGate<Result: Sendable>: @unchecked Sendable {
    private final class Flight {
        var result: Result?
    }

    private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var flights: [[UInt8]: Flight] = [:]
    private var running = 0
    private var waiting = 0
    private let permits: Int
    private let maximumWaiting: Int

    /// - Parameters:
    ///   - permits: computations at a time.
    ///   - maximumWaiting: threads that may wait here.
    init(permits: Int, maximumWaiting: Int) {
        self.permits = max(1, permits)
        self.maximumWaiting = max(0, maximumWaiting)
        pthread_mutex_init(lock, nil)
        pthread_cond_init(changed, nil)
    }

    deinit {
        pthread_cond_destroy(changed)
        pthread_mutex_destroy(lock)
        changed.deallocate()
        lock.deallocate()
    }

    /// The result of `body`, on this thread or on the one that is at it already; nil where too many wait.
    func run(_ key: [UInt8], _ body: () -> Result) -> Result? {
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        if let flight = flights[key] {
            guard waiting < maximumWaiting else { return nil }
            wait { flight.result == nil }
            return flight.result
        }
        if running >= permits && waiting >= maximumWaiting { return nil }
        let flight = Flight()
        flights[key] = flight
        wait { running >= permits }
        running += 1
        pthread_mutex_unlock(lock)
        let result = body()
        pthread_mutex_lock(lock)
        running -= 1
        flight.result = result
        flights[key] = nil
        pthread_cond_broadcast(changed)
        return result
    }

    /// How many threads wait.
    var waitingCount: Int {
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        return waiting
    }

    private func wait(while mustWait: () -> Bool) {
        waiting += 1
        while mustWait() { pthread_cond_wait(changed, lock) }
        waiting -= 1
    }
}

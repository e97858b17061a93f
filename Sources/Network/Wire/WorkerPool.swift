import Glibc
import Synchronization

/// Plain threads that run what may block, with a queue of bounded length.
///
/// A thread that has been woken and has not run yet is enough: as long as there is one, no other is woken (a wake-up
/// costs more than a small request), and the woken one wakes the next if it finds more than one job. The one that fell asleep last is
/// woken first: its stack and its share of the allocator's memory are in the processor's caches still.
///
/// Invariant: `lock` guards all variables; nothing that can block is called while it is held.
package final class WorkerPool: @unchecked Sendable {
    package typealias Job = @Sendable () -> Void

    private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private var jobs = Ring()
    private var idle: [Sleeper] = []
    private var busy = 0
    private var isWaking = false
    private var isStopped = false
    private let limit: Int

    /// - Parameter limit: how many jobs may wait; `submit` refuses what comes above.
    package init(threads: Int, limit: Int) {
        self.limit = limit
        pthread_mutex_init(lock, nil)
        idle.reserveCapacity(threads)
        for _ in 0..<max(1, threads) { startThread() }
    }

    deinit {
        pthread_mutex_destroy(lock)
        lock.deallocate()
    }

    /// Runs `job` on a thread; false, and it never runs, where too many wait already or the pool has stopped.
    package func submit(_ job: @escaping Job) -> Bool { enqueue(job, limit: limit) }

    /// Runs `job` in any case: for what ends a request that was let in before. After `stop` it runs on the caller's
    /// thread.
    package func submitAlways(_ job: @escaping Job) {
        if !enqueue(job, limit: .max) { job() }
    }

    private func enqueue(_ job: @escaping Job, limit: Int) -> Bool {
        pthread_mutex_lock(lock)
        guard !isStopped, jobs.count < limit else {
            pthread_mutex_unlock(lock)
            return false
        }
        jobs.append(job)
        let woken = takeWake()
        pthread_mutex_unlock(lock)
        woken?.signal()
        return true
    }

    /// Runs what waits, then ends the threads. Returns at once.
    package func stop() {
        pthread_mutex_lock(lock)
        isStopped = true
        let woken = idle
        idle = []
        for sleeper in woken { sleeper.isWoken = true }
        pthread_mutex_unlock(lock)
        for sleeper in woken { sleeper.signal() }
    }

    /// Whether no job waits or runs.
    package var isQuiet: Bool {
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        return jobs.count == 0 && busy == 0
    }

    private func takeWake() -> Sleeper? {
        guard !isWaking, let sleeper = idle.popLast() else { return nil }
        isWaking = true
        sleeper.isWoken = true
        return sleeper
    }

    /// What one thread waits with.
    private final class Sleeper {
        private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
        // Guard: the pool's lock.
        var isWoken = false

        init() { pthread_cond_init(condition, nil) }

        deinit {
            pthread_cond_destroy(condition)
            condition.deallocate()
        }

        func signal() { pthread_cond_signal(condition) }

        func wait(_ lock: UnsafeMutablePointer<pthread_mutex_t>) {
            while !isWoken { pthread_cond_wait(condition, lock) }
            isWoken = false
        }
    }

    private func startThread() {
        var thread = pthread_t()
        let pool = Unmanaged.passRetained(self)
        let result = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<WorkerPool>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            }, pool.toOpaque())
        if result == 0 {
            pthread_detach(thread)
        } else {
            pool.release()
        }
    }

    private func run() {
        let sleeper = Sleeper()
        pthread_mutex_lock(lock)
        while true {
            if let job = jobs.popFirst() {
                let woken = jobs.count > 0 ? takeWake() : nil
                busy += 1
                pthread_mutex_unlock(lock)
                woken?.signal()
                job()
                pthread_mutex_lock(lock)
                busy -= 1
            } else if isStopped {
                break
            } else {
                idle.append(sleeper)
                sleeper.wait(lock)
                isWaking = false
            }
        }
        pthread_mutex_unlock(lock)
    }

    /// A queue that does not move its elements.
    private struct Ring {
        private var slots: [Job?] = Array(repeating: nil, count: 64)
        private var first = 0
        private(set) var count = 0

        mutating func append(_ job: @escaping Job) {
            if count == slots.count {
                slots = Array(slots[first...] + slots[..<first]) + Array(repeating: nil, count: count)
                first = 0
            }
            slots[(first + count) & (slots.count - 1)] = job
            count += 1
        }

        mutating func popFirst() -> Job? {
            guard count > 0 else { return nil }
            let job = slots[first]
            slots[first] = nil
            first = (first + 1) & (slots.count - 1)
            count -= 1
            return job
        }
    }
}

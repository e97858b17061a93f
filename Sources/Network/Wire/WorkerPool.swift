import Glibc
import Synchronization

/// Plain threads that run what may block, with a queue of bounded length.
///
/// A thread that has been woken and has not run yet is enough: as long as there is one, no other is woken (a wake-up
/// costs more than a small request), and the woken one wakes the next if it finds more than one job. The one that fell asleep last is
/// woken first: its stack and its share of the allocator's memory are in the processor's caches still.
///
/// Where jobs need what is scarce (connections to a database), fewer run at once than there are threads: who ends one job begins the next with
/// what is free now, while more threads would wait for each other and hand it on, with a wake-up for each job. A job that takes
/// long counts no more: it may wait for something else, and those behind it need not.
///
/// Invariant: `lock` guards all variables; nothing that can block is called while it is held.
package final class WorkerPool: @unchecked Sendable {
    package typealias Job = @Sendable () -> Void

    private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private var jobs = Ring()
    private var workers: [Worker] = []
    private var idle: [Worker] = []
    private var isWaking = false
    private var isStopped = false
    private let limit: Int

    private let atOnce: Int
    /// How many run, and how many of them count against `atOnce`.
    private var running = 0
    private var counted = 0
    /// Whether a thread looks for jobs that take long; it does so while there are jobs that must wait for others, and is woken for it.
    private let isWatched: Bool
    private let watcher = Sleeper()
    private var isWatching = false
    private var looks: UInt64 = 0
    /// Between two looks, in microseconds. A job that was there at two of them takes long.
    private static let pause: UInt32 = 10_000

    /// - Parameters:
    ///   - limit: how many jobs may wait; `submit` refuses what comes above.
    ///   - atOnce: how many jobs run at once that do not take long; nil: as many as there are threads.
    package init(threads: Int, limit: Int, atOnce: Int? = nil) {
        let threads = max(1, threads)
        self.limit = limit
        self.atOnce = min(threads, max(1, atOnce ?? threads))
        isWatched = self.atOnce < threads
        pthread_mutex_init(lock, nil)
        idle.reserveCapacity(threads)
        for _ in 0..<threads { start { $0.run() } }
        if isWatched { start { $0.watch() } }
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
        let watcher = takeWatcher()
        pthread_mutex_unlock(lock)
        woken?.signal()
        watcher?.signal()
        return true
    }

    /// Runs what waits, then ends the threads. Returns at once.
    package func stop() {
        pthread_mutex_lock(lock)
        isStopped = true
        let woken = idle.map(\.sleeper) + [watcher]
        idle = []
        for sleeper in woken { sleeper.isWoken = true }
        pthread_mutex_unlock(lock)
        for sleeper in woken { sleeper.signal() }
    }

    /// Whether no job waits or runs.
    package var isQuiet: Bool {
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        return jobs.count == 0 && running == 0
    }

    private var mayBegin: Bool { jobs.count > 0 && (counted < atOnce || isStopped) }

    private func takeWake() -> Sleeper? {
        guard !isWaking, mayBegin, let worker = idle.popLast() else { return nil }
        isWaking = true
        worker.sleeper.isWoken = true
        return worker.sleeper
    }

    private func takeWatcher() -> Sleeper? {
        guard isWatched, jobs.count > 0, !mayBegin, !isWatching else { return nil }
        isWatching = true
        watcher.isWoken = true
        return watcher
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

    /// One thread, and since when it has had its job. Guard: the pool's lock.
    private final class Worker {
        let sleeper = Sleeper()
        var begunAt: UInt64 = 0
        var isCounted = false
    }

    private func start(_ body: @escaping @Sendable (WorkerPool) -> Void) {
        final class Start {
            let pool: WorkerPool
            let body: @Sendable (WorkerPool) -> Void
            init(_ pool: WorkerPool, _ body: @escaping @Sendable (WorkerPool) -> Void) { (self.pool, self.body) = (pool, body) }
        }
        var thread = pthread_t()
        let start = Unmanaged.passRetained(Start(self, body))
        let result = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
                start.body(start.pool)
                return nil
            }, start.toOpaque())
        if result == 0 {
            pthread_detach(thread)
        } else {
            start.release()
        }
    }

    private func run() {
        let worker = Worker()
        pthread_mutex_lock(lock)
        workers.append(worker)
        while true {
            if mayBegin, let job = jobs.popFirst() {
                begin(worker)
                let woken = takeWake()
                let watcher = takeWatcher()
                pthread_mutex_unlock(lock)
                woken?.signal()
                watcher?.signal()
                job()
                pthread_mutex_lock(lock)
                running -= 1
                count(worker, false)
            } else if isStopped {
                break
            } else {
                idle.append(worker)
                worker.sleeper.wait(lock)
                isWaking = false
            }
        }
        pthread_mutex_unlock(lock)
    }

    private func begin(_ worker: Worker) {
        running += 1
        worker.begunAt = looks
        count(worker, true)
    }

    private func count(_ worker: Worker, _ isCounted: Bool) {
        if worker.isCounted == isCounted { return }
        worker.isCounted = isCounted
        counted += isCounted ? 1 : -1
    }

    private func watch() {
        pthread_mutex_lock(lock)
        while !isStopped {
            if jobs.count == 0 {
                isWatching = false
                watcher.wait(lock)
                continue
            }
            pthread_mutex_unlock(lock)
            usleep(Self.pause)
            pthread_mutex_lock(lock)
            looks &+= 1
            for worker in workers where looks &- worker.begunAt > 1 { count(worker, false) }
            let woken = takeWake()
            pthread_mutex_unlock(lock)
            woken?.signal()
            pthread_mutex_lock(lock)
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

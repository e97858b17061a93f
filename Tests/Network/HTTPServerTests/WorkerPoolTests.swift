import Glibc
import Synchronization
import Testing

import Wire

@Suite struct WorkerPoolTests {
    @Test("every job runs once")
    func runsAll() {
        let pool = WorkerPool(threads: 4, limit: 100_000)
        let count = Atomic<Int>(0)
        let done = Gate()
        for _ in 0..<20_000 {
            let isTaken = pool.submit {
                if count.add(1, ordering: .relaxed).newValue == 20_000 { done.open() }
            }
            #expect(isTaken)
        }
        done.pass()
        let ran = count.load(ordering: .relaxed)
        #expect(ran == 20_000)
        pool.stop()
    }

    @Test("as many jobs run at a time as there are threads")
    func parallel() {
        let pool = WorkerPool(threads: 3, limit: 10)
        let (started, gate, done) = (Gate(), Gate(), Gate())
        for _ in 0..<3 {
            _ = pool.submit {
                started.open()
                gate.pass()
                done.open()
            }
        }
        for _ in 0..<3 { started.pass() }
        gate.open(3)
        for _ in 0..<3 { done.pass() }
        pool.stop()
    }

    @Test("where fewer run at once than there are threads, the others wait for one to end")
    func atOnce() {
        let pool = WorkerPool(threads: 4, limit: 100_000, atOnce: 1)
        // Jobs that run one after the other need no lock for what they count. One that is stopped for long counts no more: some may meet.
        let inside = Atomic<Int>(0)
        let meetings = Atomic<Int>(0)
        let count = Atomic<Int>(0)
        let done = Gate()
        for _ in 0..<20_000 {
            _ = pool.submit {
                if inside.add(1, ordering: .relaxed).oldValue > 0 { meetings.add(1, ordering: .relaxed) }
                sched_yield()
                inside.subtract(1, ordering: .relaxed)
                if count.add(1, ordering: .relaxed).newValue == 20_000 { done.open() }
            }
        }
        done.pass()
        let met = meetings.load(ordering: .relaxed)
        #expect(met < 200)
        pool.stop()
    }

    @Test("one that takes long counts no more, so that others need not wait for it to end")
    func longJobs() {
        let pool = WorkerPool(threads: 3, limit: 10, atOnce: 2)
        let (started, gate, done) = (Gate(), Gate(), Gate())
        for _ in 0..<2 {
            _ = pool.submit {
                started.open()
                gate.pass()
                done.open()
            }
        }
        for _ in 0..<2 { started.pass() }
        let before = ContinuousClock.now
        _ = pool.submit { started.open() }
        started.pass()
        #expect(ContinuousClock.now - before >= .milliseconds(15))
        // And it does so again, when nothing has waited meanwhile.
        _ = pool.submit { started.open() }
        started.pass()
        gate.open(2)
        for _ in 0..<2 { done.pass() }
        pool.stop()
    }

    @Test("what is above the queue's limit is refused, but for what must run")
    func limit() {
        let pool = WorkerPool(threads: 1, limit: 2)
        let (started, gate, done) = (Gate(), Gate(), Gate())
        #expect(
            pool.submit {
                started.open()
                gate.pass()
            })
        started.pass()
        #expect(pool.submit { done.open() })
        #expect(pool.submit { done.open() })
        #expect(!pool.submit { done.open() })
        pool.submitAlways { done.open() }
        gate.open()
        for _ in 0..<3 { done.pass() }
        pool.stop()
    }

    @Test("a pool that was stopped runs what waits, takes nothing more, and what must run runs at the caller")
    func stop() {
        let pool = WorkerPool(threads: 1, limit: 10)
        let (started, gate, done) = (Gate(), Gate(), Gate())
        _ = pool.submit {
            started.open()
            gate.pass()
        }
        started.pass()
        #expect(pool.submit { done.open() })
        pool.stop()
        #expect(!pool.submit {})
        gate.open()
        done.pass()
        let hasRun = Atomic<Bool>(false)
        pool.submitAlways { hasRun.store(true, ordering: .relaxed) }
        let ran = hasRun.load(ordering: .relaxed)
        #expect(ran)
    }
}

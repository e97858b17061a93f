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

import Glibc
import Synchronization
import Testing
import TestWaiting

@testable import Directory

/// The tests hold a computation open until the others have come to where they must be, and so know who waits.
@Suite("The gate before the hashes")
struct VerificationGateTests {
    /// Threads of their own: the tasks' threads are too few to be blocked.
    private final class Threads: @unchecked Sendable {
        private var handles: [pthread_t] = []

        func start(_ body: @escaping @Sendable () -> Void) {
            var handle = pthread_t()
            let box = Unmanaged.passRetained(Box(body))
            let code = pthread_create(&handle, nil, { argument in
                if let argument { Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().body() }
                return nil
            }, box.toOpaque())
            #expect(code == 0)
            handles.append(handle)
        }

        func join() { for handle in handles { pthread_join(handle, nil) } }
    }

    private final class Box {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    private static func until(_ condition: () -> Bool) {
        if !eventuallyOnThread(condition) { Issue.record("it never came to be") }
    }

    @Test("the same key is computed once for all who ask meanwhile")
    func collapsing() {
        let gate = VerificationGate<Int>(permits: 2, maximumWaiting: 16)
        let runs = Atomic<Int>(0)
        let results = Mutex<[Int?]>([])
        let threads = Threads()
        let ask: @Sendable () -> Void = {
            let result = gate.run([1]) {
                Self.until { gate.waitingCount == 4 }
                return runs.add(1, ordering: .relaxed).newValue
            }
            results.withLock { $0.append(result) }
        }
        for _ in 0..<5 { threads.start(ask) }
        threads.join()
        #expect(results.withLock { $0 } == [1, 1, 1, 1, 1])
        #expect(gate.waitingCount == 0)
        #expect(gate.run([1]) { 7 } == 7)
    }

    @Test("no more are computed at a time than are allowed, and none is lost")
    func permits() {
        let gate = VerificationGate<Int>(permits: 2, maximumWaiting: 16)
        let (running, most, done) = (Counter(), Counter(), Counter())
        let threads = Threads()
        for key in 0..<10 as Range<UInt8> {
            threads.start {
                _ = gate.run([key]) {
                    most.raise(to: running.add(1))
                    for _ in 0..<100 { sched_yield() }
                    running.add(-1)
                    done.add(1)
                    return 0
                }
            }
        }
        threads.join()
        #expect(most.value <= 2)
        #expect(done.value == 10)
    }

    @Test("who would make too many wait is turned away at once")
    func overflow() {
        let gate = VerificationGate<Int>(permits: 1, maximumWaiting: 1)
        let isReleased = Atomic<Bool>(false)
        let isRunning = Atomic<Bool>(false)
        let threads = Threads()
        threads.start {
            _ = gate.run([1]) {
                isRunning.store(true, ordering: .releasing)
                Self.until { isReleased.load(ordering: .acquiring) }
                return 1
            }
        }
        Self.until { isRunning.load(ordering: .acquiring) }
        threads.start { #expect(gate.run([2]) { 2 } == 2) }
        Self.until { gate.waitingCount == 1 }
        #expect(gate.run([3]) { 3 } == nil)
        #expect(gate.run([1]) { 4 } == nil)
        isReleased.store(true, ordering: .releasing)
        threads.join()
        #expect(gate.run([3]) { 3 } == 3)
    }

    private final class Counter: Sendable {
        private let number = Mutex(0)
        var value: Int { number.withLock { $0 } }
        @discardableResult
        func add(_ difference: Int) -> Int {
            number.withLock {
                $0 += difference
                return $0
            }
        }
        func raise(to value: Int) { number.withLock { $0 = max($0, value) } }
    }
}

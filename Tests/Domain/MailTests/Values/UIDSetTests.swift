import TestRandom
import TestWaiting
import Testing

@testable import Mail

@Suite("Sets of UIDs")
struct UIDSetTests {
    @Test("what is stored of a set is the set")
    func coding() {
        let set = UIDSet([1, 2, 3, 7, 9, 10, 4_294_967_295])
        #expect(set.ranges == [1...3, 7...7, 9...10, 4_294_967_295...4_294_967_295])
        #expect(UIDSet(encoded: set.encoded) == set)
    }

    @Test("damaged bytes give a set, whatever they are")
    func damaged() {
        var random = SeededGenerator(seed: 3)
        for _ in 0..<2_000 {
            let bytes = (0..<Int.random(in: 0..<30, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
            let set = UIDSet(encoded: bytes)
            #expect(set.lowest != 0)
        }
    }

    @Test("what is gathered is the union, in time that grows as sorting does")
    func gathering() {
        var random = SeededGenerator(seed: 2)
        for _ in 0..<50 {
            var gatherer = UIDSetGatherer()
            var union = UIDSet()
            for _ in 0..<Int.random(in: 0..<40, using: &random) {
                let some = UIDSet((0..<Int.random(in: 0..<300, using: &random)).map { _ in UID.random(in: 1...5000, using: &random) })
                gatherer.add(some)
                union.formUnion(some)
            }
            #expect(gatherer.set == union)
        }
        // Each union anew would be more than 1,000,000,000 steps.
        var gatherer = UIDSetGatherer()
        let (ranges, seconds) = effort {
            for uid in UID(1)...50_000 { gatherer.add(UIDSet([2 * (uid * 7919 % 50_021)])) }
            return gatherer.set.ranges
        }
        #expect(ranges.count == 50_000 && seconds < 20)
    }

    @Test("union, intersection and difference are those of sets of numbers")
    func algebra() {
        var random = SeededGenerator(seed: 1)
        for _ in 0..<500 {
            func some() -> Set<UID> { Set((0..<Int.random(in: 0..<20, using: &random)).map { _ in UID.random(in: 1...30, using: &random) }) }
            let (a, b) = (some(), some())
            let (left, right) = (UIDSet(a), UIDSet(b))
            #expect(left.union(right) == UIDSet(a.union(b)))
            #expect(left.intersection(right) == UIDSet(a.intersection(b)))
            #expect(left.subtracting(right) == UIDSet(a.subtracting(b)))
            #expect(left.count == a.count)
            for uid in UID(1)...31 { #expect(left.contains(uid) == a.contains(uid)) }
            #expect(UIDSet(encoded: left.encoded) == left)
        }
    }
}

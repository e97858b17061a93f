import Testing

@testable import Mail

@Suite struct UIDSetTests {
    @Test("What is stored of a set is the set")
    func coding() {
        let set = UIDSet([1, 2, 3, 7, 9, 10, 4_294_967_295])
        #expect(set.ranges == [1...3, 7...7, 9...10, 4_294_967_295...4_294_967_295])
        #expect(UIDSet(encoded: set.encoded) == set)
    }
}

import Testing

@testable import Directory

@Suite("A map of bounded size")
struct RecencyMapTests {
    @Test("what was not used for the longest time goes first")
    func eviction() {
        var map = RecencyMap<Int, String>(capacity: 3)
        for key in 1...3 { map.set(key, "\(key)") }
        #expect(map.use(1) == "1")
        #expect(map.look(2) == "2")
        map.set(4, "4")
        #expect(map.look(2) == nil)
        map.set(3, "three")
        map.set(5, "5")
        #expect(map.look(1) == nil)
        #expect(map.look(3) == "three")
        #expect(map.count == 3)
    }

    @Test("it does what a dictionary with a list of uses does", arguments: 1...20 as ClosedRange<UInt64>)
    func model(seed: UInt64) {
        var state = seed &* 0x9E37_79B9_7F4A_7C15
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(truncatingIfNeeded: state >> 33) % bound
        }
        var map = RecencyMap<Int, Int>(capacity: 5)
        var uses: [(key: Int, value: Int)] = []
        for step in 0..<2000 {
            let key = random(9)
            switch random(4) {
            case 0:
                let index = uses.firstIndex { $0.key == key }
                #expect(map.remove(key) == index.map { uses[$0].value })
                if let index { uses.remove(at: index) }
            case 1:
                let index = uses.firstIndex { $0.key == key }
                #expect(map.use(key) == index.map { uses[$0].value })
                if let index { uses.append(uses.remove(at: index)) }
            default:
                uses.removeAll { $0.key == key }
                if uses.count == 5 { uses.removeFirst() }
                uses.append((key, step))
                map.set(key, step)
            }
            #expect(map.count == uses.count)
        }
        for use in uses { #expect(map.look(use.key) == use.value) }
    }
}

import Bytes
import TestRandom
import Testing

@testable import IMAPGrammar

@Suite("Sets of numbers")
struct SetTests {
    private func parse(_ text: String) throws -> SequenceSet {
        var cursor = CommandCursor(bytes(text))
        let set = try cursor.sequenceSet()
        try cursor.end()
        return set
    }

    @Test("RFC 9051 §9's own examples")
    func examples() throws {
        #expect(try parse("2,4:7,9,12:*").resolved(last: 15) == numbers(2...2, 4...7, 9...9, 12...15))
        #expect(try parse("*:4,5:7").resolved(last: 10) == numbers(4...10))
        #expect(try parse("5:3").resolved(last: 10) == numbers(3...5))
        #expect(try parse("*").resolved(last: 7) == numbers(7...7))
        #expect(try parse("12:*").resolved(last: 7) == numbers(7...12).intersection(numbers(7...7)))
        #expect(try parse("*:*").resolved(last: 7) == numbers(7...7))
        #expect(try parse("1:*").resolved(last: 0).isEmpty)
        #expect(try parse("$") == .savedResult)
    }

    @Test("what is no set", arguments: ["", "0", "1:", ":1", "1,", ",1", "1:2:3", "-1", "a", "4294967296", "$,1", "1:0", "**"])
    func bad(_ text: String) {
        #expect(throws: ParseError.self) { try parse(text) }
    }

    @Test("the greatest number there is")
    func extremes() throws {
        let set = try parse("4294967295,4294967294:4294967295,1")
        #expect(text { set.append(to: &$0) } == "1,4294967294:4294967295")
        #expect(set.numbers.count == 3 && set.numbers.contains(.max) && !set.numbers.contains(2))
        #expect(try parse("1:4294967295").numbers.count == 4_294_967_295)
    }

    @Test("a set that is written is read again as it was", arguments: 0..<200)
    func roundTrip(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let set = makeSet(&random)
        #expect(try parse(text { set.append(to: &$0) }) == set)
    }

    @Test("sets are those of the standard library", arguments: 0..<300)
    func model(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        func make() -> (NumberSet, Set<UInt32>) {
            let ranges = (0..<Int.random(in: 0...8, using: &random)).map { _ in
                let low = UInt32.random(in: 1...60, using: &random)
                return low...(low + UInt32.random(in: 0...6, using: &random))
            }
            return (NumberSet(ranges: ranges), Set(ranges.joined()))
        }
        let (left, leftModel) = make()
        let (right, rightModel) = make()
        #expect(Set(left.elements) == leftModel && left.count == leftModel.count)
        #expect(Array(left.elements) == leftModel.sorted())
        #expect(Set(left.union(right).elements) == leftModel.union(rightModel))
        #expect(Set(left.intersection(right).elements) == leftModel.intersection(rightModel))
        #expect(Set(left.subtracting(right).elements) == leftModel.subtracting(rightModel))
        #expect(left.union(right) == NumberSet(leftModel.union(rightModel)))
        for number in UInt32(1)...70 { #expect(left.contains(number) == leftModel.contains(number)) }
        var grown = NumberSet()
        for number in leftModel { grown.append(number) }
        #expect(grown == left)
    }

    @Test("a part of a result, from either end (RFC 9394 §3.1)")
    func partial() throws {
        #expect(PartialRange(1, 10).indices(of: 5) == 0..<5)
        #expect(PartialRange(10, 3).indices(of: 5) == 2..<5)
        #expect(PartialRange(6, 9).indices(of: 5).isEmpty)
        #expect(PartialRange(1, 2, isFromEnd: true).indices(of: 5) == 3..<5)
        #expect(PartialRange(4, 9, isFromEnd: true).indices(of: 5) == 0..<2)
        #expect(PartialRange(.max, .max).indices(of: 0).isEmpty)
        #expect(text { PartialRange(1, 100, isFromEnd: true).append(to: &$0) } == "-1:-100")
    }

    @Test("bytes of a section, whatever is asked for")
    func bytesOfSection() {
        #expect(Partial(origin: 2, count: 3).range(of: 10) == 2..<5)
        #expect(Partial(origin: 9, count: 9).range(of: 10) == 9..<10)
        #expect(Partial(origin: 11, count: 9).range(of: 10).isEmpty)
        #expect(Partial(origin: .max, count: .max).range(of: .max).isEmpty)
        #expect(Partial(origin: 1, count: .max).range(of: .max) == 1..<(.max))
    }
}

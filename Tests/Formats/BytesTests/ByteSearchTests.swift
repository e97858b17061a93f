import Testing

@testable import Bytes

@Suite("Searching bytes")
struct ByteSearchTests {
    @Test("the first place of a needle", arguments: [("abcabc", "bc", 1), ("abc", "", 0), ("", "", 0), ("aab", "ab", 1)])
    func found(_ text: String, _ needle: String, _ offset: Int) {
        let (text, needle) = ([UInt8](text.utf8), [UInt8](needle.utf8))
        #expect(text.withUnsafeBytes { text in needle.withUnsafeBytes { text.firstOffset(of: $0) } } == offset)
    }

    @Test("what is not there", arguments: [("abc", "abcd"), ("", "a"), ("abab", "bb")])
    func missing(_ text: String, _ needle: String) {
        #expect([UInt8](text.utf8).withUnsafeBytes { !$0.contains([UInt8](needle.utf8)) })
    }

    @Test("the first place of a byte is that which a look at each of them finds, at any distance and before any end")
    func byte() {
        // Neighbours of the byte, and its bits with the highest set.
        let others: [UInt8] = [0x00, 0x01, 0x3A, 0x3C, 0xBB, 0xFF, 0x80]
        for count in 0...40 {
            for place in 0...count {
                var bytes = (0..<count).map { others[$0 % others.count] }
                if place < count { bytes[place] = 0x3B }
                if place + 3 < count { bytes[place + 3] = 0x3B }
                for start in [0, 1, place, place + 1, count] {
                    let found = bytes.withUnsafeBufferPointer { $0.firstOffset(of: 0x3B, from: start) }
                    #expect(found == bytes.indices.first { $0 >= start && bytes[$0] == 0x3B }, "\(bytes) from \(start)")
                }
            }
        }
    }
}

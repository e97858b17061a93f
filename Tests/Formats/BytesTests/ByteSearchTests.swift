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
}

import Bytes
import TestRandom
import Testing

@Suite("Bytes that are looked at several at once")
struct WordsOfBytesTests {
    @Test("the first of some bytes is found as one by one, wherever it stands and however few there are")
    func first() {
        var random = SeededGenerator(seed: 5)
        for _ in 0..<3000 {
            let bytes = (0..<Int.random(in: 0...70, using: &random)).map { _ in UInt8.random(in: 0x30...0x48, using: &random) }
            let start = Int.random(in: 0...bytes.count, using: &random)
            let end = Int.random(in: start...bytes.count, using: &random)
            let found = bytes.withUnsafeBufferPointer {
                $0.first(from: start, to: end) { $0.places(of: 0x3A) | $0.places(of: 0x3B) }
            }
            #expect(found == bytes[start..<end].firstIndex { $0 == 0x3A || $0 == 0x3B } ?? end)
        }
    }

    @Test("eight digits are four numbers; another byte makes them none")
    func digits() {
        #expect(pairs("19970714") == [19, 97, 7, 14])
        #expect(pairs("00000099") == [0, 0, 0, 99])
        for place in 0..<8 {
            for byte in UInt8.min ... .max where !byte.isASCIIDigit {
                var bytes = [UInt8]("12345678".utf8)
                bytes[place] = byte
                #expect(word(bytes).pairsOfDigits == nil)
            }
        }
    }

    private func pairs(_ text: String) -> [UInt64]? {
        word([UInt8](text.utf8)).pairsOfDigits.map { pairs in (0..<4).map { pairs >> (16 * $0) & 0xFFFF } }
    }

    private func word(_ bytes: [UInt8]) -> UInt64 {
        bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}

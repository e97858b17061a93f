import MIME
import TestRandom
import Testing

@Suite("The summary of a message")
struct SummaryTests {
    private func same(_ summarized: Message, _ whole: Message) -> Bool {
        summarized.byteCount == whole.byteCount && summarized.byteCountInCRLF == whole.byteCountInCRLF
            && summarized.parts.count == whole.parts.count
            && zip(summarized.parts, whole.parts).allSatisfy { a, b in
                a.kind == b.kind && a.parent == b.parent && a.descendantsEnd == b.descendantsEnd && a.header == b.header
                    && a.blankLine == b.blankLine && a.body == b.body && a.headerLines == b.headerLines && a.bodyLines == b.bodyLines
            }
            && summarized.bodyStructure() == whole.bodyStructure()
            && whole.parts.indices.allSatisfy { index in
                summarized.envelope(of: index) == whole.envelope(of: index)
                    && summarized.bodyStructure(of: index) == whole.bodyStructure(of: index)
                    && summarized.ranges(of: Section(numbers: [index + 1])) == whole.ranges(of: Section(numbers: [index + 1]))
            }
            && summarized.previewPart == whole.previewPart
    }

    @Test("tells the same structure and envelopes as the message", arguments: PiecesTests.samples)
    func samples(sample: [UInt8]) throws {
        let whole = Message(sample)
        #expect(same(try #require(Message(summary: whole.summary)), whole))
        let inPieces = inPieces(sample, cuts: [sample.count / 2])
        #expect(inPieces.summary == whole.summary)
    }

    @Test("of random messages too; and of damaged bytes it gives a message or none, but never a wrong range")
    func random() throws {
        var random = SeededGenerator(state: 11)
        for _ in 0..<1_000 {
            var sample = PiecesTests.samples[Int.random(in: 0..<2, using: &random)]
            for _ in 0..<Int.random(in: 0..<12, using: &random) {
                let place = Int.random(in: 0...sample.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: sample.insert(contentsOf: [UInt8]("--one\r\nTo: x\n\n".utf8).suffix(Int.random(in: 0..<14, using: &random)), at: place)
                case 1: sample.removeSubrange(place..<min(place + Int.random(in: 0..<9, using: &random), sample.count))
                default: sample.insert(contentsOf: sample.prefix(place).suffix(30), at: place)
                }
            }
            let whole = Message(sample)
            var summary = whole.summary
            #expect(same(try #require(Message(summary: summary)), whole))
            for _ in 0..<Int.random(in: 1..<4, using: &random) {
                summary[Int.random(in: 0..<summary.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            summary.removeLast(Int.random(in: 0..<min(4, summary.count), using: &random))
            guard let damaged = Message(summary: summary) else { continue }
            for part in damaged.parts { #expect(part.body.upperBound <= damaged.byteCount) }
            _ = damaged.bodyStructure()
            _ = damaged.envelope()
        }
    }
}

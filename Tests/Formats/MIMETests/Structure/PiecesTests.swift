import MIME
import TestRandom
import Testing

@Suite("A message in pieces")
struct PiecesTests {
    static let samples: [[UInt8]] = [
        message([
            "Subject: =?utf-8?Q?a?=", "To: a@b,", "\tc@d", "Content-Type: multipart/mixed;", " boundary=\"one\"", "", "preamble", "--one",
            "Content-Type: multipart/alternative; boundary=onetwo", "", "--onetwo", "", "text", "", "--onetwo", "Content-Type: text/html", "",
            "<p>-- \r", "--onetwo--", "epilogue", "--one", "Content-Type: message/rfc822", "", "Subject: in", "", "body", "--one", "Content-Type: message/rfc822",
            "--one", "Content-Type: multipart/digest; boundary=d", "", "--d", "", "Subject: x", "", "y", "--d--", "--one--", "end",
        ]),
        bytes("From a\nSubject: x\nContent-Type: message/rfc822\n\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\n--b\nX: y\n\n\n\n--b--"),
        bytes("\r\n\r\n\r\r\n"), bytes("\n"), bytes(""), bytes("a"), bytes("Content-Type: multipart/mixed; boundary=q\r\n"),
    ]

    @Test("every cut in two gives what the whole gives", arguments: samples)
    func cutInTwo(sample: [UInt8]) {
        let whole = Reading(Message(sample))
        for cut in 0...sample.count { #expect(Reading(inPieces(sample, cuts: [cut])) == whole, "cut at \(cut)") }
        #expect(Reading(inPieces(sample, cuts: Array(0..<sample.count))) == whole)
    }

    @Test("random messages, changed at random and cut at random, give what the whole gives")
    func random() {
        var random = SeededGenerator(state: 7)
        let words = ["--one", "--onetwo", "--d", "--b", "\r\n", "\n", "\r", " ", "\0", "Content-Type: multipart/mixed; boundary=one\r\n", "Content-Type: message/rfc822\r\n\r\n", ":", String(repeating: "-", count: 400)]
        for _ in 0..<1500 {
            var sample = Self.samples[Int.random(in: 0..<2, using: &random)]
            for _ in 0..<Int.random(in: 0..<12, using: &random) {
                let place = Int.random(in: 0...sample.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: sample.insert(contentsOf: words[Int.random(in: 0..<words.count, using: &random)].utf8, at: place)
                case 1: sample.removeSubrange(place..<min(place + Int.random(in: 0..<9, using: &random), sample.count))
                default: sample.insert(contentsOf: sample.prefix(place).suffix(30), at: place)
                }
            }
            let limits = MessageLimits(partCount: 9, depth: 5, headerByteCount: Int.random(in: 0..<600, using: &random), fieldCount: 9)
            let whole = Message(sample, limits: limits)
            let cuts = (0..<Int.random(in: 1..<9, using: &random)).map { _ in Int.random(in: 0...sample.count, using: &random) }
            #expect(Reading(inPieces(sample, cuts: cuts, limits: limits)) == Reading(whole))
            check(whole, sample)
        }
    }

    /// The invariants of the module.
    private func check(_ message: Message, _ bytes: [UInt8]) {
        for (index, part) in message.parts.enumerated() {
            #expect(part.header.upperBound == part.body.lowerBound || part.header.isEmpty)
            #expect(part.body.upperBound <= bytes.count)
            #expect(part.descendantsEnd > index && part.descendantsEnd <= message.parts.count)
            #expect(part.bodyLines.all == bytes[part.body].count { $0 == 0x0A })
            #expect(part.headerLines.all == bytes[part.header].count { $0 == 0x0A })
            let converted = part.body.count { bytes[$0] == 0x0A && ($0 == 0 || bytes[$0 - 1] != 0x0D) }
            #expect(part.bodyLines.bare == converted)
            if let parent = part.parent {
                let outer = message.parts[parent]
                #expect(outer.body.lowerBound <= part.header.lowerBound && part.body.upperBound <= outer.body.upperBound)
                #expect(index > parent && index < outer.descendantsEnd)
            }
            if part.kind != .leaf { #expect(part.descendantsEnd > index + 1) }
        }
    }
}

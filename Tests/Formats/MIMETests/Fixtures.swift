import Bytes
import MIME

/// The lines, each ended by CRLF.
func message(_ lines: [String]) -> [UInt8] { [UInt8](lines.map { $0 + "\r\n" }.joined().utf8) }

/// The text with CRLF for each line end: literals have LF.
func crlf(_ text: String) -> [UInt8] { Array(text.utf8).flatMap { $0 == 0x0A ? [0x0D, 0x0A] : [$0] } }

func text(_ bytes: some Collection<UInt8>) -> String { String(utf8: bytes) }
func bytes(_ text: String) -> [UInt8] { [UInt8](text.utf8) }
func slice(_ text: String) -> ArraySlice<UInt8> { ArraySlice(text.utf8) }

extension Message {
    /// What the section gives; nil where there is no such part.
    func fetch(_ section: Section, from bytes: [UInt8]) -> String? {
        ranges(of: section).map { ranges in text(ranges.flatMap { bytes[$0] }) }
    }
}

/// What both ways of reading must agree on.
struct Reading: Equatable {
    var parts: [MessagePart]
    var structure: BodyStructure
    var envelopes: [Envelope]
    var fields: [[[UInt8]]]
    var headers: [[Range<Int>]?]
    var size: Int

    init(_ message: Message) {
        // Where headers are kept is the one thing that differs.
        parts = message.parts.map { $0.inMessage }
        structure = message.bodyStructure()
        envelopes = message.parts.indices.map { message.envelope(of: $0) }
        fields = message.parts.indices.map { message.header(of: $0).fields.map { Array($0.bytes) } }
        let names = Section.Text.headerFields([bytes("content-type"), bytes("subject")], isNot: false)
        headers = [[], [1], [2], [1, 1], [2, 1]].map { message.ranges(of: Section(numbers: $0, text: names)) }
        size = message.byteCountInCRLF
    }
}

func inPieces(_ bytes: [UInt8], cuts: [Int], limits: MessageLimits = MessageLimits()) -> Message {
    var scanner = MessageScanner(limits: limits)
    var start = 0
    for cut in cuts.sorted() + [bytes.count] {
        scanner.feed(bytes[start..<max(start, cut)])
        start = max(start, cut)
    }
    return scanner.finish()
}

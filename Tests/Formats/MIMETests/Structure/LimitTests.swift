import MIME
import TestWaiting
import Testing

@Suite("Limits and work")
struct LimitTests {
    @Test("depth is bounded, and what is deeper is a file")
    func depth() {
        var lines: [String] = []
        for level in 0..<200 { lines += ["Content-Type: multipart/mixed; boundary=b\(level)x", "", "--b\(level)x"] }
        let parsed = Message(message(lines + ["", "end"]), limits: MessageLimits(depth: 20))
        #expect(parsed.parts.count == 20)
        var structure = parsed.bodyStructure()
        var depth = 1
        while case .multipart(let parts) = structure.content, let first = parts.first {
            structure = first
            depth += 1
        }
        #expect(depth == 20 && text(structure.subtype) == "octet-stream")
        let messages = message([String](repeating: "Content-Type: message/rfc822\r\n", count: 5000))
        #expect(Message(messages).parts.count == 50)
    }

    @Test("parts are bounded: later delimiters are text of the last part")
    func parts() {
        let part = ["--a", "", "x"]
        let bytes = message(["Content-Type: multipart/mixed; boundary=a", ""] + [[String]](repeating: part, count: 50).flatMap { $0 } + ["--a--", "end"])
        let parsed = Message(bytes, limits: MessageLimits(partCount: 11))
        #expect(parsed.parts.count == 11)
        #expect(text(bytes[parsed.parts[10].body]) == "x\r\n" + String(repeating: "--a\r\n\r\nx\r\n", count: 40).dropLast())
    }

    @Test("fields are bounded in number and bytes, the header is not")
    func fields() {
        let bytes = message([String](repeating: "A: b", count: 100) + ["", "body"])
        #expect(Message(bytes, limits: MessageLimits(fieldCount: 7)).header.fields.count == 7)
        let cut = Message(bytes, limits: MessageLimits(headerByteCount: 20))
        #expect(cut.header.fields.count == 4 && cut.root.header.count == 602)
        #expect(Reading(cut) == Reading(inPieces(bytes, cuts: [1, 3, 333], limits: MessageLimits(headerByteCount: 20))))
    }

    @Test("a message in pieces keeps its headers alone")
    func memory() {
        var scanner = MessageScanner()
        scanner.feed(bytes("Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n\r\n"))
        // Lines without an end, and lines that look like delimiters.
        for piece in 0..<200 { scanner.feed([UInt8](repeating: piece % 2 == 0 ? 0x2D : 0x61, count: 100_000)) }
        #expect(scanner.keptByteCount < 1000)
        #expect(scanner.finish().byteCount > 20_000_000)
    }

    /// Each would take 10^11 steps where work grew with the square of the length.
    @Test("work is linear in hostile input", arguments: [
        "=?", "=?a?Q?", "=?utf-8?Q?a?= ", "(", "\"", "<", "a,", "<a@b>,", "a:", ";", "[", "[a]", "[fwd: ", "re: ", "(fwd) ", "\\", "@", "a*0*=b;", "; a=\"b",
        "--", "--a\r\n", "\r\n", "\n ", "a:\n", "\0", "&#", "&amp;", "<!--", "<a b='", "<script>", "=\r\n ", "= ",
    ])
    func linear(unit: String) {
        let hostile = [UInt8](String(repeating: unit, count: 300_000 / unit.utf8.count).utf8)
        #expect(effort { read(hostile) }.seconds < 20)
    }

    private func read(_ hostile: [UInt8]) {
        let field = HeaderText.unfold(hostile[...])
        _ = EncodedWords.decode(field[...])
        _ = AddressParser.parse(hostile[...])
        _ = BaseSubject(hostile[...])
        _ = MessageDate(hostile[...])
        _ = MessageID.list(hostile[...])
        _ = ContentType(bytes("a/b;")[...] + hostile)?.parameters.joined
        _ = HTMLText.text(hostile[...])
        _ = TransferDecoder.decode(hostile[...], .quotedPrintable)
        _ = TransferDecoder.decode(hostile[...], .base64)
        let whole = bytes("Content-Type: multipart/mixed; boundary=a\r\nSubject: ") + hostile + bytes("\r\n\r\n--a\r\n\r\n") + hostile
        let parsed = Message(whole)
        _ = parsed.bodyStructure()
        _ = parsed.envelope()
        #expect(parsed.byteCount == whole.count)
    }
}

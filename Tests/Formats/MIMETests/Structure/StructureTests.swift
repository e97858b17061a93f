import MIME
import Testing

@Suite("Structure")
struct StructureTests {
    private func bodies(_ bytes: [UInt8]) -> [String] {
        Message(bytes).parts.filter { $0.kind == .leaf }.map { text(bytes[$0.body]) }
    }

    /// RFC 2046 §5.1.1, its example.
    private let simple = crlf("""
        From: Nathaniel Borenstein <nsb@bellcore.com>
        To: Ned Freed <ned@innosoft.com>
        Date: Sun, 21 Mar 1993 23:56:48 -0800 (PST)
        Subject: Sample message
        MIME-Version: 1.0
        Content-type: multipart/mixed; boundary="simple boundary"

        This is the preamble.  It is to be ignored, though it
        is a handy place for composition agents to include an
        explanatory note to non-MIME conformant readers.

        --simple boundary

        This is implicitly typed plain US-ASCII text.
        It does NOT end with a linebreak.
        --simple boundary
        Content-type: text/plain; charset=us-ascii

        This is explicitly typed plain US-ASCII text.
        It DOES end with a linebreak.

        --simple boundary--

        This is the epilogue.  It is also to be ignored.

        """)

    @Test("the line end before a delimiter is no part of the body (RFC 2046 §5.1.1)")
    func simpleExample() {
        let parsed = Message(simple)
        #expect(parsed.parts.map(\.kind) == [.multipart, .leaf, .leaf])
        #expect(bodies(simple) == [
            "This is implicitly typed plain US-ASCII text.\r\nIt does NOT end with a linebreak.",
            "This is explicitly typed plain US-ASCII text.\r\nIt DOES end with a linebreak.\r\n",
        ])
        #expect(parsed.parts.map(\.bodyLines.all) == [17, 1, 2])
        #expect(parsed.parts.map(\.headerLines.all) == [7, 1, 2])
        #expect(parsed.root.body.upperBound == simple.count)
    }

    @Test("a message with bare LF has the structure and, counted in CRLF, the sizes of one with CRLF")
    func bareLineFeeds() {
        let bare = simple.filter { $0 != 0x0D }
        let (one, two) = (Message(simple), Message(bare))
        #expect(one.bodyStructure() == two.bodyStructure())
        #expect(two.byteCountInCRLF == simple.count)
        #expect(two.byteCount == bare.count)
        #expect(two.parts.map(\.headerByteCountInCRLF) == one.parts.map(\.header.count))
    }

    @Test("a message without an empty line is all header, one that begins with it all body")
    func noEmptyLine() {
        let header = Message(message(["Subject: a", "To: b"]))
        #expect(header.root.header.count == 19 && header.root.body.isEmpty && header.root.blankLine.isEmpty)
        let body = Message(bytes("\r\nhello"))
        #expect(body.root.header == 0..<2 && body.root.body == 2..<7 && body.root.bodyLines.all == 0)
        let nothing = Message([])
        #expect(nothing.parts.count == 1 && nothing.bodyStructure().byteCount == 0)
    }

    @Test("delimiters that are missing at the end close nothing that is not there")
    func missingEnds() {
        let bytes = message([
            "Content-Type: multipart/mixed; boundary=a", "", "--a", "Content-Type: multipart/alternative; boundary=b", "", "--b", "",
            "one", "--b", "", "two", "--a", "", "three",
        ])
        #expect(bodies(bytes) == ["one", "two", "three\r\n"])
        #expect(Message(bytes).parts.map(\.kind) == [.multipart, .multipart, .leaf, .leaf, .leaf])
        #expect(Message(bytes).parts.map(\.parent) == [nil, 0, 1, 1, 0])
    }

    @Test("a delimiter may end the message without a line end, with blanks, and right behind a header")
    func tightDelimiters() {
        #expect(bodies(bytes("Content-Type: multipart/mixed; boundary=a\n\n--a \t\nX: y\n--a\n\nb\n--a--")) == ["", "b"])
    }

    @Test("one boundary may begin with the other")
    func prefixes() {
        let bytes = message([
            "Content-Type: multipart/mixed; boundary=a", "", "--a", "Content-Type: multipart/mixed; boundary=ab", "", "--ab", "", "1",
            "--ab--", "--a", "", "2", "--a--",
        ])
        #expect(bodies(bytes) == ["1", "2"])
        // RFC 2046 §5.1.1: it is enough that the line begins with it.
        #expect(bodies(message(["Content-Type: multipart/mixed; boundary=ab", "", "--ab junk", "", "1", "--ab--"])) == ["1"])
    }

    @Test("a multipart without a boundary, or with an empty one, is text (RFC 2045 §5.2)", arguments: ["", "; boundary=\"\"", "; boundary=\" \""])
    func emptyBoundary(parameter: String) {
        let bytes = message(["Content-Type: multipart/mixed\(parameter)", "", "--", "", "a", "----"])
        let structure = Message(bytes).bodyStructure()
        #expect(structure.content == .text && text(structure.subtype) == "plain" && structure.lineCount == 4)
    }

    @Test("a multipart in which no delimiter comes has its body as its only part, so that it can be shown")
    func noDelimiter() {
        let bytes = message(["Content-Type: multipart/mixed; boundary=x", "", "hello", "there"])
        #expect(bodies(bytes) == ["hello\r\nthere\r\n"])
        #expect(Message(bytes).parts.count == 2 && Message(bytes).parts[1].bodyLines.all == 2)
    }

    @Test("a message in a message has its own header and parts; an encoded one is a file")
    func nested() {
        let inner = ["Subject: in", "Content-Type: multipart/mixed; boundary=i", "", "--i", "", "x", "--i--"]
        let bytes = message(["Content-Type: multipart/mixed; boundary=o", "", "--o", "Content-Type: message/rfc822", ""] + inner + ["--o--"])
        let parsed = Message(bytes)
        #expect(parsed.parts.map(\.kind) == [.multipart, .message, .multipart, .leaf])
        #expect(parsed.header(of: 2).first("subject").map { text($0.text) } == "in")
        let encoded = Message(message(["Content-Type: message/rfc822", "Content-Transfer-Encoding: base64", "", "U3ViamVjdDogYQ=="]))
        #expect(encoded.parts.count == 1)
        #expect(text(encoded.bodyStructure().type + [0x2F] + encoded.bodyStructure().subtype) == "application/octet-stream")
    }

    @Test("parts of a digest are messages (RFC 2046 §5.1.5)")
    func digest() {
        let bytes = message(["Content-Type: multipart/digest; boundary=d", "", "--d", "", "Subject: a", "", "b", "--d", "Content-Type: text/plain", "", "c", "--d--"])
        let parsed = Message(bytes)
        #expect(parsed.parts.map(\.kind) == [.multipart, .message, .leaf, .leaf])
        #expect(text(parsed.bodyStructure(of: 1).type) == "message")
        #expect(text(parsed.bodyStructure(of: 2).type) == "text")
    }

    @Test("lines of a header that are no fields are passed over")
    func junk() {
        let bytes = message(["From me@here Mon Jan  1 00:00:00 2001", " stray", "Subject : a", " b", "no field", " more of it", "To: c", "", "d"])
        let names = Message(bytes).header.fields.map { text($0.name) }
        #expect(names == ["Subject", "To"])
        #expect(Message(bytes).header.first("subject").map { text($0.unfolded) } == "a b")
        #expect(text(bytes[Message(bytes).root.body]) == "d\r\n")
    }

    @Test("NUL, 8-bit and a lone CR are content")
    func odd() {
        let bytes: [UInt8] = Array("Subject: a\0b\u{E9}\r\n\r\nc\rd\0\r\n".utf8)
        let parsed = Message(bytes)
        #expect(parsed.header.first("subject").map { text($0.text) } == "abé")
        #expect(parsed.root.bodyLines.all == 1 && parsed.root.body.count == 6)
    }
}

import Bytes
import MIME
import Testing

/// RFC 3516 §6.
@Suite("Binary parts")
struct BinaryPartsTests {
    @Test("a body with NULs is in base64, with the field that says so", arguments: [
        ("Subject: a\n\na\0b", "Subject: a\nContent-Transfer-Encoding: base64\n\nYQBi\n"),
        ("Content-Transfer-Encoding: binary\nSubject: a\n\n\0\n", "Subject: a\nContent-Transfer-Encoding: base64\n\nAA0K\n"),
        ("\n\0", "Content-Transfer-Encoding: base64\n\nAA==\n"), ("Subject: a\n\nb\n", "Subject: a\n\nb\n"),
    ])
    func leaf(_ row: (sent: String, kept: String)) { #expect(BinaryParts.encoded(crlf(row.sent)) == crlf(row.kept)) }

    @Test("other parts stay as they are, delimiters too, and what is around is not binary any more")
    func multipart() throws {
        let sent = crlf("""
            Content-Type: multipart/mixed; boundary=x
            Content-Transfer-Encoding: binary

            --x

            text
            --x
            Content-Type: message/rfc822

            Content-Transfer-Encoding: BINARY
            Subject: in

            \0\u{1}\u{2}
            --x--

            """)
        let kept = try #require(BinaryParts.encoded(sent))
        #expect(text(kept) == text(crlf("""
            Content-Type: multipart/mixed; boundary=x
            Content-Transfer-Encoding: 8bit

            --x

            text
            --x
            Content-Type: message/rfc822

            Subject: in
            Content-Transfer-Encoding: base64

            AAEC
            --x--

            """)))
        let before = Message(sent)
        #expect(Message(kept).parts.map(\.kind) == before.parts.map(\.kind))
    }

    @Test("a NUL that no part can have encoded is refused", arguments: [
        "Subject: \0\n\na\n", "a\0", "Content-Transfer-Encoding: base64\n\nYQ\0==\n", "Content-Transfer-Encoding: x-none\n\n\0\n",
        "Content-Type: multipart/mixed; boundary=x\n\n\0\n--x\n\na\n--x--\n", "Content-Type: multipart/mixed; boundary=x\n\n\0\n",
    ])
    func refused(_ sent: String) { #expect(BinaryParts.encoded(crlf(sent)) == nil) }
}

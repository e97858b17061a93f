import MIME
import Testing

@Suite("Text for search and preview")
struct TextTests {
    @Test("of HTML the words", arguments: [
        ("<html><head><title>t</title><style>p{x:y}</style></head><body><p>Hello <b>big</b>  world</p><p>two", "Hello big world\ntwo"),
        ("a<br>b<script>if (a</b) x('</p>')</script>c", "a\nb\nc"), ("a &lt;b&gt; &amp;c &#1055;&#x41f; &eacute; &nope; &", "a <b> &c ПП é &nope; &"),
        ("<!-- x > -- > y -->a<!DOCTYPE b>c<!-->d<?php e ?>f", "acdf"), ("<a title=\"x > y\" href='>'>b</a>", "b"), ("1 < 2 <3", "1 < 2 <3"),
        ("a&nbsp;b&nbsp", "a b"), ("<td>a</td><td>b</td>", "a b"), ("<unclosed", ""), ("&#0;&#xD800;&#99999999999;", "\u{FFFD}\u{FFFD}&#99999999999;"),
        ("<STYLE>a</STYLE >b", "b"),
    ])
    func html(source: String, expected: String) { #expect(text(HTMLText.text(slice(source))) == expected) }

    private let mixed = message([
        "Subject: =?utf-8?Q?=D0=9F?=", "Content-Type: multipart/mixed; boundary=a", "", "--a", "Content-Type: multipart/alternative; boundary=b", "", "--b",
        "Content-Type: text/html; charset=koi8-r", "Content-Transfer-Encoding: base64", "", "PHA+8NLJ18XUPC9wPg==", "--b", "Content-Type: text/plain; charset=windows-1251",
        "Content-Transfer-Encoding: quoted-printable", "", "=CF=F0=E8=E2=E5=F2,", "  you", "--b--", "--a", "Content-Disposition: attachment; filename=x.txt", "", "attached", "--a",
        "Content-Type: image/png", "", "binary", "--a", "Content-Type: message/rfc822", "", "Subject: inner", "", "deep", "--a--",
    ])

    @Test("a search looks at all texts and headers, decoded, and at nothing else")
    func search() {
        let found = text(SearchText().all(of: Message(mixed), in: mixed))
        for word in ["Subject: П\n", "Привет\n", "Привет,\r\n  you", "attached", "x.txt", "inner", "deep"] { #expect(found.contains(word), "\(word)") }
        #expect(!found.contains("binary"))
        // In pieces of one byte.
        #expect(text(SearchText(pieceCount: 1).all(of: Message(mixed), in: mixed)) == found)
    }

    @Test("what a search looks at is bounded")
    func bounded() {
        for most in [0, 1, 20, 100, 200] { #expect(SearchText(mostBytes: most).all(of: Message(mixed), in: mixed).count == most) }
    }

    @Test("a preview is of the plain text, or else of HTML, never of an attachment (RFC 8970)")
    func preview() {
        #expect(Preview.text(of: Message(mixed), in: mixed) == "Привет, you")
        func of(_ lines: [String]) -> String? {
            let bytes = message(lines)
            return Preview.text(of: Message(bytes), in: bytes)
        }
        #expect(of(["Content-Type: text/html", "", "<style>x</style><p>a\u{200B}&nbsp;\u{A0}b"]) == "a b")
        #expect(of(["Content-Type: image/png", "", "x"]) == nil)
        #expect(of(["", "a\t\tb"]) == "a b")
        let long = of(["", String(repeating: "word ", count: 10_000)])
        #expect(long == String(repeating: "word ", count: 40).dropLast().description)
        let ends = of(["Content-Type: multipart/mixed; boundary=a", "", "--a", "Content-Type: text/html", "", "first", "--a", "", "second", "--a--"])
        #expect(ends == "first")
    }
}

import Bytes
import ContentLines
import Testing

@Suite("Values")
struct TextValueTests {
    @Test("five escapes are decoded, any other is kept with its backslash", arguments: [
        (#"a\nb\Nc"#, "a\nb\nc"), (#"\,\;\\"#, #",;\"#), (#"\:\"\ \x"#, #"\:\"\ \x"#), (#"end\"#, #"end\"#),
        (#"\\n"#, #"\n"#), ("", ""),
    ])
    func unescape(escaped: String, plain: String) {
        #expect(text(TextValue.unescape([UInt8](escaped.utf8)[...])) == plain)
    }

    @Test("text comes back as it was from escape and unescape")
    func escapeRoundTrip() {
        let plain = "a,b;c\\d\\n\ne\tf Straße"
        var out: [UInt8] = []
        TextValue.appendEscaped(plain.utf8, to: &out)
        #expect(text(out) == #"a\,b\;c\\d\\n\ne"# + "\tf Straße")
        #expect(text(TextValue.unescape(out[...])) == plain)
    }

    @Test("line ends of every kind are one line break; control characters cannot be written")
    func escapeControls() {
        var out: [UInt8] = []
        TextValue.appendEscaped("a\r\nb\rc\nd\u{0}\u{7}\u{7F}e".utf8, to: &out)
        #expect(text(out) == #"a\nb\nc\nde"#)
    }

    @Test("RFC 6350 §3.4: components and lists are cut where no backslash stands")
    func structured() {
        let name = [UInt8](#"Stevenson;John;Philip,Paul;Dr.;Jr.,M.D.,A.C.P."#.utf8)
        #expect(StructuredValue.components(name[...]) == ["Stevenson", "John", "Philip,Paul", "Dr.", "Jr.,M.D.,A.C.P."])
        let org = [UInt8](#"ABC\, Inc.;R\;D;\\;"#.utf8)
        #expect(StructuredValue.components(org[...]) == ["ABC, Inc.", "R;D", #"\"#, ""])
        #expect(StructuredValue.list([UInt8](#"a,b\,c,\"#.utf8)[...]) == ["a", "b,c", #"\"#])
        #expect(StructuredValue.list([]) == [""])
    }

    @Test("quoted-printable with soft breaks, padding, small digits and what is none")
    func quotedPrintable() {
        func decoded(_ value: String) -> String { text(QuotedPrintable.decode([UInt8](value.utf8)[...])) }
        #expect(decoded("=C3=a9 a=\r\nb= \t\nc=\rd") == "é abcd")
        #expect(decoded("a=ZZ=4") == "a=ZZ=4")
        #expect(decoded("end=") == "end")
    }

    @Test("values say their encoding", arguments: [
        ("windows-1251", [0xCF, 0xF0, 0xE8, 0xE2, 0xE5, 0xF2]), ("KOI8-R", [0xF0, 0xD2, 0xC9, 0xD7, 0xC5, 0xD4]),
        ("CP866", [0x8F, 0xE0, 0xA8, 0xA2, 0xA5, 0xE2]), ("UTF-8", Array("Привет".utf8)),
    ] as [(String, [UInt8])])
    func charsets(name: String, bytes: [UInt8]) throws {
        let encoded = bytes.map { "=" + text(Hexadecimal.encode([$0])).uppercased() }.joined()
        let line = try first(properties("N;CHARSET=\(name);ENCODING=QUOTED-PRINTABLE:\(encoded)"))
        #expect(line.text == "Привет")
        let raw = Array("BEGIN:X\r\nN;CHARSET=\(name):".utf8) + bytes + Array("\r\nEND:X\r\n".utf8)
        #expect(try first(root(raw).properties).text == "Привет")
    }

    @Test("an encoding that is not known, or no name at all, leaves the bytes to the fallback")
    func unknownCharset() throws {
        #expect(Charset.utf8([0x41], from: "x-unknown") == nil)
        #expect(Charset.utf8([0x41], from: "../../evil") == nil)
        #expect(Charset.utf8([0xE9, 0x41], from: "ISO-8859-1").map(text) == "éA")
        // 0x98 is no character in windows-1251.
        #expect(Charset.utf8([0x98, 0xCF], from: "windows-1251").map(text) == "\u{FFFD}П")
        #expect(try first(properties("N;CHARSET=none:x")).text == "x")
    }

    @Test("a long text in another encoding is converted whole")
    func longConversion() {
        let bytes = [UInt8](repeating: 0xCF, count: 10_001)
        #expect(Charset.utf8(bytes[...], from: "windows-1251").map(text) == String(repeating: "П", count: 10_001))
    }
}

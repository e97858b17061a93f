import ContentLines
import TestRandom
import Testing

struct CollationTests {
    private func unicode(_ text: String) -> String { String(decoding: Collation.unicodeCasemap.folded(text), as: UTF8.self) }

    private func scalars(_ text: String) -> [UInt32] { unicode(text).unicodeScalars.map(\.value) }

    // RFC 4790 §9.2.1
    @Test func `ascii-casemap makes the letters of ASCII upper case and nothing else`() {
        #expect(Collation.asciiCasemap.folded("aZ-{é") == [UInt8]("AZ-{é".utf8))
    }

    // RFC 4790 §9.3.1
    @Test func `octet changes nothing`() {
        #expect(Collation.octet.folded("aZé") == [UInt8]("aZé".utf8))
    }

    // RFC 5051 §2, its example.
    @Test func `a letter is made titlecase, then decomposed until there is nothing left to decompose`() {
        #expect(scalars("\u{1C4}") == [0x44, 0x7A, 0x30C])
    }

    // RFC 5051 §2 (2): each character by its row of UnicodeData.txt.
    @Test(arguments: [
        ("й", [0x418, 0x306]), ("Й", [0x418, 0x306]), ("и\u{306}", [0x418, 0x306]), ("ё", [0x415, 0x308]),
        // No simple titlecase mapping: SpecialCasing.txt is not asked.
        ("ß", [0xDF]), ("ẞ", [0x1E9E]),
        ("İ", [0x49, 0x307]), ("ı", [0x49]), ("i", [0x49]), ("ſ", [0x53]),
        ("é", [0x45, 0x301]), ("e\u{301}", [0x45, 0x301]),
        ("ａ", [0x41]), ("Ａ", [0x41]), ("\u{3000}", [0x20]),
        // Decomposed after the casing, and so left in lower case.
        ("ﬁ", [0x66, 0x69]), ("㎏", [0x6B, 0x67]),
        ("σ", [0x3A3]), ("ς", [0x3A3]), ("ᾳ", [0x391, 0x345]),
        // Titlecase of the Georgian letters is the letters themselves.
        ("ა", [0x10D0]),
        ("한", [0x1112, 0x1161, 0x11AB]),
        ("\u{10428}", [0x10400]), ("\u{2F800}", [0x4E3D]), ("\u{10FFFF}", [0x10FFFF]), ("😀", [0x1F600]),
    ] as [(String, [UInt32])])
    func `a character is folded as UnicodeData says`(text: String, expected: [UInt32]) {
        #expect(scalars(text) == expected)
    }

    @Test func `combining characters stay in their order`() {
        #expect(scalars("a\u{301}\u{323}") == [0x41, 0x301, 0x323])
        #expect(scalars("a\u{323}\u{301}") == [0x41, 0x323, 0x301])
    }

    // RFC 5051 §2 (1) (b)
    @Test(arguments: [
        [0x61, 0xFF], [0x61, 0xC3], [0xC0, 0xAF, 0x61], [0xED, 0xA0, 0x80, 0x61], [0xF4, 0x90, 0x80, 0x80, 0x61],
        [0xC3, 0xA9, 0xE0, 0x80, 0x80], [0x80],
    ] as [[UInt8]])
    func `what is not UTF-8 is left as it is`(bytes: [UInt8]) {
        #expect(Collation.unicodeCasemap.folded(bytes[...]) == bytes)
        var out: [UInt8] = [0x31]
        Collation.unicodeCasemap.appendFolded(bytes[...], to: &out)
        #expect(out == [0x31] + bytes)
    }

    @Test(arguments: Collation.allCases)
    func `what is folded in parts is folded as a whole`(collation: Collation) {
        var random = SeededGenerator(state: 5051)
        for _ in 0..<2_000 {
            let parts = (0..<2).map { _ in
                String(String.UnicodeScalarView((0..<Int.random(in: 0...6, using: &random)).compactMap { _ in
                    Unicode.Scalar(UInt32.random(in: 0...(Bool.random(using: &random) ? 0x600 : 0x2FFFF), using: &random))
                }))
            }
            let whole = [UInt8](parts[0].utf8) + [UInt8](parts[1].utf8)
            #expect(collation.folded(whole[...]) == collation.folded(parts[0]) + collation.folded(parts[1]))
        }
    }
}

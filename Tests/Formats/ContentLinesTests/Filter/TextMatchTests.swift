import ContentLines
import Testing

struct TextMatchTests {
    private func matches(_ match: TextMatch, _ text: String) -> Bool { match.matches([UInt8](text.utf8)[...]) }

    // RFC 6352 §10.5.4
    @Test(arguments: [
        (TextMatch.MatchType.contains, [true, true, true, true, false]),
        (.equals, [true, false, false, false, false]),
        (.startsWith, [true, true, false, false, false]),
        (.endsWith, [true, false, true, false, false]),
    ])
    func `the type of a match says where the text must stand`(type: TextMatch.MatchType, expected: [Bool]) {
        let match = TextMatch("abc", collation: .asciiCasemap, matchType: type)
        let negated = TextMatch("abc", collation: .asciiCasemap, isNegated: true, matchType: type)
        for (text, expected) in zip(["ABC", "abcd", "dabc", "dabcd", "ab"], expected) {
            #expect(matches(match, text) == expected)
            #expect(matches(negated, text) != expected)
        }
    }

    @Test(arguments: [TextMatch.MatchType.contains, .startsWith, .endsWith])
    func `an empty text is found in each text`(type: TextMatch.MatchType) {
        #expect(matches(TextMatch("", collation: .octet, matchType: type), ""))
        #expect(matches(TextMatch("", collation: .unicodeCasemap, matchType: type), "a"))
    }

    @Test func `an empty text equals only an empty text`() {
        #expect(matches(TextMatch("", collation: .octet, matchType: .equals), ""))
        #expect(!matches(TextMatch("", collation: .octet, matchType: .equals), "a"))
    }

    // RFC 4790 §9.2, §9.3 and RFC 5051 §2
    @Test(arguments: [
        ("й", "Й", [false, false, true]), ("STRASSE", "Straße", [false, false, false]),
        ("straße", "STRAßE", [true, false, true]), ("istanbul", "İstanbul", [false, false, false]),
        ("e", "É", [false, false, true]), ("e\u{301}", "É", [false, false, true]), ("tegu", "ＴＥＧＵ", [false, false, true]),
        ("abc", "ABC", [true, false, true]), ("b", "abc", [true, true, true]), ("ſ", "s", [false, false, true]),
    ])
    func `a collation decides what is the same`(needle: String, text: String, expected: [Bool]) {
        for (collation, expected) in zip([Collation.asciiCasemap, .octet, .unicodeCasemap], expected) {
            #expect(matches(TextMatch(needle, collation: collation), text) == expected, "\(collation)")
        }
    }
}

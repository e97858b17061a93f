import MIME
import TestRandom
import Testing

@Suite("Encoded words")
struct EncodedWordTests {
    private func decode(_ value: String) -> String { text(EncodedWords.decode(slice(value))) }

    /// RFC 2047 §8.
    @Test("the examples of RFC 2047", arguments: [
        ("=?US-ASCII?Q?Keith_Moore?= <moore@cs.utk.edu>", "Keith Moore <moore@cs.utk.edu>"),
        ("=?ISO-8859-1?Q?Keld_J=F8rn_Simonsen?=", "Keld Jørn Simonsen"),
        ("=?ISO-8859-1?Q?Andr=E9?= Pirard", "André Pirard"),
        ("=?ISO-8859-1?B?SWYgeW91IGNhbiByZWFkIHRoaXMgeW8=?= =?ISO-8859-2?B?dSB1bmRlcnN0YW5kIHRoZSBleGFtcGxlLg==?=", "If you can read this you understand the example."),
        ("=?iso-8859-8?b?7eXs+SDv4SDp7Oj08A==?=", "םולש ןב ילטפנ"),
        ("(=?ISO-8859-1?Q?a?=)", "(a)"), ("(=?ISO-8859-1?Q?a?= b)", "(a b)"),
        ("(=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=)", "(ab)"), ("(=?ISO-8859-1?Q?a?=  =?ISO-8859-1?Q?b?=)", "(ab)"),
        ("(=?ISO-8859-1?Q?a_b?=)", "(a b)"), ("(=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?=)", "(a b)"),
    ])
    func examples(value: String, expected: String) { #expect(decode(value) == expected) }

    @Test("what is met beside them", arguments: [
        // A character cut in two.
        ("=?UTF-8?B?0J/RgNC40LLQ?= =?UTF-8?B?tdGC?=", "Привет"),
        ("=?utf-8?Q?=D0?==?utf-8?Q?=9F?=", "П"),
        ("a=?utf-8?q?b?=c", "abc"), ("=?utf-8*en?Q?x?=", "x"), ("=?utf-8?Q?with blank?=", "with blank"),
        ("=?koi8-r?B?8NLJ18XU?=", "Привет"), ("=?windows-1251?Q?=CF=F0=E8=E2=E5=F2?=", "Привет"), ("=?cp-1251?Q?=CF?=", "П"),
        ("=?gb2312?B?xOO6ww==?=", "你好"), ("=?ISO-2022-JP?B?GyRCRnxLXBsoQg==?=", "日本"), ("=?x-nonsense?Q?=C3=A9?=", "é"),
        ("=?utf-8?Q?open", "=?utf-8?Q?open"), ("=?utf-8?X?a?=", "=?utf-8?X?a?="), ("=??Q?a?=", "=??Q?a?="), ("=?", "=?"), ("a = b", "a = b"),
        ("=?utf-8?Q?a=ZZb?=", "a=ZZb"), ("=?utf-8?B?!!!?= x", " x"), ("=?utf-8?Q?a=0D=0ABcc:_x?=", "a  Bcc: x"),
        ("=?utf-8?Q?What??=", "What?"),
    ])
    func wild(value: String, expected: String) { #expect(decode(value) == expected) }

    @Test("what names no charset is UTF-8, or else windows-1252")
    func guessed() {
        #expect(text(EncodedWords.decode([0xD0, 0x9F][...])) == "П")
        #expect(text(EncodedWords.decode([0x93, 0x61, 0xE9, 0x94][...])) == "“aé”")
    }

    @Test("any text is read as it was written, in words of at most 75 bytes")
    func roundTrip() {
        var random = SeededGenerator(state: 11)
        for _ in 0..<400 {
            let sample = randomText(&random)
            let words = EncodedWordWriter.words(sample)
            #expect(words.allSatisfy { $0.count <= 75 })
            let joined = Array(words.joined(separator: [0x20]))
            #expect(text(EncodedWords.decode(joined[...])) == sample)
        }
    }
}

/// Of one line.
func randomText(_ random: inout SeededGenerator) -> String {
    let alphabet: [Unicode.Scalar] = ["a", "B", " ", " ", "é", "П", "日", "😀", "\"", "\\", ",", "=", "?", "<", "@", "_", ".", ":", ";", "%", "'", "*", "/", "(", "\u{7F}"]
    var out = String.UnicodeScalarView()
    for _ in 0..<Int.random(in: 0..<120, using: &random) { out.append(alphabet[Int.random(in: 0..<alphabet.count, using: &random)]) }
    return String(out)
}

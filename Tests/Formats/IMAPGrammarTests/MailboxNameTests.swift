import Bytes
import TestRandom
import Testing

@testable import IMAPGrammar

@Suite("Mailbox names and patterns")
struct MailboxNameTests {
    @Test("modified UTF-7", arguments: [
        ("~peter/mail/台北/日本語", "~peter/mail/&U,BTFw-/&ZeVnLIqe-"), ("Entwürfe", "Entw&APw-rfe"), ("a&b", "a&-b"), ("&", "&-"),
        ("Входящие", "&BBIERQQ+BDQETwRJBDgENQ-"), ("😀", "&2D3eAA-"), ("a😀b", "a&2D3eAA-b"), ("", ""), ("é&é", "&AOk-&-&AOk-"),
    ])
    func utf7(_ name: String, _ encoded: String) {
        #expect(String(utf8: ModifiedUTF7.encode(bytes(name))) == encoded)
        #expect(ModifiedUTF7.decode(bytes(encoded)) == bytes(name))
    }

    @Test("what no encoder makes is no name", arguments: [
        "&", "a&", "&Jjo", "&Jjo!", "&AGE-", "&U,BTFw-&ZeVnLIqe-", "&2D0-", "&3gA-", "&APx-", "&AP-", "&A-", "&AAAA-", "&,,8", "&Jjo-&Jjo-", "&2D0AYQ-", "&AOkA-",
    ])
    func badUTF7(_ name: String) {
        #expect(MailboxName(bytes(name), coding: .modifiedUTF7) == nil)
    }

    @Test("any text is read back from modified UTF-7, and any bytes that are read are what is written", arguments: 0..<300)
    func roundTrip(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var name = ""
        for _ in 0..<Int.random(in: 0...12, using: &random) {
            let range: ClosedRange<UInt32> = [0x20...0x7E, 0xA0...0x24F, 0x400...0x4FF, 0x1F300...0x1F600, 0x26...0x2D].randomElement(using: &random) ?? 0x20...0x7E
            if let scalar = Unicode.Scalar(UInt32.random(in: range, using: &random)) { name.unicodeScalars.append(scalar) }
        }
        #expect(ModifiedUTF7.decode(ModifiedUTF7.encode(bytes(name))) == bytes(name))
        let alphabet = bytes("&-AQgw+,ab8")
        for _ in 0..<200 {
            let sent = (0..<Int.random(in: 0...9, using: &random)).map { _ in alphabet.randomElement(using: &random) ?? 0x26 }
            if let decoded = ModifiedUTF7.decode(sent), ModifiedUTF7.encode(decoded) != sent {
                return fail("\(String(utf8: sent)) is read, but not what is written")
            }
        }
    }

    @Test("INBOX in any case is one; Thunderbird's & stands for itself after ENABLE; controls are in no name")
    func names() {
        #expect(MailboxName(bytes("inBox"), coding: .utf8) == .inbox)
        #expect(MailboxName(bytes("Q&A"), coding: .utf8)?.utf8 == bytes("Q&A"))
        #expect(MailboxName(bytes("Entw\u{FC}rfe"), coding: .modifiedUTF7)?.utf8 == bytes("Entw\u{FC}rfe"))
        #expect(MailboxName([0x61, 0xFF], coding: .utf8) == nil && MailboxName([0x61, 0xFF], coding: .modifiedUTF7) == nil)
        #expect(MailboxName(bytes("a\nb"), coding: .utf8) == nil)
        #expect(MailboxName(bytes("&AAo-"), coding: .modifiedUTF7) == nil)
        #expect(MailboxName([UInt8](repeating: 0x61, count: 4097), coding: .utf8) == nil)
        #expect(box("a/").withoutTrailingSeparator(0x2F) == box("a") && box("/").withoutTrailingSeparator(0x2F) == box("/"))
        #expect(box("é").encoded(.modifiedUTF7) == bytes("&AOk-") && box("é").encoded(.utf8) == bytes("é"))
    }

    private func matches(_ pattern: String, _ name: String) -> Bool {
        ListPattern(bytes(pattern)).map { ListMatcher($0, separator: 0x2F).matches(box(name)) } ?? false
    }

    @Test("patterns", arguments: [
        ("*", "a/b/c", true), ("%", "a", true), ("%", "a/b", false), ("%/%", "a/b", true), ("a*", "a", true), ("a*c", "a/b/c", true), ("a%c", "a/b/c", false),
        ("*b%", "a/b/c", false), ("*b%", "a/bc", true), ("inbox", "INBOX", true), ("inb%", "INBOX", true), ("Inbox/x", "INBOX/x", true), ("inbox/X", "INBOX/x", false), ("inboxx", "INBOXx", false), ("", "", true),
        ("", "a", false), ("a", "A", false), ("**", "", true), ("%*%", "a/b", true), ("*/", "a/", true), ("a/%", "a/", true), ("a/%", "a", false),
        ("é*", "éa", true), ("%a%a%b", "aaaab", true), ("%a%a%b", "aa/aab", false), ("*a%b", "a/xaxb", true),
    ])
    func patterns(_ pattern: String, _ name: String, _ isMatch: Bool) {
        #expect(matches(pattern, name) == isMatch)
    }

    @Test("patterns match what a naive matcher says, and never say that nothing is below where something is", arguments: 0..<200)
    func naive(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        func word(_ alphabet: String, _ longest: Int) -> [UInt8] {
            (0..<Int.random(in: 0...longest, using: &random)).map { _ in bytes(alphabet).randomElement(using: &random) ?? 0x61 }
        }
        func fits(_ pattern: ArraySlice<UInt8>, _ name: ArraySlice<UInt8>) -> Bool {
            guard let first = pattern.first else { return name.isEmpty }
            let rest = pattern.dropFirst()
            if first == 0x2A || first == 0x25 {
                if fits(rest, name) { return true }
                guard let byte = name.first, first == 0x2A || byte != 0x2F else { return false }
                return fits(pattern, name.dropFirst())
            }
            return name.first == first && fits(rest, name.dropFirst())
        }
        for _ in 0..<100 {
            let pattern = word("ab/*%", 7)
            let name = word("ab/", 8)
            let matcher = ListMatcher(try #require(ListPattern(pattern)), separator: 0x2F)
            let isMatch = matcher.matches(MailboxName(utf8: name))
            if isMatch != fits(pattern[...], name[...]) { return fail("\(String(utf8: pattern)) \(String(utf8: name))") }
            if isMatch, let slash = name.lastIndex(of: 0x2F), !matcher.canMatchBelow(MailboxName(utf8: Array(name[..<slash]))), slash + 1 < name.count {
                return fail("\(String(utf8: pattern)) is said to have nothing above \(String(utf8: name))")
            }
        }
    }

    @Test("a long pattern of wildcards against a long name is no work")
    func hostilePattern() throws {
        let pattern = try #require(ListPattern(bytes(String(repeating: "%a*a", count: 250))))
        let name = MailboxName(utf8: [UInt8](repeating: 0x61, count: 4000) + [0x62])
        let matcher = ListMatcher(pattern, separator: 0x2F)
        for _ in 0..<20 { #expect(!matcher.matches(name)) }
        #expect(ListPattern([UInt8](repeating: 0x61, count: 1025)) == nil)
        #expect(ListPattern([UInt8](repeating: 0x2A, count: 5000))?.text == [0x2A])
        let long = try #require(ListPattern([UInt8](repeating: 0x61, count: 130) + [0x2A]))
        #expect(ListMatcher(long, separator: 0x2F).matches(MailboxName(utf8: [UInt8](repeating: 0x61, count: 140))))
        #expect(!ListMatcher(long, separator: 0x2F).matches(MailboxName(utf8: [UInt8](repeating: 0x61, count: 129))))
    }

    @Test("a reference goes before the pattern, unless that begins at the root")
    func reference() throws {
        let pattern = try #require(ListPattern(bytes("%/x")))
        #expect(pattern.following(reference: bytes("a/"), separator: 0x2F)?.text == bytes("a/%/x"))
        let absolute = try #require(ListPattern(bytes("/x")))
        #expect(absolute.following(reference: bytes("a/"), separator: 0x2F)?.text == bytes("/x"))
        #expect(absolute.following(reference: [], separator: 0x2F)?.text == bytes("/x"))
        #expect(absolute.following(reference: bytes("a"), separator: 0x2F)?.text == bytes("a/x"))
        #expect(Array(pattern.literalPrefix) == [] && pattern.hasWildcards)
    }
}

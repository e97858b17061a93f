import Bytes
import DNSClient
import Testing

@Suite struct DomainNameTests {
    @Test(
        "names are read with and without the last dot",
        arguments: ["example.org", "example.org.", "_caldavs._tcp.Example.ORG", "a"])
    func reads(text: String) throws {
        let name = try DomainName(text)
        #expect(name.description == (text.hasSuffix(".") ? text : text + "."))
    }

    @Test("the root is a name of its own")
    func root() throws {
        #expect(try DomainName(".") == .root)
        #expect(DomainName.root.description == ".")
    }

    @Test("RFC 4343: names differ not by the case of ASCII letters")
    func ignoresCase() throws {
        #expect(try DomainName("Example.ORG") == DomainName("example.org."))
        #expect(try Set([DomainName("Example.ORG"), DomainName("example.org")]).count == 1)
        #expect(try DomainName("example.org") != DomainName("example.com"))
        #expect(try DomainName("example.org") != DomainName("a.example.org"))
    }

    @Test("escapes are read and written as zone files have them")
    func escapes() throws {
        let name = try DomainName(#"a\.b\032c\@.example.org"#)
        #expect(name.labels.first == [UInt8]("a.b c@".utf8))
        #expect(name.description == #"a\.b\032c\@.example.org."#)
        #expect(try DomainName(name.description) == name)
    }

    @Test(
        "what is no name is refused",
        arguments: [
            "", "..", ".example.org", "example..org", "exa mple.org", "пример.рф", "a\\", #"a\25"#, #"a\256"#,
            "a\u{0}b", "a;b", "a\"b",
            String(repeating: "a", count: 64) + ".org",
            String(repeating: "abcdefg.", count: 32),
        ])
    func refuses(text: String) {
        #expect(throws: ParseError.self) { try DomainName(text) }
    }

    @Test("RFC 1035 §2.3.4: a label of 63 and a name of 255 octets are the longest")
    func longest() throws {
        let label = String(repeating: "a", count: 63)
        let name = try DomainName([label, label, label, String(repeating: "a", count: 61)].joined(separator: "."))
        #expect(name.labels.count == 4)
        #expect(throws: ParseError.self) {
            try DomainName(String(repeating: "a", count: 62) + "." + [label, label, label].joined(separator: "."))
        }
        #expect(throws: ParseError.self) { try name.prefixed(by: "_caldavs._tcp") }
    }

    @Test("a service goes in front of a domain")
    func prefixes() throws {
        #expect(try DomainName("example.org").prefixed(by: "_caldavs._tcp").description == "_caldavs._tcp.example.org.")
    }
}

import Testing

@testable import Directory

@Suite("Sign-in names")
struct SignInNameTests {
    @Test("a name has its domain, or gets the default one, and all is in lower case", arguments: [
        ("anna@example.org", "anna@example.org"), ("Anna@EXAMPLE.org", "anna@example.org"),
        ("ANNA", "anna@default.example"), ("a.b-c_d+e=f~g'h@x", "a.b-c_d+e=f~g'h@x"),
        ("Анна@xn--e1afmkfd.xn--p1ai", "анна@xn--e1afmkfd.xn--p1ai"),
        ("7@1.example", "7@1.example"),
    ])
    func folding(text: String, expected: String) {
        #expect(SignInName(text, defaultDomain: "Default.example")?.description == expected)
    }

    @Test("what would be taken for something else somewhere is no name", arguments: [
        "", "@", "@example.org", "anna@", "a/b", "a\\b", "a:b", "a b", " anna", "anna ", "anna\n", "an\0na",
        "a@b@example.org", "../x", ".", "..", ".anna", "anna.", "-rf", "a%2Fb", "a?b", "a#b", "a&b", "<a>", "a\"b",
        "a,b", "a;b", "an\u{200B}na", "an\u{202E}na", "an\u{A0}na", "a\u{7F}", "a\u{85}", "anna@exa mple",
        "anna@-x.org", "anna@x-.org", "anna@x..org", "anna@.org", "anna@org.", "anna@пример.рф", "anna@ex_ample", "☃",
        String(repeating: "a", count: 65), "a@" + String(repeating: "b", count: 64),
        "a@" + String(repeating: "b.", count: 127) + "b",
    ])
    func refused(_ text: String) {
        #expect(SignInName(text, defaultDomain: "example.org") == nil)
    }

    @Test("the longest name and the longest domain are taken")
    func longest() {
        let domain = String(repeating: "b.", count: 126) + "b"
        #expect(SignInName(String(repeating: "a", count: 64) + "@" + domain, defaultDomain: "x") != nil)
    }

    @Test("a default domain that is none makes no name")
    func defaultDomain() {
        #expect(SignInName("anna", defaultDomain: "") == nil)
    }

    @Test("mail addresses are kept in lower case, and what is none is refused")
    func addresses() {
        #expect(MailAddress.folded("Anna.B+x@Example.ORG") == "anna.b+x@example.org")
        #expect(MailAddress.folded("ИВАН@example.org") == "иван@example.org")
        let refused = [
            "", "anna", "@example.org", "anna@", "a b@example.org", "a..b@example.org", ".a@example.org",
            "a.@example.org", "\"a b\"@example.org", "a@b@example.org", "a\n@example.org", "a@exam ple.org",
            "a\u{202E}@example.org", "mailto:a@example.org", String(repeating: "a", count: 65) + "@example.org",
        ]
        for text in refused {
            #expect(MailAddress.folded(text) == nil, "\(text)")
        }
    }
}

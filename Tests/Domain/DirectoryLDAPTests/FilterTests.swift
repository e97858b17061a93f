import Directory
import Testing

@testable import DirectoryLDAP

@Suite("Search filters")
struct FilterTests {
    @Test("what has a meaning in a filter is escaped", arguments: [
        // RFC 4515 §4's examples.
        ("Parens R Us (for all your parenthetical needs)", "Parens R Us \\28for all your parenthetical needs\\29"),
        ("*", "\\2a"), ("C:\\MyFile", "C:\\5cMyFile"), ("\u{0}", "\\00"), ("Lučić", "Lu\\c4\\8di\\c4\\87"),
        ("plain.name-1@example.org", "plain.name-1@example.org"),
    ])
    func escaping(_ text: String, _ escaped: String) {
        #expect(LDAPFilter.escaped(text) == escaped)
    }

    @Test("RFC 4515 §3: bytes of any kind are escaped")
    func bytes() {
        #expect(LDAPFilter.escaped([0x00, 0x00, 0x00, 0x04] as [UInt8]) == "\\00\\00\\00\\04")
    }

    @Test("filters that are well-formed", arguments: [
        // RFC 4515 §4.
        "(cn=Babs Jensen)", "(!(cn=Tim Howes))", "(&(objectClass=Person)(|(sn=Jensen)(cn=Babs J*)))",
        "(o=univ*of*mich*)", "(seeAlso=)", "(cn:caseExactMatch:=Fred Flintstone)", "(cn:=Betty Rubble)",
        "(sn:dn:2.4.6.8.10:=Barney Rubble)", "(o:dn:=Ace Industry)", "(:1.2.3:=Wilma Flintstone)",
        "(:DN:2.4.6.8.10:=Dino)", "(o=Parens R Us \\28for all your parenthetical needs\\29)", "(cn=*\\2A*)",
        "(filename=C:\\5cMyFile)", "(bin=\\00\\00\\00\\04)", "(sn=Lu\\c4\\8di\\c4\\87)",
        "(1.3.6.1.4.1.1466.0=\\04\\02\\48\\69)", "(&)", "(userAccountControl:1.2.840.113556.1.4.803:=2)",
    ])
    func wellFormed(_ text: String) {
        #expect(LDAPFilter.isWellFormed(text))
    }

    @Test("filters that are not", arguments: [
        "", "cn=x", "(cn=x", "(cn=x))", "(cn=(x))", "(cn)", "(=x)", "(cn=\\zz)", "(cn=\\2)", "(!)", "(&(cn=x)", "((cn=x))",
        "(cn=a)(cn=b)", String(repeating: "(!", count: 40) + "(cn=x)" + String(repeating: ")", count: 40),
    ])
    func malformed(_ text: String) {
        #expect(!LDAPFilter.isWellFormed(text))
    }

    @Test("all presets' filters are well-formed, and a name in one is escaped")
    func presets() throws {
        for preset in DirectoryPreset.allCases {
            let map = preset.map
            for filter in [map.userFilter, map.groupFilter, map.roomFilter] where !filter.isEmpty {
                #expect(LDAPFilter.isWellFormed(filter), "\(preset)")
            }
            let name = try #require(SignInName("анна@example.org", defaultDomain: "example.org"))
            let filter = map.signInFilter(name)
            #expect(LDAPFilter.isWellFormed(filter))
            #expect(filter.contains("=\\d0\\b0\\d0\\bd\\d0\\bd\\d0\\b0@example.org)"))
            let groups = map.groupNameFilter(name)
            #expect(LDAPFilter.isWellFormed(groups) && groups.contains(map.groupFilter) && !groups.contains(map.userFilter))
            #expect(groups.contains("(cn=\\d0\\b0\\d0\\bd\\d0\\bd\\d0\\b0)"))
        }
    }
}

@Suite("Distinguished names")
struct DistinguishedNameTests {
    @Test("equal whatever the case, the spaces and the escapes", arguments: [
        ("uid=anna,dc=example,dc=org", "UID=Anna, DC=Example, DC=ORG"),
        // RFC 4514 §4's examples.
        ("OU=Sales+CN=J.  Smith,DC=example,DC=net", "cn=j.  smith+ou=sales,dc=example,dc=net"),
        ("CN=James \\\"Jim\\\" Smith\\, III,DC=example,DC=net", "cn=james \\22jim\\22 smith\\2c iii,dc=example,dc=net"),
        ("CN=Lu\\C4\\8Di\\C4\\87", "cn=Lučić"),
        ("cn=a\\ ", "cn=a\\20"),
    ])
    func equality(_ one: String, _ other: String) throws {
        #expect(try #require(DistinguishedName(one)) == #require(DistinguishedName(other)))
    }

    @Test("different where a value is", arguments: [("cn=a", "cn=b"), ("cn=a\\ ", "cn=a"), ("cn=a,dc=x", "cn=a")])
    func difference(_ one: String, _ other: String) throws {
        #expect(try #require(DistinguishedName(one)) != #require(DistinguishedName(other)))
    }

    @Test("no names", arguments: ["anna", "=x", "cn=a,", ",cn=a", "cn=a\\", "cn=a,,dc=x", String(repeating: "a", count: 9_000)])
    func malformed(_ text: String) {
        #expect(DistinguishedName(text) == nil)
    }

    @Test("inside another or not")
    func inside() throws {
        let base = try #require(DistinguishedName("dc=example,dc=org"))
        #expect(try #require(DistinguishedName("uid=a,ou=x,DC=Example,dc=org")).isInside(base))
        #expect(base.isInside(base))
        #expect(!base.isInside(try #require(DistinguishedName("uid=a,dc=example,dc=org"))))
        #expect(!(try #require(DistinguishedName("uid=a,dc=example,dc=net")).isInside(base)))
    }

    @Test("RFC 4514 §2.4: an escaped value is itself again", arguments: [
        "plain", " a ", "#5", "a,b+c;d<e>f\"g\\h=i", "a\u{0}b\nc", "Lučić", " ", "#",
    ])
    func escaping(_ value: String) throws {
        let name = try #require(DistinguishedName("cn=\(DistinguishedName.escaped(value)),dc=x"))
        #expect(name != DistinguishedName("cn=other,dc=x"))
        let parent = try #require(DistinguishedName("dc=x"))
        #expect(name.isInside(parent))
    }
}

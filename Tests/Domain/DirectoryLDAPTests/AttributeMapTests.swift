import Directory
import Testing

@testable import DirectoryLDAP

@Suite("Attribute maps")
struct AttributeMapTests {
    /// 2026-01-02 03:04:05 UTC.
    static let now: Int64 = 1_767_323_045_000
    static let guid: [UInt8] = [
        0x33, 0x22, 0x11, 0x00, 0x55, 0x44, 0x77, 0x66, 0x88, 0x99, 0xAA, 0xBB, 0xCC, 0xDD, 0xEE, 0xFF,
    ]

    static func entry(_ attributes: [String: [String]], _ binary: [String: [[UInt8]]] = [:]) -> LDAPEntry {
        var all = binary
        for (name, values) in attributes { all[name] = values.map { Array($0.utf8) } }
        return LDAPEntry(name: "CN=Anna Berg,OU=People,DC=corp,DC=test", attributes: all)
    }

    private static func windowsUser(_ more: [String: [String]] = [:]) -> LDAPEntry {
        entry([
            "objectClass": ["top", "person", "organizationalPerson", "user"], "cn": ["Anna Berg"],
            "sAMAccountName": ["ABerg"], "userPrincipalName": ["anna.berg@corp.test"], "displayName": ["Anna Berg"],
            "mail": ["anna.berg@example.org"], "userAccountControl": ["512"], "accountExpires": ["9223372036854775807"],
            "proxyAddresses": [
                "smtp:a.berg@example.org", "SMTP:Anna.Berg@Example.org", "X400:C=US;A= ;P=Corp;S=Berg;", "sip:anna@corp.test",
            ],
            "telephoneNumber": ["+49 30 1234"], "mobile": ["+49 170 1"], "title": ["Engineer"], "department": ["R&D"],
            "memberOf": ["CN=Staff,DC=corp,DC=test"],
        ].merging(more) { $1 }, ["objectGUID": [guid], "thumbnailPhoto": [[0xFF, 0xD8, 0xFF]]])
    }

    @Test("a user of Active Directory, Samba and RED ADM", arguments: [DirectoryPreset.activeDirectory, .samba, .redADM])
    func windows(_ preset: DirectoryPreset) throws {
        let anna = try #require(preset.map.entry(Self.windowsUser(), kind: .user, now: Self.now))
        #expect(anna.id == "00112233-4455-6677-8899-aabbccddeeff")
        #expect(anna.login == "ABerg")
        #expect(anna.displayName == "Anna Berg")
        #expect(anna.addresses == ["anna.berg@example.org", "a.berg@example.org"])
        #expect(anna.phones == ["+49 30 1234", "+49 170 1"])
        #expect(anna.title == "Engineer" && anna.department == "R&D")
        #expect(anna.photo == [0xFF, 0xD8, 0xFF])
        #expect(anna.state == .active && !anna.isHidden)
        #expect(anna.groupLocations == ["CN=Staff,DC=corp,DC=test"])
        #expect(anna.location == "CN=Anna Berg,OU=People,DC=corp,DC=test")
    }

    @Test("states of Active Directory", arguments: [
        (["userAccountControl": ["514"]], DirectoryEntry.State.disabled),
        (["userAccountControl": ["66048"]], .active),
        (["userAccountControl": ["-2147483646"]], .disabled),
        (["userAccountControl": ["many"]], .active),
        (["accountExpires": ["0"]], .active),
        // 2026-01-01 and 2027-01-01 in ticks since 1601.
        (["accountExpires": ["134116992000000000"]], .expired),
        (["accountExpires": ["134432352000000000"]], .active),
        (["accountExpires": ["-1"]], .active),
        (["accountExpires": ["99999999999999999999999"]], .active),
    ])
    func windowsStates(_ attributes: [String: [String]], _ state: DirectoryEntry.State) throws {
        let map = DirectoryPreset.activeDirectory.map
        #expect(try #require(map.entry(Self.windowsUser(attributes), kind: .user, now: Self.now)).state == state)
    }

    @Test("hidden from Exchange's lists is hidden")
    func hidden() throws {
        let user = Self.windowsUser(["msExchHideFromAddressLists": ["TRUE"]])
        #expect(try #require(DirectoryPreset.activeDirectory.map.entry(user, kind: .user, now: Self.now)).isHidden)
    }

    @Test("a room of Exchange is no user")
    func room() {
        let entry = Self.windowsUser(["msExchResourceMetaData": ["ResourceType:Room"], "userAccountControl": ["514"]])
        let map = DirectoryPreset.activeDirectory.map
        #expect(map.entry(entry, kind: .user, now: Self.now) == nil)
        #expect(map.entry(entry, kind: .room, now: Self.now)?.kind == .room)
        // Where the schema has no such attribute, a filter with it would find nobody.
        #expect(!map.userFilter.contains("msExch"))
    }

    @Test("the primary group is one of the groups, found by its identifier")
    func primaryGroup() throws {
        let map = DirectoryPreset.samba.map
        var user = Self.windowsUser(["primaryGroupID": ["513"]])
        func locations() throws -> [String] {
            try #require(map.entry(user, kind: .user, now: Self.now)).groupLocations
        }
        #expect(try locations() == ["CN=Staff,DC=corp,DC=test"])
        // S-1-5-21-1-2-4294967295-1104
        let account: [UInt8] = [
            1, 5, 0, 0, 0, 0, 0, 5, 21, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0x50, 4, 0, 0,
        ]
        user.attributes["objectsid"] = [account]
        #expect(try locations() == ["<SID=S-1-5-21-1-2-4294967295-513>", "CN=Staff,DC=corp,DC=test"])
        let damaged: [[UInt8]] = [[], Array(account.dropLast()), account + [0], [1, 0, 0, 0, 0, 0, 0, 5], [2] + account.dropFirst()]
        for broken in damaged {
            user.attributes["objectsid"] = [broken]
            #expect(try locations() == ["CN=Staff,DC=corp,DC=test"])
        }
        for number in ["", "x", "-1", "4294967296"] {
            #expect(ObjectSID.location(ofGroup: number, inDomainOf: account) == nil)
        }
    }

    @Test("the preferred address of proxyAddresses is the preferred one, whatever `mail` is")
    func preferredAddress() throws {
        let user = Self.windowsUser(["mail": ["old@example.org"]])
        let anna = try #require(DirectoryPreset.activeDirectory.map.entry(user, kind: .user, now: Self.now))
        #expect(anna.addresses == ["anna.berg@example.org", "old@example.org", "a.berg@example.org"])
    }

    @Test("an objectGUID is found by its text form")
    func guidFilter() throws {
        let map = DirectoryPreset.activeDirectory.map
        #expect(
            map.idFilter("00112233-4455-6677-8899-aabbccddeeff")
                == "(objectGUID=3\"\\11\\00UDwf\\88\\99\\aa\\bb\\cc\\dd\\ee\\ff)")
        for text in ["", "00112233", "00112233-4455-6677-8899-aabbccddeefg", "00112233445566778899aabbccddeeff----"] {
            #expect(map.idFilter(text) == nil)
        }
        #expect(ObjectGUID.bytes("00112233-4455-6677-8899-AABBCCDDEEFF") == Self.guid)
    }

    @Test("a user of FreeIPA and ALD Pro", arguments: [DirectoryPreset.freeIPA, .aldPro])
    func ipa(_ preset: DirectoryPreset) throws {
        let attributes: [String: [String]] = [
            "uid": ["anna"], "cn": ["Anna Berg"], "mail": ["anna@example.org"],
            "ipaUniqueID": ["8a2ec2ba-8a57-11ee-8a4e-525400000001"], "krbPrincipalExpiration": ["20270101000000Z"],
            "memberOf": ["cn=staff,cn=groups,cn=accounts,dc=corp,dc=test"],
        ]
        let map = preset.map
        let anna = try #require(map.entry(Self.entry(attributes), kind: .user, now: Self.now))
        #expect(anna.id == "8a2ec2ba-8a57-11ee-8a4e-525400000001" && anna.login == "anna" && anna.state == .active)
        for (attribute, value, state) in [
            ("nsAccountLock", "TRUE", DirectoryEntry.State.disabled), ("nsAccountLock", "true", .disabled),
            ("nsAccountLock", "FALSE", .active), ("krbPrincipalExpiration", "20260101000000Z", .expired),
            ("krbPrincipalExpiration", "20260102040404+0100", .expired), ("krbPrincipalExpiration", "soon", .active),
        ] {
            let changed = Self.entry(attributes.merging([attribute: [value]]) { $1 })
            #expect(try #require(map.entry(changed, kind: .user, now: Self.now)).state == state, "\(attribute)=\(value)")
        }
    }

    @Test("accounts of OpenLDAP that are locked for good, or whose days are over", arguments: [
        (["pwdAccountLockedTime": ["000001010000Z"]], DirectoryEntry.State.disabled),
        (["pwdAccountLockedTime": ["20260102030000Z"]], .active),
        (["shadowExpire": ["20454"]], .expired), (["shadowExpire": ["20456"]], .active),
        (["shadowExpire": ["-1"]], .active), (["shadowExpire": ["0"]], .active),
    ])
    func openLDAP(_ attributes: [String: [String]], _ state: DirectoryEntry.State) throws {
        let all = attributes.merging(["uid": ["anna"], "entryUUID": ["5a1c"]]) { $1 }
        #expect(try #require(DirectoryPreset.openLDAP.map.entry(Self.entry(all), kind: .user, now: Self.now)).state == state)
    }

    @Test("an entry without its id, or with one of another form, is nobody")
    func noID() {
        #expect(DirectoryPreset.openLDAP.map.entry(Self.entry(["uid": ["a"]]), kind: .user, now: 0) == nil)
        let map = DirectoryPreset.activeDirectory.map
        #expect(map.entry(Self.entry(["cn": ["a"]], ["objectGUID": [[1, 2, 3]]]), kind: .user, now: 0) == nil)
    }

    @Test("hostile values: no UTF-8, controls, too long, thousands of them, nothing at all")
    func hostile() throws {
        let map = DirectoryPreset.openLDAP.map
        let entry = Self.entry(
            ["entryUUID": ["id"], "cn": ["a\u{0}\u{1B}[31mb\n"], "telephoneNumber": (1...5_000).map { "\($0)" }],
            [
                "uid": [[0xFF, 0xFE], Array("good".utf8)], "displayName": [[], [0x20, 0x0A]],
                "mail": [[0xC3], Array(repeating: 0x61, count: 100_000), Array("a@b\u{0}".utf8)]
                    + (1...20_000).map { Array("a\($0)@example.org".utf8) },
                "jpegPhoto": [Array(repeating: 1, count: 2 << 20), []], "title": [[0xC3, 0x28]],
                "memberOf": (1...50_000).map { Array("cn=\($0)".utf8) },
            ])
        let found = try #require(map.entry(entry, kind: .user, now: 0))
        #expect(found.login == "good")
        #expect(found.displayName == "a  [31mb ")
        #expect(found.addresses.count == LDAPLimits.contacts && found.addresses[0] == "a1@example.org")
        #expect(found.phones.count == LDAPLimits.contacts)
        #expect(found.photo == nil)
        #expect(found.title == "\u{FFFD}(")
        #expect(found.groupLocations.count == LDAPLimits.groups)
        let bare = try #require(map.entry(Self.entry(["entryUUID": ["id"]]), kind: .user, now: 0))
        #expect(bare.login == "" && bare.displayName == "id" && bare.addresses.isEmpty)
    }

    @Test("a test by a distinguished name is one test, whatever commas and blanks are in it")
    func testsByNames() throws {
        let tests = try #require(EntryTest.list("employeeType=left, memberOf=CN=Not shown,OU=Groups, DC=corp,DC=test , nsAccountLock=TRUE"))
        #expect(tests.map(\.description) == [
            "employeeType=left", "memberOf=CN=Not shown,OU=Groups,DC=corp,DC=test", "nsAccountLock=TRUE",
        ])
        let named = tests[1]
        for (value, isSo) in [("cn=not shown,ou=groups,dc=corp,dc=test", true), ("CN=Not Shown, OU=Groups, DC=corp, DC=test", true),
                              ("CN=Not shown", false), ("OU=Groups,DC=corp,DC=test", false), ("no name", false)] {
            #expect(named.holds(Self.entry(["memberOf": ["CN=Staff,DC=corp,DC=test", value]]), now: 0) == isSo)
        }
        #expect(!named.holds(Self.entry(["ou": ["Groups"], "dc": ["corp"]]), now: 0))
        #expect(EntryTest.list("none")?.isEmpty == true)
        #expect(try #require(EntryTest.list("ou=left,l=Bonn")).count == 2)
        #expect(EntryTest.list("a=b,c") == nil)
    }

    @Test("tests of entries are read and written; others are none")
    func tests() throws {
        for text in ["a=b", "a=*", "userAccountControl&2", "accountExpires@filetime", "x@days", "krbPrincipalExpiration@time"] {
            #expect(try #require(EntryTest(text)).description == text)
        }
        for text in ["", "a", "=b", "a=", "a&", "a&x", "a&0", "a@", "a@weeks", "a b=c"] { #expect(EntryTest(text) == nil) }
    }
}

@Suite("Values in pieces, and times")
struct DirectoryValueTests {
    @Test("MS-ADTS §3.1.1.3.1.3.3: the range of a ranged attribute")
    func ranges() throws {
        let first = try #require(AttributeRange("member;range=0-1499"))
        #expect(first.attribute == "member" && first.first == 0 && first.last == 1_499)
        let last = try #require(AttributeRange("member;Range=1500-*"))
        #expect(last.first == 1_500 && last.last == nil)
        for text in ["member", "member;binary", "member;range=", "member;range=5", "member;range=5-4", "member;range=-1-5",
                     "member;range=a-b", "member;range=0-99999999999999999999", ";range=0-1"] {
            #expect(AttributeRange(text) == nil)
        }
        var entry = LDAPEntry(name: "cn=g", attributes: [:])
        entry.add("member", [])
        entry.add("member;range=0-1", [[0x61], [0x62]])
        #expect(entry.partial == ["member": 2] && entry.values("Member").count == 2)
        entry.add("member;range=2-*", [[0x63]])
        #expect(entry.partial.isEmpty && entry.values("member") == [[0x61], [0x62], [0x63]])
    }

    @Test("RFC 4517 §3.3.13: generalized times", arguments: [
        ("19941216103200Z", 787_573_920_000 as Int64?), ("199412161032Z", 787_573_920_000), ("1994121610Z", 787_572_000_000),
        ("199412160532-0500", 787_573_920_000), ("19941216103200.5Z", 787_573_920_000), ("19941216103200", nil),
        ("19941316103200Z", nil), ("1994121625Z", nil), ("", nil), ("19941216103200Zx", nil), ("99991231235960Z", 253_402_300_800_000),
    ])
    func generalizedTimes(_ text: String, _ time: Int64?) {
        #expect(DirectoryTimes.generalizedTime(text) == time)
        // And back, in whole seconds.
        if let time, time < 253_402_300_800_000 {
            #expect(DirectoryTimes.text(time).flatMap(DirectoryTimes.generalizedTime) == time)
        }
    }

    @Test("URLs of servers")
    func servers() throws {
        #expect(LDAPServerURL("ldap://dc1.corp.test")?.description == "ldap://dc1.corp.test:389")
        #expect(LDAPServerURL("LDAPS://DC1.corp.test/")?.description == "ldaps://dc1.corp.test:636")
        #expect(LDAPServerURL("ldaps://[2001:db8::1]:1636")?.description == "ldaps://[2001:db8::1]:1636")
        for text in ["dc1", "http://dc1", "ldap://", "ldap://a b", "ldap://a:0", "ldap://a:70000", "ldap://a/dc=x", "ldapi:///x"] {
            #expect(LDAPServerURL(text) == nil, "\(text)")
        }
    }

    @Test("what a domain controller's refusal says", arguments: [
        ("80090308: LdapErr: DSID-0C090439, comment: AcceptSecurityContext error, data 52e, v4563", PasswordVerdict.wrong),
        ("80090308: LdapErr: DSID-0C090439, comment: AcceptSecurityContext error, data 525, v4563", .wrong),
        ("80090308: LdapErr: DSID-0C090439, comment: AcceptSecurityContext error, data 533, v4563", .refused(reason: "disabled")),
        ("80090308: LdapErr: DSID-0C090439, comment: AcceptSecurityContext error, data 701, v4563", .refused(reason: "expired")),
        ("80090308: LdapErr: DSID-0C090439, comment: AcceptSecurityContext error, data 775, v4563", .refused(reason: "locked")),
        ("", .wrong), ("data ", .wrong),
    ])
    func refusals(_ diagnostic: String, _ verdict: PasswordVerdict) {
        #expect(BindRefusal.verdict(49, diagnostic) == verdict)
    }

    @Test("a fault of the server is no verdict on the password", arguments: [1, 8, 13, 51, 52, 80, -1, -5] as [Int32])
    func noVerdict(_ code: Int32) {
        #expect(BindRefusal.verdict(code, "") == nil)
    }
}

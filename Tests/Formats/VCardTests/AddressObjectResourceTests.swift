import Bytes
import ContentLines
import Testing
import VCard

@Suite("Address object resources: RFC 6352 §5.1 and §6.3.2.1")
struct AddressObjectResourceTests {
    @Test("the example of RFC 6350 §8 is taken, with a UID")
    func example4() throws {
        let bytes = card([
                "UID:urn:uuid:4fbe8971-0bc3-424c-9c26-36c3e1eff6b1", "FN:Simon Perreault",
                "N:Perreault;Simon;;;ing. jr,M.Sc.",
            "BDAY:--0203", "ANNIVERSARY:20090808T1430-0500", "GENDER:M", "LANG;PREF=1:fr", "LANG;PREF=2:en",
            "ORG;TYPE=work:Viagenie", "ADR;TYPE=work:;Suite D2-630;2875 Laurier;", " Quebec;QC;G1V 2M2;Canada",
            "TEL;VALUE=uri;TYPE=\"work,voice\";PREF=1:tel:+1-418-656-9254;ext=102",
            "EMAIL;TYPE=work:simon.perreault@viagenie.ca", "GEO;TYPE=work:geo:46.772673,-71.282945",
            "KEY;TYPE=work;VALUE=uri:", " http://www.viagenie.ca/simon.perreault/simon.asc", "TZ:-0500",
            "URL;TYPE=home:http://nomis80.org",
        ], version: "4.0")
        let resource = try AddressObjectResource.validate(bytes)
        #expect(resource.version == .v4_0 && resource.kind == .individual)
        #expect(resource.uid == "urn:uuid:4fbe8971-0bc3-424c-9c26-36c3e1eff6b1")
        #expect(resource.formattedName == "Simon Perreault")
        #expect(resource.emails == ["simon.perreault@viagenie.ca"])
        #expect(resource.card.property("ADR").map { StructuredValue.components($0.value) }
            == ["", "Suite D2-630", "2875 Laurier", "Quebec", "QC", "G1V 2M2", "Canada"])
        #expect(resource.card.property("TEL")?.parameterValues("TYPE") == ["work,voice"])
        #expect(resource.card.normalizedSource == bytes)
    }

    @Test("the card of RFC 2426 §7 is taken as 3.0")
    func example3() throws {
        let resource = try AddressObjectResource.validate(document([
            "BEGIN:vCard", "VERSION:3.0", "UID:1", "FN:Frank Dawson", "ORG:Lotus Development Corporation",
            "ADR;TYPE=WORK,POSTAL,PARCEL:;;6544 Battleford Drive", " ;Raleigh;NC;27613-3502;U.S.A.",
            "TEL;TYPE=VOICE,MSG,WORK:+1-919-676-9515", "EMAIL;TYPE=INTERNET,PREF:Frank_Dawson@Lotus.com",
            "EMAIL;TYPE=INTERNET:fdawson@earthlink.net", "URL:http://home.earthlink.net/~fdawson", "END:vCard",
        ]))
        #expect(resource.version == .v3_0)
        #expect(resource.emails == ["Frank_Dawson@Lotus.com", "fdawson@earthlink.net"])
    }

    @Test("what is no vCard is refused", arguments: ["", "hello", "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"])
    func notVCard(source: String) {
        #expect(refusal([UInt8](source.utf8)) == .notVCard(ParseError(at: 0, expected: "BEGIN:VCARD")))
    }

    @Test("C1: versions 3.0 and 4.0 are taken, 2.1 and unknown ones refused as such")
    func versions() throws {
        #expect(try AddressObjectResource.validate(card(["UID:1"], version: "4.0")).version == .v4_0)
        #expect(try AddressObjectResource.validate(card(["UID:1"], version: " 3.0 ")).version == .v3_0)
        for version in ["2.1", "5.0", "", "3.1"] {
            #expect(refusal(card(["UID:1"], version: version)) == .unsupportedVersion(version))
        }
        #expect(try AddressObjectResource.validate(document(["BEGIN:VCARD", "UID:1", "END:VCARD"])).version == .v3_0)
    }

    @Test("C2: FN may be missing or empty; the name is derived", arguments: [
        (["FN:Given Name"], "Given Name"), (["FN:", "N:Иванова;Анна;Петровна;д-р;"], "д-р Анна Петровна Иванова"),
        (["N:Stevenson;John;Philip,Paul;Dr.;Jr.,M.D."], "Dr. John Philip Paul Stevenson Jr. M.D."),
        (["N:;;;;", "NICKNAME:Robbie,Bob"], "Robbie"), (["ORG:ABC\\, Inc.;;Sales"], "ABC, Inc., Sales"),
        (["EMAIL:a@b.c", "TEL:1"], "a@b.c"), (["TEL:+1 2"], "+1 2"), (["N:", "FN:  ", "NOTE:x"], nil),
        (["N:Only"], "Only"), (["item1.FN:Grouped"], "Grouped"), (["FN:a\\nb"], "a\nb"),
        // RFC 9554 §2.2: more parts than five.
        (["N:A;B;C;D;E;F;G"], "D B C A E"),
    ] as [([String], String?)])
    func formattedName(lines: [String], expected: String?) throws {
        #expect(try AddressObjectResource.validate(card(["UID:1"] + lines)).formattedName == expected)
    }

    @Test("C3, C4: addresses with types of every form, in groups")
    func emails() throws {
        let resource = try AddressObjectResource.validate(card([
                "UID:1", "EMAIL;TYPE=INTERNET,pref:a@x", "item1.EMAIL;type=INTERNET;type=pref: b@x ",
                "item1.X-ABLabel:_$!<Work>!$_",
            "EMAIL;HOME;PREF:mailto:c@x", "EMAIL:", "A.b.EMAIL;PREF=1:d@x",
        ]))
        #expect(resource.emails == ["a@x", "b@x", "c@x", "d@x"])
        let label = resource.card.property("X-ABLABEL")
        #expect(label?.group.map(text) == "item1" && label?.text == "_$!<Work>!$_")
        #expect(resource.card.properties(named: "EMAIL").map { $0.parameterValues("TYPE") }
            == [["INTERNET", "pref"], ["INTERNET", "pref"], ["HOME", "PREF"], [], []])
    }

    @Test("C5: photos of every form are taken as they are")
    func photos() throws {
        let picture = String(repeating: "QUJD", count: 750_000)
        for line in [
            "PHOTO;ENCODING=b;TYPE=JPEG;X-ABCROP-RECTANGLE=ABClipRect_1&0&0&1&1&x==:\(picture)",
            "PHOTO:data:image/png;base64,QQ==",
            "PHOTO;ENCODING=BASE64:\r\n QUJD\r\n\tQQ==\r\n ", "PHOTO;VALUE=uri:http://x/y.jpg",
            "PHOTO;MEDIATYPE=image/gif:http://x"
        ] {
            let bytes = card(["UID:1", line, "NOTE:after"])
            let resource = try AddressObjectResource.validate(bytes)
            #expect(resource.card.property("NOTE")?.text == "after")
            #expect(resource.card.normalizedSource.count == bytes.count)
        }
    }

    @Test("C6: a UID must be there, and is never rewritten")
    func uids() throws {
        #expect(refusal(card(["FN:x"])) == .noUID)
        #expect(refusal(card(["UID: "])) == .emptyUID)
        #expect(refusal(card(["UID:1", "UID:2"])) == .severalUIDs("1", "2"))
        #expect(refusal(card(["UID:1", "UID:1"])) == nil)
        #expect(refusal(card(["UID:" + String(repeating: "x", count: 2049)])) == .uidTooLong(2049))
        for uid in ["URN:UUID:aB", "urn:uuid:", "aB", "urn:x:1"] {
            #expect(try AddressObjectResource.validate(card(["UID:\(uid)"])).uid == uid)
        }
    }

    @Test("C7: groups of both kinds", arguments: [
        "KIND:group", "kind: GROUP", "X-ADDRESSBOOKSERVER-KIND:group",
    ])
    func groups(line: String) throws {
        let members = (0..<5_000).map { "X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:\($0)" }
        #expect(try AddressObjectResource.validate(card(["UID:g", "FN:G", line] + members)).kind == .group)
        #expect(try AddressObjectResource.validate(card(["UID:g", "KIND:org"])).kind == .individual)
    }

    @Test("C8 to C14: odd values are taken as they are", arguments: [
        ["BDAY:--0415", "ANNIVERSARY;VALUE=text:circa 1800", "DEATHDATE:19960415"],
            ["ADR;LABEL=\"Mr.\\n 1 Street\";GEO=\"geo:1,2\":;;a\\nb;;;;"],
            ["TEL;VALUE=uri:tel:+1;ext=2", "TEL:call me (maybe)"],
        ["IMPP;X-SERVICE-TYPE=Jabber:xmpp:a@b", "X-SOCIALPROFILE;type=twitter;x-user=a:http://x/y", "X-SKYPE:a"],
            [
                "N;SORT-AS=\"Harten,Rene\":van der Harten;Rene", "FN;ALTID=1;LANGUAGE=fr:x",
                "CLIENTPIDMAP:1;urn:uuid:x", "EMAIL;PID=4.2:x"
            ],
            ["ORG:a\\;b;c", "NICKNAME:a,b", "NOTE:trailing \\"],
            ["REV:2008-04-24T19:52:43Z", "REV:yesterday", "PRODID:x", "KEY;ENCODING=b:QQ=="],
        ["NOTE:" + String(repeating: "🙂\u{200F}", count: 30_000)],
    ])
    func odd(lines: [String]) throws {
        let bytes = card(["UID:1", "FN:x"] + lines)
        let resource = try AddressObjectResource.validate(bytes)
        #expect(resource.document.tree.repairs.isEmpty)
        #expect(resource.card.normalizedSource == bytes)
    }

    @Test("C13: what is escaped in structured values stays in its component")
    func structured() throws {
        let resource = try AddressObjectResource.validate(card(["UID:1", #"ORG:R\;D;a\,b"#, #"NOTE:x\"#]))
        #expect(resource.card.property("ORG").map { StructuredValue.components($0.value) } == ["R;D", "a,b"])
        #expect(resource.card.property("NOTE")?.text == #"x\"#)
    }

    @Test("C15: VERSION twice or not first is taken; two cards are refused")
    func duplicates() throws {
        #expect(refusal(document(["BEGIN:VCARD", "UID:1", "VERSION:4.0", "VERSION:3.0", "END:VCARD"])) == nil)
        #expect(refusal(card(["UID:1"]) + card(["UID:2"])) == .severalCards(2))
        #expect(refusal(card(["UID:1"]).dropLast(11) + card(["UID:2"])) == .severalCards(2))
        #expect(refusal(Array(card(["UID:1"]).dropLast(11))) == nil)
    }

    @Test("C16: a NUL is refused")
    func nul() {
        #expect(refusal(card(["UID:1", "NOTE:a\0"])) == .containsNUL)
    }

    @Test("every refusal says what is wrong in a sentence", arguments: [
        .notVCard(ParseError(at: 1, expected: "x")), .containsNUL, .severalCards(2), .noUID, .emptyUID, .uidTooLong(9),
        .severalUIDs("a", "b"), .unsupportedVersion("2.1"),
    ] as [AddressObjectInvalid])
    func sentences(refusal: AddressObjectInvalid) {
        #expect(refusal.sentence.hasSuffix(".") && refusal.sentence.count > 15)
    }
}

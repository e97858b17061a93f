import Bytes
import ContentLines
import TestRandom
import Testing
import VCard

@Suite("vCard 3.0 and 4.0: what is written in several ways")
struct VersionOneWayTests {
    @Test("what clients write in 3.0 becomes what 4.0 has for it", arguments: [
        // C3: types of every form.
        ("EMAIL;HOME;PREF:a@x", "EMAIL;TYPE=HOME;PREF=1:a@x"), ("EMAIL;type=INTERNET;type=pref:a@x", "EMAIL;PREF=1:a@x"),
        ("EMAIL;type=INTERNET;type=WORK;type=pref:a@x", "EMAIL;type=WORK;PREF=1:a@x"),
        ("PHOTO;BASE64:/9j/4A AQ", "PHOTO:data:image/jpeg;base64,/9j/4AAQ"),
        // As if the URI were text.
        ("PHOTO;VALUE=uri:data:image/png\\;base64\\,QQ==", "PHOTO:data:image/png;base64,QQ=="),
        ("PHOTO;ENCODING=BASE64;TYPE=jpg:QQ==", "PHOTO:data:image/jpeg;base64,QQ=="),
        ("PHOTO;TYPE=JPEG;VALUE=URL:http://x/a", "PHOTO;MEDIATYPE=image/jpeg:http://x/a"),
        ("PHOTO:data:image/png;base64,QQ==", "PHOTO:data:image/png;base64,QQ=="), ("PHOTO;ENCODING=b:!", "PHOTO;ENCODING=b:!"),
        ("KEY:-----BEGIN", "KEY;VALUE=text:-----BEGIN"),
        ("X-ADDRESSBOOKSERVER-MEMBER:5E0D", "MEMBER:urn:uuid:5E0D"), ("KIND:group", "KIND:group"),
        ("BDAY;VALUE=date:1996-04-15", "BDAY:19960415"), ("BDAY:1996-04-15T00:00:00Z", "BDAY:19960415T000000Z"),
        ("BDAY:--04-15", "BDAY:--0415"), ("BDAY:soon", "BDAY;VALUE=text:soon"), ("BDAY:", "BDAY:"),
        ("BDAY;X-APPLE-OMIT-YEAR=1604:1996-04-15", "BDAY:19960415"),
        ("REV:1995-10-31T22:27:10Z", "REV:19951031T222710Z"), ("REV;VALUE=date:1995-10-31", "REV:19951031T000000"),
        ("REV:now", "X-REV:now"), ("TEL;VALUE=text:1", "TEL:1"), ("URL;VALUE=uri:http\\://x/a\\,b", "URL:http://x/a,b"),
        ("X-GENDER:Male", "X-GENDER:Male"), ("NOTE;CHARSET=UTF-8:a", "NOTE:a"),
        ("NOTE;ENCODING=QUOTED-PRINTABLE;CHARSET=windows-1251:=CF=0D=0Aa", "NOTE:П\\na"),
        ("X-SOCIALPROFILE;type=facebook;x-user=a:x-apple:a", "SOCIALPROFILE;SERVICE-TYPE=facebook;USERNAME=a:x-apple:a"),
        // A value that was written after the one it was made of is the one that counts.
        ("TEL;X-VCARD4-VALUE=\"tel:+1;ext=2\":+1 ext. 3", "TEL:+1 ext. 3"),
        ("BDAY;X-VCARD4-VALUE=19531015T2310:1953-10-16", "BDAY:19531016"),
    ])
    func version4(line: String, expected: String) throws {
        #expect(try toVersion4([line]) == [expected])
    }

    @Test("what stands in 4.0 becomes what clients of 3.0 read", arguments: [
        ("TEL;VALUE=uri;TYPE=\"work,voice\";PREF=1:tel:+1-555-0100", "TEL;TYPE=work,voice,pref:+1-555-0100"),
        ("PHOTO:data:image/gif,%41", "PHOTO;ENCODING=b;TYPE=GIF:QQ=="), ("PHOTO:data:image/png;base64\\,QQ==", "PHOTO;ENCODING=b;TYPE=PNG:QQ=="),
        ("PHOTO;VALUE=uri:data\\:image/png\\;base64\\,QQ==", "PHOTO;ENCODING=b;TYPE=PNG:QQ=="),
        ("PHOTO:data:image/svg+xml;charset=x;base64,QQ==", "PHOTO;ENCODING=b;MEDIATYPE=\"image/svg+xml;charset=x\";TYPE=SVG+XML:QQ=="),
        ("PHOTO:data:;base64,!", "PHOTO;VALUE=uri:data:;base64,!"), ("TZ:-0500", "TZ:-05:00"),
        ("ADR;LABEL=\"a\\nb\":;;;;;;", "ADR:;;;;;;"), ("MEMBER:urn:uuid:x", "X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:x"),
    ])
    func version3(line: String, expected: String) throws {
        #expect(try toVersion3([line]).first.map(sorted) == sorted(expected))
    }

    @Test("C2: N of 4.0 has more components than that of 3.0, which keeps them aside")
    func longName() throws {
        let lines = ["UID:urn:1", "FN:A", "N:Stevenson;John;Philip,Paul;Dr.;Jr.,M.D.,A.C.P.;;Jr."]
        let version3 = VCardVersions.version3(of: try onlyCard(card(lines, version: "4.0")))
        #expect(unfolded(version3).contains(
            "N;X-VCARD4-VALUE=\"Stevenson;John;Philip,Paul;Dr.;Jr.,M.D.,A.C.P.;;Jr.\":Stevenson;John;Philip,Paul;Dr.;Jr.,M.D.,A.C.P."))
        #expect(VCardVersions.version4(of: try onlyCard(version3)) == card(lines, version: "4.0"))
        let edited = unfolded(version3).joined(separator: "\r\n").replacing(":Stevenson;John;", with: ":Stevenson;Jo;")
        #expect(unfolded(VCardVersions.version4(of: try onlyCard([UInt8](edited.utf8)))).contains(
            "N:Stevenson;Jo;Philip,Paul;Dr.;Jr.,M.D.,A.C.P."))
    }

    @Test("C2: FN and N that are missing or empty are made")
    func madeNames() throws {
        let none = try onlyCard(card(["UID:urn:1", "ORG:O\\, P"], version: "4.0"))
        #expect(VCardVersions.version3(of: none) == card(["UID:urn:1", "ORG:O\\, P", "FN:O\\, P", "N:O\\, P;;;;"]))
        let empty = try onlyCard(card(["UID:urn:1", "FN:", "N:B;A;;;"]))
        #expect(VCardVersions.version4(of: empty) == card(["UID:urn:1", "FN:A B", "N:B;A;;;"], version: "4.0"))
    }

    @Test("C12: SORT-STRING and how a name is said stand at N in 4.0")
    func sorting() throws {
        let version3 = card([
            "UID:urn:1", "FN:山田", "N:山田;太郎;;;", "SORT-STRING:Yamada", "X-PHONETIC-LAST-NAME:ヤマダ",
            "X-PHONETIC-FIRST-NAME:タロウ",
        ])
        let version4 = card([
            "UID:urn:1", "FN:山田", "N;SORT-AS=Yamada;ALTID=1:山田;太郎;;;",
            "N;ALTID=1;PHONETIC=script;SCRIPT=Kana:ヤマダ;タロウ;;;",
        ], version: "4.0")
        #expect(text(VCardVersions.version4(of: try onlyCard(version3))) == text(version4))
        // Where the lines stand among those of N is not kept.
        let back = VCardVersions.version3(of: try onlyCard(version4))
        #expect(unfolded(back).sorted() == unfolded(version3).sorted())
        let jyutping = card([
            "UID:urn:1", "FN:A", "N;ALTID=1:孫;中山;;;", "N;ALTID=1;PHONETIC=jyut;SCRIPT=Latn:syun1;zung1;;;",
        ], version: "4.0")
        let down = VCardVersions.version3(of: try onlyCard(jyutping))
        #expect(unfolded(down).contains("X-N;ALTID=1;PHONETIC=jyut;SCRIPT=Latn:syun1;zung1;;;"))
        #expect(text(VCardVersions.version4(of: try onlyCard(down))) == text(jyutping))
    }

    @Test("C1: a card of a version in that version is as it was; one of 2.1 goes to both")
    func versions() throws {
        for version in ["3.0", "4.0"] {
            let bytes = card(["UID:1", "EMAIL;PREF:a", "NOTE:fol", " ded"], version: version)
            let component = try onlyCard(bytes)
            #expect((version == "3.0" ? VCardVersions.version3(of: component) : VCardVersions.version4(of: component)) == bytes)
        }
        let old = try #require(
            try VCardDocument.parse(card(["UID:1", "FN:A", "N:A", "EMAIL;INTERNET;PREF:a"], version: "2.1")).cards.first { _ in true })
        #expect(unfolded(VCardVersions.version3(of: old)).contains("EMAIL;TYPE=INTERNET,PREF:a"))
        #expect(unfolded(VCardVersions.version4(of: old)).contains("EMAIL;PREF=1:a"))
    }

    @Test("C15: VERSION stands first and once, wherever and however often it stood; other lines keep their folds")
    func version() throws {
        let bytes = document([
            "begin:vcard", "UID:urn:1", "FN:A", "version:4.0", "N:A;;;;", "NOTE:fol", " ded", "VERSION:4.0", "END:VCARD",
        ])
        #expect(
            text(VCardVersions.version3(of: try onlyCard(bytes)))
                == text(card(["UID:urn:1", "FN:A", "N:A;;;;", "NOTE:fol", " ded"])))
    }

    @Test("C6: a UID is never rewritten; in 4.0 it says that it is text where it is no URI", arguments: [
        ("UID:5E0D", "UID;VALUE=text:5E0D"), ("UID:urn:uuid:5E0D", "UID:urn:uuid:5E0D"),
    ])
    func uid(version3: String, version4: String) throws {
        let up = VCardVersions.version4(of: try onlyCard(card([version3, "FN:A", "N:A;;;;"])))
        #expect(up == card([version4, "FN:A", "N:A;;;;"], version: "4.0"))
        #expect(VCardVersions.version3(of: try onlyCard(up)) == card([version3, "FN:A", "N:A;;;;"]))
    }

    @Test("C20: a soft break with nothing after it does not take the next line with it")
    func softBreak() throws {
        let photo = ["PHOTO;ENCODING=b:", " QQ=="]
        let source = try onlyCard(card(["UID:urn:1", "FN:A"] + photo + ["X-A;B=QUOTED-PRINTABLE:x="]))
        let up = try onlyCard(VCardVersions.version4(of: try onlyCard(card(["UID:urn:1", "X-A;B=QUOTED-PRINTABLE:x="]))))
        #expect(up.property("FN") != nil && up.property("X-A")?.rawText == "x")
        let cut = AddressDataSelection([.init(name: "X-A"), .init(name: "PHOTO")]).card(source)
        #expect(cut == card(["UID:urn:1", "FN:A"] + photo + ["X-A;B=QUOTED-PRINTABLE:x", "N:A;;;;"]))
    }

    @Test("a property that would be BEGIN without its CHARSET makes no card within the card")
    func delimiters() throws {
        let lines = ["UID:urn:1", "FN:A", "N:A;;;;", "BEGIN;CHARSET=utf-8:VCARD", "END;CHARSET=utf-8:VCARD"]
        #expect(
            VCardVersions.version4(of: try onlyCard(card(lines)))
                == card(["UID:urn:1", "FN:A", "N:A;;;;"], version: "4.0"))
        #expect(try split(card(lines, version: "2.1")).cards.map(\.bytes) == [card(["UID:urn:1", "FN:A", "N:A;;;;"])])
    }

    @Test("C5: three megabytes of photo come back the same")
    func largePhoto() throws {
        var random = SeededGenerator(state: 5)
        let bytes = (0..<3_000_000).map { _ in UInt8.random(in: 0...255, using: &random) }
        let photo = "PHOTO;ENCODING=b;TYPE=JPEG:" + text(Base64.encode(bytes))
        let up = try toVersion4([photo])
        #expect(up.first?.hasPrefix("PHOTO:data:image/jpeg;base64,") == true)
        #expect(try toVersion3(up) == [photo])
    }
}

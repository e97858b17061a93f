import Bytes
import ContentLines
import Testing
import VCard

/// Of the table, C2, C3, C6, C7, C13, C15 and C19 are in AddressObjectResourceTests, AddressDataSelectionTests and the
/// tests of Versions, C8 is in CardDatesTests, C20 in VCardSplitterTests; what JSContact (C18) would need, is not there.
@Suite("The corpus of vCards: rows C1 to C20")
struct CardCorpusTests {
    private func object(_ lines: [String], version: String = "3.0") throws -> AddressObjectResource {
        try AddressObjectResource.validate(card(["UID:urn:1", "FN:A", "N:A;;;;"] + lines, version: version))
    }

    @Test("C1: each of three versions becomes each of the two that are stored, and the unknown stays", arguments: ["2.1", "3.0", "4.0"])
    func versions(version: String) throws {
        let lines = ["UID:urn:1", "FN:Anna Example", "N:Example;Anna;;;", "X-ODD;X-P=1:a b", "TEL;TYPE=HOME:+1"]
        let document = try VCardDocument.parse(card(lines, version: version))
        let source = try #require(document.cards.first { _ in true })
        for (bytes, target) in [(VCardVersions.version3(of: source), VCardVersion.v3_0), (VCardVersions.version4(of: source), .v4_0)] {
            let converted = try AddressObjectResource.validate(bytes)
            #expect(converted.version == target && converted.uid == "urn:1" && converted.formattedName == "Anna Example")
            #expect(converted.card.property("X-ODD")?.rawText == "a b")
            #expect(converted.card.property("X-ODD")?.parameterValues("X-P") == ["1"])
            #expect(converted.card.property("TEL")?.parameterValues("TYPE").map { $0.uppercased() } == ["HOME"])
        }
    }

    @Test("C4: a label belongs to its group, also where the group's name is used again")
    func labels() throws {
        let lines = [
            "item1.EMAIL;TYPE=INTERNET:a@x", "item1.X-ABLabel:_$!<Work>!$_", "item1.TEL:1", "item2.EMAIL;TYPE=INTERNET:b@x",
            "A.b.EMAIL;TYPE=INTERNET:c@x",
        ]
        let resource = try object(lines)
        #expect(resource.emails == ["a@x", "b@x", "c@x"])
        #expect(resource.card.properties(named: "EMAIL").map { $0.group.map(text) } == ["item1", "item2", "A.b"])
        #expect(try toVersion3(toVersion4(lines)) == lines)
    }

    @Test("C5: a photo keeps its bytes in each form, wrongly folded too", arguments: [
        "PHOTO;ENCODING=b;TYPE=JPEG:QUJD\r\n QUJD", "PHOTO;ENCODING=BASE64;JPEG:QUJD\r\n  QUJD\r\n", "PHOTO;ENCODING=b;TYPE=JPEG:QUJD\r\n\tQUJD",
        "PHOTO;X-ABCROP-RECTANGLE=ABClipRect_1&0&0&1&1&x==;ENCODING=b;TYPE=JPEG:QUJDQUJD",
    ])
    func photos(line: String) throws {
        let photo = try #require(object([line]).card.property("PHOTO"))
        #expect(Base64.decode(photo.value) == [UInt8]("ABCABC".utf8))
        let converted = try #require(toVersion4([line]).first)
        #expect(converted.hasSuffix(":data:image/jpeg;base64,QUJDQUJD"))
        #expect(try toVersion3([converted]).first?.hasSuffix(":QUJDQUJD") == true)
    }

    @Test("C9: an address with a line break in it, its label, its place")
    func addresses() throws {
        let property = try #require(object(["ADR;LABEL=\"A^nB\";GEO=\"geo:1,2\":;;a\\nb;c\\;d;e\\,f;;"]).card.property("ADR"))
        #expect(StructuredValue.components(property.value) == ["", "", "a\nb", "c;d", "e,f", "", ""])
        #expect(property.parameterValues("LABEL") == ["A\nB"] && property.parameterValues("GEO") == ["geo:1,2"])
        #expect(try toVersion4(["ADR;TYPE=home:;;a;b;;;", "LABEL;TYPE=home:L"]) == ["ADR;TYPE=home;LABEL=L:;;a;b;;;"])
    }

    @Test("C10: telephones as URI with an extension, with blanks, with letters")
    func telephones() throws {
        let lines = ["TEL;VALUE=uri:tel:+1-555;ext=5", "TEL:0800 FLOWERS", "TEL:(030) 12-34"]
        #expect(try object(lines, version: "4.0").card.properties(named: "TEL").map(\.rawText)
            == ["tel:+1-555;ext=5", "0800 FLOWERS", "(030) 12-34"])
        #expect(try toVersion4(toVersion3(lines)) == lines)
    }

    @Test("C11: addresses of messengers, by IMPP, by the names of clients, as social profile with its parameters")
    func messengers() throws {
        let lines = [
            "IMPP;X-SERVICE-TYPE=Skype:skype:a", "X-SKYPE:a", "X-AIM:b", "X-SOCIALPROFILE;TYPE=twitter;X-USER=a:http://twitter.com/a",
        ]
        #expect(try object(lines).card.property("X-SOCIALPROFILE")?.parameterValues("X-USER") == ["a"])
        #expect(try toVersion3(toVersion4(lines)).map(sorted).sorted() == lines.map(sorted).sorted())
    }

    @Test("C12: languages, alternatives, sources and how to sort are kept by 4.0, and by 3.0 on the way back")
    func alternatives() throws {
        let lines = ["NICKNAME;LANGUAGE=de;ALTID=1;PID=1.1:x", "NICKNAME;LANGUAGE=ja;ALTID=1:y", "CLIENTPIDMAP:1;urn:uuid:1", "LANG;PREF=1:fr"]
        let properties = try object(lines, version: "4.0").card.properties(named: "NICKNAME").map { $0 }
        #expect(properties.map { $0.parameterValues("ALTID") } == [["1"], ["1"]])
        #expect(properties.map { $0.parameterValues("PID") } == [["1.1"], []])
        #expect(try toVersion4(toVersion3(lines)) == lines)
    }

    @Test("C14: revisions of every form, keys and sounds of any size")
    func largeValues() throws {
        let key = String(repeating: "QUJD", count: 100_000)
        let resource = try object(["REV:20260101T000000Z", "REV:2026-01-01", "REV:yesterday", "PRODID:x", "KEY;ENCODING=b:" + key])
        #expect(resource.card.properties(named: "REV").map(\.rawText) == ["20260101T000000Z", "2026-01-01", "yesterday"])
        #expect(resource.card.property("KEY").flatMap { Base64.decode($0.value) }?.count == 300_000)
        let up = try AddressObjectResource.validate(VCardVersions.version4(of: resource.card))
        #expect(up.card.property("PRODID")?.text == "x" && up.card.property("KEY")?.rawText.hasSuffix(key) == true)
    }

    @Test("C16: a note of 200 KB with emoji and marks of direction; a control character does no harm")
    func note() throws {
        let note = String(repeating: "Привет 👋🏽 \u{200F} שלום ", count: 6000)
        #expect(try object(["NOTE:" + note]).card.property("NOTE")?.text == note)
        let converted = VCardVersions.version4(of: try object(["NOTE:" + note]).card)
        #expect(try AddressObjectResource.validate(converted).card.property("NOTE")?.text == note)
        #expect(try object(["NOTE:a\u{1}b\u{7F}"]).card.property("NOTE")?.text == "a\u{1}b\u{7F}")
    }

    @Test("C17: a card of 3.0 in JSON is one of 4.0, and what comes back is it")
    func json() throws {
        let source = try object(["EMAIL;TYPE=INTERNET,pref:a@x", "PHOTO;ENCODING=b;TYPE=PNG:QUJD"])
        let json = JCard.json(of: source.card)
        #expect(text(json).hasPrefix(#"["vcard",[["version",{},"text","4.0"]"#))
        let back = try AddressObjectResource.validate(JCard.vCard(from: json))
        #expect(back.version == .v4_0 && back.emails == ["a@x"] && back.uid == source.uid)
        #expect(JCard.json(of: back.card) == json)
    }

    @Test("C20: a card of an old telephone in windows-1251, said or not, is read")
    func oldTelephones() throws {
        let name: [UInt8] = [0xCF, 0xE5, 0xF2, 0xF0, 0xEE, 0xE2]
        let said = document(["BEGIN:VCARD", "VERSION:2.1"]) + Array("N;CHARSET=windows-1251:".utf8) + name + document([";;;;", "END:VCARD"])
        #expect(try split(said).cards.first.map { text($0.bytes).contains("N:Петров;;;;") } == true)
        let unsaid = document(["BEGIN:VCARD", "VERSION:2.1"]) + Array("N:".utf8) + name + document([";;;;", "END:VCARD"])
        #expect(try split(unsaid, fallbackCharset: "windows-1251").cards.first.map { text($0.bytes).contains("N:Петров;;;;") } == true)
    }
}

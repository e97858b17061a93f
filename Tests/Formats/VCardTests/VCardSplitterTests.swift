import Bytes
import ContentLines
import Testing
import VCard

@Suite("Splitting and joining vCard files")
struct VCardSplitterTests {
    @Test("C15: all cards of a file are taken, as they are but for line ends")
    func several() throws {
        let source = "\u{FEFF}" + text(card(["UID:1", "FN:A", "item1.NOTE:fol", " ded"])) + "\r\n\n"
            + "begin:vcard\nVERSION:4.0\nUID:2\nEND:VCARD"
        let (cards, refusals) = try split([UInt8](source.utf8))
        #expect(refusals.isEmpty)
        #expect(cards.map(\.uid) == ["1", "2"])
        #expect(cards.map(\.lineNumber) == [1, 10])
        #expect(cards.map { text($0.bytes) } == [
                text(card(["UID:1", "FN:A", "item1.NOTE:fol", " ded"])),
                "begin:vcard\r\nVERSION:4.0\r\nUID:2\r\nEND:VCARD\r\n"
        ])
    }

    @Test("C6: a card without a UID gets one made of its bytes, the same each time")
    func madeUID() throws {
        let source = card(["FN:A"])
        let (cards, _) = try split(source)
        #expect(cards.map(\.uid) == ["made-\(source.count)"])
        #expect(cards.map { text($0.bytes) } == [text(card(["FN:A", "UID:made-\(source.count)"]))])
        let empty = try split(card(["UID:", "FN:A"])).cards
        #expect(empty.map { text($0.bytes) } == [text(card(["FN:A", "UID:made-\(source.count + 6)"]))])
    }

    @Test("a missing VERSION is added, a missing END too, and a card without END ends where the next begins")
    func repairs() throws {
        let source = document(["BEGIN:VCARD", "UID:1", "BEGIN:VCARD", "UID:2"])
        #expect(try split(source).cards.map { text($0.bytes) } == ["1", "2"].map { uid in
            text(document(["BEGIN:VCARD", "UID:\(uid)", "VERSION:3.0", "END:VCARD"]))
        })
    }

    @Test("a card in the middle of which the file breaks off is not taken")
    func cut() throws {
        let (cards, refusals) = try split(card(["UID:1"]) + document(["BEGIN:VCARD", "UID:2", "FN:Ann"]).dropLast(3))
        #expect(cards.map(\.uid) == ["1"])
        #expect(refusals.map(\.reason) == ["The file ends within this card, in the middle of a line."])
    }

    @Test("cards that cannot be taken are told, with line and reason")
    func refusals() throws {
        let (cards, refusals) = try split(card(["UID:1"], version: "9.9") + card(["UID:a\0b"]) + card(["UID:3"]))
        #expect(cards.map(\.uid) == ["3"])
        #expect(refusals.map(\.lineNumber) == [1, 5])
        #expect(refusals.first?.reason == "Version 9.9 of vCard is not supported; send VERSION:3.0 or 4.0.")
    }

    @Test("what is too large is refused without being read")
    func sizes() throws {
        let bytes = card(["UID:1", "NOTE:" + String(repeating: "x", count: 10_000)]) + card(["UID:2"])
        var splitter = VCardSplitter(byteCount: bytes.count, cardByteCount: 1000, makeUID: { _ in "" }) {
            Array(bytes[$0])
        }
        guard case .refused(let refusal)? = try splitter.next() else { Issue.record("not refused"); return }
        #expect(refusal.reason.contains("at most 1000"))
        guard case .card(let second)? = try splitter.next() else { Issue.record("no card"); return }
        #expect(second.uid == "2")
        #expect(try splitter.next() == nil)
        #expect(splitter.offset == bytes.count)
    }

    @Test("cards joined and split are the same cards; broken ones are passed over")
    func roundTrip() throws {
        let cards = (0..<50).map { number in
            card(
                ["UID:\(number)", "FN:Имя\\, №\(number)", "NOTE:a\r\n  b"],
                version: number.isMultiple(of: 2) ? "3.0" : "4.0")
        }
        let joined = cards.flatMap { VCardJoiner.append($0) ?? [] }
        #expect(try split(joined).cards.map(\.bytes) == cards)
        #expect(VCardJoiner.append([UInt8]("x".utf8)) == nil)
        #expect(
            VCardJoiner.append([UInt8]("BEGIN:VCARD\nUID:1".utf8)) == document(["BEGIN:VCARD", "UID:1", "END:VCARD"]))
    }
}

@Suite("Cards of other versions and encodings in imports")
struct VCardConversionTests {
    private func converted(_ lines: [String], charset: String = "windows-1252") throws -> [String] {
        let cards = try split(card(lines, version: "2.1"), fallbackCharset: charset).cards
        let resource = try AddressObjectResource.validate(try #require(cards.first).bytes)
        #expect(resource.version == .v3_0)
        return resource.card.properties.map { text($0.unfolded) }
    }

    @Test("2.1 becomes 3.0: words, encodings, lists, escapes; FN and N are there")
    func version21() throws {
        #expect(try converted([
                "UID:1", "N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=D0=98=D0=B2=D0=B0=D0=BD=D0=BE=D0=B2;=",
                "=D0=98=D0=B2=D0=B0=D0=BD",
                "TEL;CELL;VOICE;PREF:+7 900", "EMAIL;INTERNET:a@b.c", "ADR;HOME:;;1 Main St, Apt 2;Town",
                "NOTE;QUOTED-PRINTABLE:a=0D=0Ab, c",
                "item1.URL;WORK:http://x/?a=1,2", "PHOTO;JPEG;BASE64:QUJD", " QQ==", "LOGO;VALUE=URL:http://x/,y",
                "CATEGORIES:a,b"
        ]) == [
            "VERSION:3.0", "UID:1", "N:Иванов;Иван", "TEL;TYPE=CELL,VOICE,PREF:+7 900", "EMAIL;TYPE=INTERNET:a@b.c",
            "ADR;TYPE=HOME:;;1 Main St\\, Apt 2;Town", "NOTE:a\\nb\\, c", "item1.URL;TYPE=WORK:http://x/?a=1,2",
            "PHOTO;ENCODING=b;TYPE=JPEG:QUJDQQ==", "LOGO;VALUE=uri:http://x/,y", "CATEGORIES:a,b", "FN:Иван Иванов",
        ])
        #expect(
            try converted(["UID:1", "EMAIL:a@b.c"]) == [
                "VERSION:3.0", "UID:1", "EMAIL:a@b.c", "FN:a@b.c", "N:a@b.c;;;;"
            ])
    }

    @Test("the card of an agent becomes text within its property")
    func agent() throws {
        let lines = try converted([
            "UID:1", "FN:Boss", "N:Boss", "AGENT:", "BEGIN:VCARD", "VERSION:2.1", "N:Friday;Fred", "END:VCARD", "TEL:1",
        ])
        #expect(lines == [
            "VERSION:3.0", "UID:1", "FN:Boss", "N:Boss",
            #"AGENT:BEGIN:VCARD\nVERSION:3.0\nN:Friday\;Fred\nFN:Fred Friday\nEND:VCARD\n"#, "TEL:1",
        ])
    }

    @Test("C20: text in windows-1251, koi8-r and Latin-1, named or not, becomes UTF-8", arguments: [
        ("windows-1251", [0xCF, 0xE5, 0xF2, 0xFF], "Петя"), ("koi8-r", [0xF0, 0xC5, 0xD4, 0xD1], "Петя"),
        ("iso-8859-1", [0x4D, 0xFC], "Mü"),
    ] as [(String, [UInt8], String)])
    func charsets(name: String, bytes: [UInt8], expected: String) throws {
        let start = Array("BEGIN:VCARD\r\nVERSION:2.1\r\nUID:1\r\n".utf8)
        let end = Array("\r\nN:x\r\nEND:VCARD\r\n".utf8)
        let named = start + Array("FN;CHARSET=\(name):".utf8) + bytes + end
        let unnamed = start + Array("FN:".utf8) + bytes + end
        for source in [try split(named), try split(unnamed, fallbackCharset: name)] {
            #expect(source.cards.map { text($0.bytes) } == [text(card(["UID:1", "FN:\(expected)", "N:x"]))])
        }
        // Of 3.0 only the lines in question are written anew.
        let later =
            Array("BEGIN:VCARD\r\nVERSION:3.0\r\nUID:1\r\nNOTE:fol\r\n ded\r\nFN;CHARSET=\(name);X=1:".utf8) + bytes
            + end
        #expect(try split(later).cards.map { text($0.bytes) }
            == [text(card(["UID:1", "NOTE:fol", " ded", "FN;X=1:\(expected)", "N:x"]))])
    }

    @Test("a character cut by a fold is put together again")
    func cutCharacter() throws {
        let source = Array("BEGIN:VCARD\r\nVERSION:3.0\r\nUID:1\r\nFN:Пет".utf8) + [0xD1, 0x0D, 0x0A, 0x20, 0x8F]
            + Array("\r\nEND:VCARD\r\n".utf8)
        #expect(try split(source).cards.map { text($0.bytes) } == [text(card(["UID:1", "FN:Петя"]))])
    }
}

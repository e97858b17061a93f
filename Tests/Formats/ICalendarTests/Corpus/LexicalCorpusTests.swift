import Bytes
import ContentLines
import ICalendar
import Testing

/// Of the table, L7, L11 to L16 and L18 are in CalendarObjectResourceTests, L10 in XMLWriterTests.
@Suite("The corpus of odd text: rows L1 to L18")
struct LexicalCorpusTests {
    private func object(_ bytes: [UInt8]) throws -> CalendarObjectResource { try CalendarObjectResource.validate(bytes) }

    private func line(_ lines: String, _ name: StaticString) throws -> ContentLine {
        let master = try #require(object(calendar(event("1", [lines]))).master)
        return try #require(master.property(name))
    }

    @Test("L1: every kind of line end, blank lines and a BOM are read, and written again as CRLF", arguments: [
        ("\n", ""), ("\r", ""), ("\r\n", ""), ("\n", "\u{FEFF}"), ("\r\n", "\r\n\r\n"), ("\r\n", "\n"), ("\n\r\n", ""), ("\r\r\n", ""),
    ])
    func lineEnds(lineEnd: String, head: String) throws {
        let plain = calendar(event("1", ["SUMMARY:S"]))
        let written = head + text(plain).replacing("\r\n", with: lineEnd) + lineEnd + lineEnd
        let resource = try object([UInt8](written.utf8))
        #expect(resource.uid == "1" && resource.summary == "S")
        #expect(resource.document.source == [UInt8](written.utf8))
        #expect(resource.calendar.normalizedSource == plain)
    }

    @Test("L2: octets are unfolded before they are decoded")
    func foldInCharacter() throws {
        var bytes = calendar(event("1", ["SUMMARY:Grüße 👋"]))
        for character in ["ü", "👋"] {
            let place = try #require(bytes.firstIndex(of: [UInt8](character.utf8)[0]))
            bytes.insert(contentsOf: "\r\n ".utf8, at: place + 1)
        }
        #expect(try object(bytes).summary == "Grüße 👋")
        let shown = WellFormedText.document(bytes)
        #expect(WellFormedText.isUTF8(shown[...]))
        #expect(try object(shown).summary == "Grüße 👋")
    }

    @Test("L3: folds in escapes, in parameters, in quoted ones, with a tab, of nothing")
    func folds() throws {
        #expect(try line("DESCRIPTION:a\\\r\n nb", "DESCRIPTION").text == "a\nb")
        #expect(try line("ATTENDEE;C\r\n N=An\r\n na:mailto:a@x", "ATTENDEE").parameterValues("CN") == ["Anna"])
        #expect(try line("ATTENDEE;CN=\"An\r\n na; B\":mailto:a@x", "ATTENDEE").parameterValues("CN") == ["Anna; B"])
        #expect(try line("LOCATION:a\r\n\tb", "LOCATION").text == "ab")
        #expect(try line("LOCATION:a\r\n \r\n b", "LOCATION").text == "ab")
        #expect(try line("LOCA\r\n TION:a", "LOCATION").text == "a")
    }

    @Test("L4: a megabyte in one line, ten kilobytes in one parameter; written, no line has more than 75 octets")
    func longLines() throws {
        let binary = String(repeating: "QUJD", count: 250_000)
        #expect(try line("ATTACH;ENCODING=BASE64;VALUE=BINARY:" + binary, "ATTACH").value.count == 1_000_000)
        let title = String(repeating: "Ж👋🏽é", count: 1000)
        let structured = try line("X-APPLE-STRUCTURED-LOCATION;X-TITLE=\"\(title)\":geo:1,2", "X-APPLE-STRUCTURED-LOCATION")
        #expect(structured.parameterValues("X-TITLE") == [title] && structured.rawText == "geo:1,2")
        var writer = ContentLineWriter()
        writer.logicalLine(structured.unfolded)
        for physical in writer.bytes.split(separator: 0x0A) {
            #expect(physical.count <= 76 && WellFormedText.isUTF8(physical))
        }
    }

    @Test("L5: five escapes are decoded, all others stay, and what is written is read as the same")
    func escapes() throws {
        let property = try line(#"DESCRIPTION:\n\N\,\;\\ \: \" \  \x"#, "DESCRIPTION")
        #expect(property.text == "\n\n,;\\ \\: \\\" \\  \\x")
        var writer = ContentLineWriter()
        writer.property("DESCRIPTION", text: property.text)
        #expect(try line(text(writer.bytes.dropLast(2)), "DESCRIPTION").text == property.text)
    }

    @Test("L6: carets, values without quotes, quotes in the middle, no value, the same name twice, a word alone")
    func parameters() throws {
        #expect(try line("ATTENDEE;CN=a^nb^'c^^d^x:mailto:a@x", "ATTENDEE").parameterValues("CN") == ["a\nb\"c^d^x"])
        let odd = try line("X-A;B=a,b;C=\"http://x:y\";D=a\"b;c\"d;E=;F=1;F=2;HOME:v", "X-A")
        #expect(odd.rawText == "v")
        #expect(odd.parameterValues("B") == ["a", "b"] && odd.parameterValues("C") == ["http://x:y"])
        #expect(odd.parameterValues("D") == ["a\"b;c\"d"] && odd.parameterValues("E") == [""])
        #expect(odd.parameterValues("F") == ["1", "2"] && odd.parameterValues("TYPE") == ["HOME"])
        #expect(try line("X-A;C=http://x:y", "X-A").rawText == "//x:y")
    }

    @Test("L8: groups are kept, and a name is found in any of them")
    func groups() throws {
        let bytes = calendar(event("1", ["item1.X-A:1", "A.b.X-C:2"]))
        let master = try #require(object(bytes).master)
        #expect(master.property("X-A")?.group.map(text) == "item1" && master.property("X-A")?.rawText == "1")
        #expect(master.property("X-C")?.group.map(text) == "A.b")
        #expect(try object(bytes).calendar.normalizedSource == bytes)
    }

    @Test("L9: overlong forms and surrogates are never decoded as such, Latin-1 is where it fits, a NUL is refused", arguments: [
        ([0xC0, 0xAF], "À¯"), ([0xED, 0xA0, 0x80], "í\u{A0}€"), ([0x47, 0x72, 0xFC, 0xDF, 0x65], "Grüße"), ([0xFC, 0xC3, 0xBC], "\u{FFFD}ü"),
        ([0xC0, 0xAF, 0xC3, 0xBC], "\u{FFFD}\u{FFFD}ü"),
    ] as [([UInt8], String)])
    func brokenText(value: [UInt8], expected: String) throws {
        let plain = calendar(event("1", ["SUMMARY:@"]))
        let place = try #require(plain.lastIndex(of: 0x40))
        let bytes = Array(plain[..<place] + value + plain[(place + 1)...])
        #expect(try object(bytes).summary == expected)
        #expect(try object(bytes).document.source == bytes)
        let shown = WellFormedText.document(bytes)
        #expect(WellFormedText.isUTF8(shown[...]))
        #expect(try object(shown).summary == object(bytes).summary)
        #expect(refusal(Array(plain[..<place] + [0] + plain[(place + 1)...])) == .containsNUL)
    }

    @Test("L17: quoted-printable with soft breaks, in the encoding that it names")
    func transferEncodings() throws {
        let property = try line("SUMMARY;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Gr=C3=BC=C3=9Fe=20an=\r\n=20alle", "SUMMARY")
        #expect(property.text == "Grüße an alle")
        #expect(try line("SUMMARY;CHARSET=windows-1251;ENCODING=QUOTED-PRINTABLE:=CF=F0=E8", "SUMMARY").text == "При")
    }
}

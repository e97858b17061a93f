import Bytes
import ContentLines
import Testing

@Suite("Parameters")
struct ParameterTests {
    private func parameters(_ head: String) throws -> [Parameter] {
        try first(properties("N" + head + ":v")).parameters.map { $0 }
    }

    @Test("RFC 6868: carets stand for line break, quote and caret, and else for themselves")
    func carets() throws {
        let line = try first(
            properties(#"ATTENDEE;CN="George Herman ^'Babe^' Ruth";X=a^nb^^c^d^:mailto:babe@example.com"#))
        #expect(line.parameterValues("CN") == [#"George Herman "Babe" Ruth"#])
        #expect(line.parameterValues("X") == ["a\nb^c^d^"])
        #expect(line.rawText == "mailto:babe@example.com")
    }

    @Test("writing a parameter and reading it gives the same, whatever is in it", arguments: [
            "", "plain", "a,b", "a;b", "a:b", "\"quoted\"", "^n", "line\nbreak", "tab\tstop", "Straße 🙂", "a\"b:c",
            " edge "
    ])
    func roundTrip(value: String) throws {
        var writer = ContentLineWriter()
        writer.begin("X")
        writer.property("N", parameters: [("P", value), ("Q", "1")], text: "v")
        writer.end("X")
        let line = try first(root(writer.bytes).properties)
        #expect(line.parameter("P")?.value == value)
        #expect(line.parameterValues("Q") == ["1"])
        #expect(line.text == "v")
    }

    @Test("lists, quoted lists, repeated parameters")
    func lists() throws {
        let line = try first(properties(#"TEL;TYPE=home,voice;type="x,y",z;VALUE=uri:tel:+1"#))
        #expect(line.parameterValues("TYPE") == ["home", "voice", "x,y", "z"])
        #expect(line.parameters.map { $0.name.count } == [4, 4, 5])
        #expect(line.rawText == "tel:+1")
        #expect(line.parameter("TYPE")?.hasValue("VOICE") == true)
    }

    @Test("vCard 2.1: bare words are types, encodings or values")
    func bareWords() throws {
        let found = try parameters(";HOME;PREF;QUOTED-PRINTABLE;base64;INLINE;URL")
        #expect(found.map { text($0.name) } == ["TYPE", "TYPE", "ENCODING", "ENCODING", "VALUE", "VALUE"])
        #expect(found.map(\.value) == ["HOME", "PREF", "QUOTED-PRINTABLE", "base64", "INLINE", "URL"])
        #expect(found.allSatisfy { $0.isBareWord })
    }

    @Test("a comma without quotes is part of a value that has only one")
    func unquotedComma() throws {
        let parameter = try first(parameters(";CN=Doe, John"))
        #expect(parameter.value == "Doe, John")
        #expect(parameter.values == ["Doe", " John"])
    }

    @Test("quotes in the middle hide what stands in them, quotes never closed hide nothing")
    func oddQuotes() throws {
        let middle = try first(properties(#"ATTENDEE;CN=Foo "Bar: x" Baz;ROLE=CHAIR:mailto:a@b.c"#))
        #expect(middle.parameter("CN")?.value == #"Foo "Bar: x" Baz"#)
        #expect(middle.rawText == "mailto:a@b.c")
        let open = try first(properties(#"ATTENDEE;CN="Foo;ROLE=CHAIR:mailto:a@b.c"#))
        #expect(open.parameter("CN")?.value == "Foo")
        #expect(open.parameterValues("ROLE") == ["CHAIR"])
        #expect(open.rawText == "mailto:a@b.c")
    }

    @Test("parameters without a value, without a name, empty ones")
    func emptyOnes() throws {
        let found = try parameters(";A=;;=x;B")
        #expect(found.map { text($0.name) } == ["A", "TYPE", "TYPE"])
        #expect(found.map(\.value) == ["", "=x", "B"])
        #expect(try parameters(";").isEmpty)
        #expect(try parameters("").isEmpty)
    }
}

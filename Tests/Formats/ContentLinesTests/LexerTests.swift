import Bytes
import ContentLines
import TestRandom
import TestWaiting
import Testing

@Suite("Lines")
struct LexerTests {
    @Test("every kind of line end parses to the same lines", arguments: [
        "BEGIN:X\r\nA:1\r\nB:2\r\nEND:X\r\n",
        "BEGIN:X\nA:1\nB:2\nEND:X\n",
        "BEGIN:X\rA:1\rB:2\rEND:X\r",
        "BEGIN:X\r\nA:1\nB:2\rEND:X",
        "\u{FEFF}BEGIN:X\r\nA:1\r\nB:2\r\nEND:X\r\n",
        "BEGIN:X\r\n\r\nA:1\r\n\r\n\r\nB:2\r\nEND:X\r\n\r\n\r\n",
        "BEGIN:X\r\r\nA:1\r\r\nB:2\r\r\nEND:X\r\r\n",
        "\n \n\t\n  BEGIN:X\nA:1\nB:2\nEND:X\n \n",
    ])
    func lineEnds(source: String) throws {
        let tree = try ComponentTree.parse([UInt8](source.utf8))
        let component = try first(tree.roots)
        #expect(text(component.name) == "X")
        #expect(component.properties.map { text($0.unfolded) } == ["A:1", "B:2"])
        #expect(tree.repairs.isEmpty)
        #expect(text(component.normalizedSource).hasPrefix("BEGIN:X\r\nA:1\r\nB:2\r\nEND:X"))
    }

    @Test(
        "folds go away wherever they stand: in a character, an escape, a name, a parameter, a quote; by tab; empty ones"
    )
    func folds() throws {
        // RFC 5545 §3.1: unfolding comes before everything else, on octets.
        var bytes = [UInt8]("BEGIN:X\r\nSUMMARY:Stra".utf8)
        bytes += [0xC3, 0x0D, 0x0A, 0x20, 0x9F] + Array("e\\\r\n nzwei\r\n".utf8)
        bytes += Array("DESC\r\n\tRIPTION;LANG\r\n UAGE=d\r\n e:a\r\n \r\n  b\r\n".utf8)
        bytes += Array("ATTENDEE;CN=\"a;\r\n :b\":mailto:\n x\rEND:X\r".utf8)
        let lines = try root(bytes).properties.map { $0 }
        try #require(lines.count == 3)
        #expect(lines[0].text == "Straße\nzwei")
        #expect(text(lines[1].name) == "DESCRIPTION")
        #expect(lines[1].parameterValues("LANGUAGE") == ["de"])
        #expect(lines[1].text == "a b")
        #expect(lines[2].parameterValues("CN") == ["a;:b"])
        #expect(lines[2].rawText == "mailto:x")
        #expect(text(lines[2].source) == "ATTENDEE;CN=\"a;\r\n :b\":mailto:\n x")
    }

    @Test("name, parameters and value are the same wherever a line is folded, quotes that are never closed and all")
    func foldedHeads() throws {
        var random = SeededGenerator(seed: 11)
        for _ in 0..<4000 {
            let line = (0..<Int.random(in: 1...40, using: &random)).map { _ in
                Array("AAAb;;==\"::.,^ x".utf8).randomElement(using: &random) ?? 0x41
            }
            // White space at a line's start would make it a part of the one before; at its end it may be cut off.
            guard let start = line.first, start != 0x20 else { continue }
            let places = (0..<Int.random(in: 1...4, using: &random)).map { _ in Int.random(in: 1...line.count, using: &random) }
            let folded = line.indices.flatMap { place in places.contains(place) ? Array("\r\n ".utf8) + [line[place]] : [line[place]] }
            #expect(try heads(of: folded) == heads(of: line), "\(text(line[...]))")
        }
    }

    /// What is read of one line between two others.
    private func heads(of line: [UInt8]) throws -> [String] {
        let component = try root(Array("BEGIN:X\r\nA;B=C:1\r\n".utf8) + line + Array("\r\nZ:2\r\nEND:X\r\n".utf8))
        return component.properties.map { line in
            let parameters = line.parameters.map { "\(text($0.name))[\($0.values.joined(separator: "|"))]\($0.value)" }
            return "\(line.group.map { text($0) } ?? "-").\(text(line.name)) \(parameters.joined(separator: " ")) -> \(line.rawText)"
        }
    }

    @Test("a blank line before a fold does not end the line: files whose CRLF became CR CR LF are met")
    func blankLineInFold() throws {
        #expect(try properties("A:1\r\r\n 2", "B:3").map(\.text) == ["12", "3"])
    }

    @Test("of all bytes only CR and LF end a line, wherever they stand in it", arguments: 0...255 as ClosedRange<UInt8>)
    func lineEnd(byte: UInt8) throws {
        for place in 0..<20 {
            var value = [UInt8](repeating: 0x61, count: 24)
            value[place] = byte
            let lines = try root(Array("BEGIN:X\r\nA:".utf8) + value + Array("\r\nB:2\r\nEND:X\r\n".utf8)).properties.map { $0 }
            if byte == 0x0A || byte == 0x0D {
                #expect(lines.first.map { Array($0.unfolded) } == Array("A:".utf8) + value[..<place], "\(byte) at \(place)")
            } else {
                #expect(lines.map { Array($0.unfolded) } == [Array("A:".utf8) + value, Array("B:2".utf8)], "\(byte) at \(place)")
            }
        }
    }

    @Test("a value of a megabyte in one line is taken, and written in lines of 75 octets")
    func longLine() throws {
        let value = String(repeating: "0123456789", count: 100_000)
        let line = try first(properties("ATTACH;ENCODING=BASE64;VALUE=BINARY:" + value))
        #expect(line.value.count == 1_000_000)
        var writer = ContentLineWriter()
        writer.logicalLine(line.unfolded)
        let folded = writer.bytes.split(separator: 0x0A)
        #expect(folded.allSatisfy { $0.count <= 76 })
    }

    @Test("names are compared without case, groups stand apart")
    func namesAndGroups() throws {
        let component = try root(
            document("begin:vEvent", "item1.Email;Type=Home:a@b.c", "A.b.tel:1", "summary : x", "end:VEVENT"))
        #expect(component.isNamed("VEVENT"))
        let email = try #require(component.property("EMAIL"))
        #expect(email.group.map(text) == "item1")
        #expect(email.uppercasedName == "EMAIL")
        #expect(email.parameterValues("TYPE") == ["Home"])
        #expect(component.property("TEL")?.group.map(text) == "A.b")
        #expect(component.property("SUMMARY")?.group == nil)
        #expect(component.property("SUMMARY")?.rawText == " x")
    }

    @Test("a quoted-printable value goes on over soft breaks, but never over a BEGIN or an END")
    func softBreaks() throws {
        let lines = try properties(
            "NOTE;ENCODING=QUOTED-PRINTABLE:Stra=C3=9Fe=0D=0A=", " und =", "mehr", "LABEL;QUOTED-PRINTABLE;HOME:x=")
        #expect(lines.map(\.text) == ["Straße\r\n und mehr", "x"])
        #expect(try root(document("BEGIN:X", "A;QUOTED-PRINTABLE:x=", "END:X")).properties.map(\.text) == ["x"])
        #expect(
            try root(document("BEGIN:X", "A;QUOTED-PRINTABLE:x=", "begin :Y", "END:X")).children.map { text($0.name) }
                == ["Y"])
        // In other lines it is a character like any other.
        #expect(try properties("A:YQ==", "B:2").map(\.text) == ["YQ==", "2"])
    }

    @Test("a line without a colon is kept in its place, but is no property")
    func withoutColon() throws {
        let tree = try ComponentTree.parse(
            document("BEGIN:X", "A:1", "what is this", "X-Y;Z", ":no name", "B:2", "END:X"))
        let component = try first(tree.roots)
        #expect(component.properties.map(\.text) == ["1", "2"])
        #expect(tree.repairs == .lineWithoutValue)
        #expect(component.normalizedSource == tree.source)
    }

    @Test("more lines, bytes or levels than allowed are an error with its place")
    func limits() {
        let bytes = document("BEGIN:X", "A:1", "B:2", "END:X")
        #expect(throws: ParseError(at: 14, expected: "at most 2 lines")) {
            try ComponentTree.parse(bytes, limits: ContentLineLimits(lineCount: 2))
        }
        #expect(throws: ParseError(at: 10, expected: "at most 10 bytes")) {
            try ComponentTree.parse(bytes, limits: ContentLineLimits(byteCount: 10))
        }
        let deep = [UInt8](String(repeating: "BEGIN:X\r\n", count: 33).utf8)
        #expect(throws: ParseError(at: 288, expected: "at most 32 levels of components")) {
            try ComponentTree.parse(deep)
        }
    }

    @Test("a long file with bare CR does not take time by the square of its length")
    func bareCRIsLinear() throws {
        let bytes = [UInt8](("BEGIN:X\r" + String(repeating: "A:1\r", count: 500_000) + "END:X\r").utf8)
        #expect(try effort { try ComponentTree.parse(bytes) }.seconds < 20)
    }
}

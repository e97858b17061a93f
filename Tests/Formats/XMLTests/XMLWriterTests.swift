import Bytes
import TestRandom
import Testing

@testable import XML

@Suite("Writing XML")
struct XMLWriterTests {
    @Test("every element has an explicit prefix, and the root declares them")
    func prefixes() throws {
        var out = XMLWriter()
        out.openRoot(.dav(.multistatus))
        out.empty(.caldav(.comp), attributes: [("name", "VEVENT")])
        let foreign = try #require(XMLName(namespace: "urn:x", local: "y"))
        out.open(foreign)
        out.text("z")
        out.close(foreign)
        out.close(.dav(.multistatus))
        let text = String(utf8: out.bytes)
        #expect(text.contains("<D:multistatus xmlns:D=\"DAV:\""))
        #expect(text.contains("<C:comp name=\"VEVENT\"/><X:y xmlns:X=\"urn:x\">z</X:y></D:multistatus>"))
        let root = try XMLDocument.parse(out.bytes).root
        #expect(root.children.map(\.name) == [.caldav(.comp), foreign])
    }

    @Test("L10: text comes back as it was written, with CR and markup")
    func text() throws {
        let text = "a\r\nb & <c> ]]> \"d\" ж 👋\t"
        var out = XMLWriter()
        out.openRoot(.dav(.prop))
        out.text(text)
        out.close(.dav(.prop))
        #expect(String(utf8: try XMLDocument.parse(out.bytes).root.text) == text)
    }

    @Test("bytes that no XML can hold become U+FFFD, and the answer stays well-formed", arguments: [
        [0x00], [0x01], [0x1F], [0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xEF, 0xBF, 0xBF], [0xE2, 0x82], [0xF4, 0x90, 0x80, 0x80],
    ] as [[UInt8]])
    func forbidden(_ bytes: [UInt8]) throws {
        var out = XMLWriter()
        out.openRoot(.dav(.prop))
        out.text([0x61] + bytes + [0x62])
        out.close(.dav(.prop))
        let text = String(utf8: try XMLDocument.parse(out.bytes).root.text)
        #expect(text.first == "a" && text.last == "b" && text.contains("\u{FFFD}"))
    }

    @Test("texts of any length are escaped as they are character by character", arguments: [0, 1, 7, 2_040, 4_090, 70_000])
    func escapes(_ length: Int) {
        var random = SeededGenerator(seed: UInt64(length) + 1)
        let characters = ["a", "b", " ", "&", "<", ">", "\"", "\r", "\n", "\t", "\r\n", "ж", "é", "€", "한", "👋", "\u{10FFFF}"]
        for _ in 0..<40 {
            var (text, expected) = ("", "")
            // Long runs of one kind, so that all of them come to lie across the parts that are worked on at once.
            while text.utf8.count < length + Int.random(in: 0..<20, using: &random) {
                let character = characters[Int.random(in: 0..<characters.count, using: &random)]
                let run = String(repeating: character, count: .random(in: 1...300, using: &random))
                text += run
                for scalar in run.unicodeScalars {
                    switch scalar {
                    case "&": expected += "&amp;"
                    case "<": expected += "&lt;"
                    case ">": expected += "&gt;"
                    case "\r": expected += "&#13;"
                    default: expected.unicodeScalars.append(scalar)
                    }
                }
            }
            var out = XMLWriter(capacity: 0)
            out.text(text)
            #expect(out.bytes == [UInt8](expected.utf8))
        }
    }

    @Test("what was written can be taken back to a place")
    func truncate() {
        var out = XMLWriter()
        out.open(.dav(.prop))
        let mark = out.count
        out.text("gone")
        out.truncate(to: mark)
        out.close(.dav(.prop))
        #expect(String(utf8: out.bytes) == "<D:prop></D:prop>")
    }
}

@Suite("Elements that stand alone (RFC 4918 §4.3)")
struct StandaloneTests {
    @Test("a property keeps prefixes, attributes, language, mixed content and white space", arguments: [
        "<p:x xmlns:p='urn:p' a='1' p:b='2'>mixed <p:y/> content &amp; more  </p:x>",
        "<x xmlns='urn:x'>\n  <y xmlns=''>z</y>\n</x>",
        "<x>no namespace <p:q xmlns:p='urn:q' p:r='&lt;&quot;'/></x>",
    ])
    func keeps(_ property: String) throws {
        let document = "<D:prop xmlns:D='DAV:' xml:lang='de'>\(property)</D:prop>"
        let element = try #require(try XMLDocument.parse([UInt8](document.utf8)).root.children.first { _ in true })
        let alone = element.standaloneBytes
        let again = try XMLDocument.parse(alone).root
        #expect(again.name == element.name)
        #expect(again.text == element.text)
        #expect(again.language == element.language)
        #expect(again.children.map(\.name) == element.children.map(\.name))
        // Once more changes nothing.
        #expect(again.standaloneBytes == alone)
    }

    @Test("a deep element needs no deep stack")
    func deep() throws {
        let text = String(repeating: "<a>", count: 99) + "x" + String(repeating: "</a>", count: 99)
        let root = try XMLDocument.parse([UInt8](text.utf8)).root
        #expect(String(utf8: root.standaloneBytes) == text)
    }
}

import Bytes
import Testing

@testable import XML

@Suite("Reading XML")
struct XMLReaderTests {
    private func parse(_ text: String, limits: XMLLimits = XMLLimits()) throws -> XMLElement {
        try XMLDocument.parse([UInt8](text.utf8), limits: limits).root
    }

    @Test("names are told by namespace and local name, whatever the prefix")
    func names() throws {
        for text in [
            "<D:propfind xmlns:D='DAV:'><D:prop><D:getetag/></D:prop></D:propfind>",
            "<propfind xmlns='DAV:'><prop><getetag/></prop></propfind>",
            "<a:propfind xmlns:a='DAV:'><b:prop xmlns:b='DAV:'><a:getetag></a:getetag></b:prop></a:propfind>",
        ] {
            let root = try parse(text)
            #expect(root.name == .dav(.propfind))
            #expect(root.firstChild(named: .dav(.prop))?.children.map(\.name) == [.dav(.getetag)])
        }
    }

    @Test("the same local name in another namespace, or in none, is another name")
    func foreignNames() throws {
        let root = try parse("<propfind xmlns='urn:x'><prop xmlns='DAV:'/><prop xmlns=''/></propfind>")
        #expect(root.name == XMLName(namespace: "urn:x", local: "propfind"))
        #expect(root.children.map(\.name) == [.dav(.prop), XMLName(namespace: "", local: "prop")])
    }

    @Test("text is whole across CDATA, references and comments")
    func text() throws {
        let root = try parse("<a>x&amp;<![CDATA[<y>]]><!-- c -->&#x444;&lt;</a>")
        #expect(String(utf8: root.text) == "x&<y>\u{444}<")
    }

    @Test("attributes have their values decoded, and xml:lang is inherited")
    func attributes() throws {
        let root = try parse("<a xml:lang='ru'><b name='x &amp; &quot;y&quot;' p:name='z' xmlns:p='urn:p'/></a>")
        let inner = try #require(root.children.first { _ in true })
        #expect(inner.attribute("name").map { String(utf8: $0) } == "x & \"y\"")
        #expect(inner.attribute("name", in: "urn:p").map { String(utf8: $0) } == "z")
        #expect(inner.attribute("nothing") == nil)
        #expect(inner.language.map { String(utf8: $0) } == "ru")
    }

    @Test("a DOCTYPE is refused where it begins, whatever it declares", arguments: [
        "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
        "<!DOCTYPE a SYSTEM 'http://127.0.0.1:1/x.dtd'><a/>",
        "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>",
        "<!DOCTYPE a [<!ENTITY a '1'><!ENTITY b '&a;&a;&a;'><!ENTITY c '&b;&b;&b;'>]><a>&c;</a>",
        "<a>&unknown;</a>",
    ])
    func doctype(_ text: String) {
        #expect(throws: ParseError.self) { try parse(text) }
    }

    @Test("what is not well-formed is refused", arguments: [
        "", " ", "<a>", "<a></b>", "<a/><b/>", "<a b=c/>", "<p:a/>", "text", "<a>&#0;</a>", "<a>\u{1}</a>",
    ])
    func malformed(_ text: String) {
        #expect(throws: ParseError.self) { try parse(text) }
    }

    @Test("depth, elements, attributes and size have limits")
    func limits() throws {
        let deep = String(repeating: "<a>", count: 60) + String(repeating: "</a>", count: 60)
        #expect(throws: ParseError.self) { try parse(deep, limits: XMLLimits(depth: 59)) }
        _ = try parse(deep, limits: XMLLimits(depth: 60))
        let abyss = String(repeating: "<a>", count: 10_000)
        #expect(throws: ParseError.self) { try parse(abyss) }
        let wide = "<a>" + String(repeating: "<b/>", count: 50) + "</a>"
        #expect(throws: ParseError.self) { try parse(wide, limits: XMLLimits(elements: 50)) }
        let many = "<a " + (0..<70).map { "a\($0)='1'" }.joined(separator: " ") + "/>"
        #expect(throws: ParseError.self) { try parse(many) }
        #expect(throws: ParseError.self) { try parse("<a>xxxxxxxxxx</a>", limits: XMLLimits(bytes: 10)) }
    }

    @Test("UTF-16 with a mark is read (BitKinex sends it)")
    func utf16() throws {
        var bytes: [UInt8] = [0xFF, 0xFE]
        for unit in "<a xmlns='DAV:'>ж</a>".utf16 { bytes += [UInt8(unit & 0xFF), UInt8(unit >> 8)] }
        let root = try XMLDocument.parse(bytes).root
        #expect(String(utf8: root.text) == "ж")
    }

    @Test("each prefix of a document is refused or read, and never ends the process")
    func prefixes() {
        let text = "<?xml version='1.0'?><D:a xmlns:D='DAV:' x='&lt;'><![CDATA[y]]><D:b/>&amp;ü</D:a>"
        let bytes = [UInt8](text.utf8)
        for count in 0..<bytes.count { #expect(throws: ParseError.self) { try XMLDocument.parse([UInt8](bytes[..<count])) } }
    }

    @Test("random changes of a document never end the process")
    func mutations() {
        let bytes = [UInt8]("<?xml version='1.0' encoding='utf-8'?><D:a xmlns:D='DAV:'><E:b xmlns:E='u'>x</E:b></D:a>".utf8)
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<5_000 {
            var changed = bytes
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                changed[Int.random(in: 0..<changed.count, using: &generator)] = .random(in: .min ... .max, using: &generator)
            }
            _ = try? XMLDocument.parse(changed)
        }
    }
}

import Bytes
import TestWaiting
import Testing

@testable import XML

@Suite("Namespaces in XML 1.0")
struct XMLNamespaceTests {
    @Test("a name that could not be written again is refused", arguments: [
        "<x p:b='1'/>", "<p:x/>", "<D:b:c/>", "<:b/>", "<b:/>", "<x a:b:c='1'/>",
        "<x xmlns:p='u' xmlns:q='u' p:a='1' q:a='2'/>",
    ])
    func refused(_ property: String) {
        let document = "<D:prop xmlns:D='DAV:'>\(property)</D:prop>"
        #expect(throws: ParseError.self) { try XMLDocument.parse([UInt8](document.utf8)) }
    }

    @Test("a namespace that is no URI is one all the same", arguments: ["пример", "a b", "relative/x"])
    func anyName(_ namespace: String) throws {
        let root = try XMLDocument.parse([UInt8]("<p:x xmlns:p='\(namespace)'/>".utf8)).root
        #expect(root.name.namespace == namespace)
    }

    @Test("a property declares the prefixes that it uses or names, and no others")
    func declarations() throws {
        let document = """
            <D:prop xmlns:D='DAV:' xmlns='urn:default' xmlns:p='urn:p' xmlns:q='urn:q' xmlns:r='urn:r' xmlns:s='urn:s'>\
            <p:x q:a='1' b='r:name'/><y/><z xmlns=''>s:text</z></D:prop>
            """
        let properties = Array(try XMLDocument.parse([UInt8](document.utf8)).root.children)
        #expect(properties.map { String(utf8: $0.standaloneBytes) } == [
            "<p:x xmlns:p=\"urn:p\" xmlns:q=\"urn:q\" xmlns:r=\"urn:r\" q:a=\"1\" b=\"r:name\"/>",
            "<y xmlns=\"urn:default\"/>", "<z xmlns:s=\"urn:s\">s:text</z>",
        ])
    }

    @Test("the innermost declaration of a prefix is the one in force")
    func innermost() throws {
        let document = "<a xmlns:p='1'><b xmlns:p='2'><p:c/></b></a>"
        let inner = try #require(try XMLDocument.parse([UInt8](document.utf8)).root.children.first { _ in true })
        #expect(inner.children.map { String(utf8: $0.standaloneBytes) } == ["<p:c xmlns:p=\"2\"/>"])
    }

    @Test("declarations sent once do not multiply by the properties")
    func amplification() throws {
        #expect(throws: ParseError.self) {
            try XMLDocument.parse([UInt8]("<a xmlns:p='\(String(repeating: "x", count: 1025))'/>".utf8))
        }
        let languages = "<a xml:lang='\(String(repeating: "x", count: 100_000))'><b/></a>"
        let inner = try XMLDocument.parse([UInt8](languages.utf8)).root.children.map(\.standaloneBytes)
        #expect(inner == [[UInt8]("<b/>".utf8)])
    }

    @Test("very many attributes are refused before they are compared with each other")
    func attributes() {
        let many = "<a " + (0..<500_000).map { "a\($0)=''" }.joined(separator: " ") + "/>"
        let seconds = effort { #expect(throws: ParseError.self) { try XMLDocument.parse([UInt8](many.utf8)) } }.seconds
        #expect(seconds < 20)
        let declarations = "<a " + (0..<400_000).map { "xmlns:a\($0)='u'" }.joined(separator: " ") + "/>"
        let more = effort { #expect(throws: ParseError.self) { try XMLDocument.parse([UInt8](declarations.utf8)) } }.seconds
        #expect(more < 20)
    }

    @Test("comments, CDATA and processing instructions may hold what looks like mark-up")
    func lookalikes() throws {
        let signs = String(repeating: "=", count: 200)
        let text = "<?p <a \(signs)?><!-- <b \(signs) > --><a x='>\(signs)'><![CDATA[<c \(signs)]]>y \(signs)</a>"
        #expect(String(utf8: try XMLDocument.parse([UInt8](text.utf8)).root.text) == "<c \(signs)y \(signs)")
    }
}

extension XMLNamespaceTests {
    /// A random element, of few names so that they meet.
    private static func element(_ depth: Int, _ generator: inout some RandomNumberGenerator) -> String {
        let prefixes = ["", "p:", "q:"]
        let texts = ["", " ", "x", "p:y", "&amp;&lt;", "&#13;&#10;", "<![CDATA[<z>]]>", "ж", "<!-- c -->"]
        var attributes = ""
        if Bool.random(using: &generator) { attributes += " xmlns='urn:\(Int.random(in: 0...2, using: &generator))'" }
        if Bool.random(using: &generator) { attributes += " xmlns:p='urn:\(Int.random(in: 3...5, using: &generator))'" }
        if Bool.random(using: &generator) { attributes += " p:a='1&#9;&quot;'" }
        if Bool.random(using: &generator) { attributes += " b='q:z'" }
        if Int.random(in: 0...3, using: &generator) == 0 { attributes += " xml:lang='de'" }
        let name = prefixes.randomElement(using: &generator).map { $0 + "n" } ?? "n"
        var content = ""
        for _ in 0..<Int.random(in: 0...3, using: &generator) {
            content += texts.randomElement(using: &generator) ?? ""
            if depth > 0 { content += element(depth - 1, &generator) }
        }
        return "<\(name)\(attributes)>\(content)</\(name)>"
    }

    /// All that an element means, with prefixes written out.
    private static func meaning(_ element: XMLElement) -> String {
        let tree = element.tree
        var out = "{\(element.name.namespace)}\(element.name.local) \(String(utf8: element.language ?? []))"
        for index in element.node.attributes.indices {
            let attribute = tree.attributes[index]
            if tree.slice(attribute.prefix).elementsEqual("xml".utf8) { continue }
            out += " {\(String(utf8: tree.slice(attribute.namespace)))}\(String(utf8: tree.slice(attribute.local)))"
            out += "=\(String(utf8: tree.slice(attribute.value)).debugDescription)"
        }
        var child = element.node.firstChild
        while child >= 0 {
            let node = tree.nodes[Int(child)]
            out += node.name == nil
                ? String(utf8: tree.slice(node.span)).debugDescription
                : "(\(meaning(XMLElement(tree: tree, index: child))))"
            child = node.next
        }
        return out
    }

    @Test("a random property means the same standing alone, and stays as it is")
    func roundTrip() throws {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<2_000 {
            let inner = Self.element(3, &generator)
            let declarations = "xmlns:D='DAV:' xmlns:p='urn:p' xmlns:q='urn:q' xmlns='urn:d' xml:lang='en'"
            let document = "<D:prop \(declarations)>\(inner)</D:prop>"
            let element = try #require(try XMLDocument.parse([UInt8](document.utf8)).root.children.first { _ in true })
            let alone = element.standaloneBytes
            let again = try XMLDocument.parse(alone).root
            #expect(Self.meaning(again) == Self.meaning(element), "\(document)")
            #expect(again.standaloneBytes == alone, "\(document)")
        }
    }
}

import Bytes
import CLibXML2

/// Makes a tree of libxml2's SAX2 events. One document, one thread.
///
/// Invariant: no callback throws or traps; the first fault is kept and stops the parser.
final class XMLTreeBuilder {
    private let limits: XMLLimits
    private var nodes: [XMLTree.Node] = []
    private var attributes: [XMLTree.Attribute] = []
    private var declarations: [XMLTree.Declaration] = []
    private var bytes: [UInt8] = []
    /// The element that is open, -1 for none.
    private var open: Int32 = -1
    private var depth = 0
    private var elementCount = 0
    private var declarationsInScope = 0
    private var fault: String?
    private var context: xmlParserCtxtPtr?

    init(limits: XMLLimits) { self.limits = limits }

    var tree: XMLTree { XMLTree(nodes: nodes, attributes: attributes, declarations: declarations, bytes: bytes) }

    func read(_ document: [UInt8]) throws(ParseError) {
        bytes.reserveCapacity(document.count)
        // What has no parser to belong to (conversions of encodings) would be printed otherwise. The setting is the thread's.
        xmlSetStructuredErrorFunc(nil) { _, _ in }
        var handler = Self.handler
        let user = Unmanaged.passUnretained(self).toOpaque()
        // The first four bytes tell the encoding (XML 1.0 appendix F).
        let head = min(4, document.count)
        var offset = 0
        var isWellFormed = false
        document.withUnsafeBytes { raw in
            guard let base = raw.bindMemory(to: CChar.self).baseAddress,
                let context = xmlCreatePushParserCtxt(&handler, user, base, Int32(head), nil) else { return }
            defer { xmlFreeParserCtxt(context) }
            self.context = context
            // No network; references become characters; no DTD is ever loaded. libxml2's own limits stay on.
            let options = XML_PARSE_NONET.rawValue | XML_PARSE_NOENT.rawValue | XML_PARSE_NOWARNING.rawValue
                | XML_PARSE_NOERROR.rawValue
            xmlCtxtUseOptions(context, Int32(bitPattern: options))
            xmlParseChunk(context, base + head, Int32(document.count - head), 1)
            isWellFormed = context.pointee.wellFormed != 0
            offset = max(0, min(document.count, Int(xmlByteConsumed(context))))
            if let document = context.pointee.myDoc { xmlFreeDoc(document) }
            self.context = nil
        }
        if let fault { throw ParseError(at: offset, expected: fault) }
        guard isWellFormed, !nodes.isEmpty else { throw ParseError(at: offset, expected: "well-formed XML") }
    }

    // MARK: Events

    private func fail(_ expected: String) {
        guard fault == nil else { return }
        fault = expected
        if let context { xmlStopParser(context) }
    }

    private func startElement(
        _ local: UnsafePointer<xmlChar>?, _ prefix: UnsafePointer<xmlChar>?, _ uri: UnsafePointer<xmlChar>?,
        _ namespaces: UnsafeMutablePointer<UnsafePointer<xmlChar>?>?, _ namespaceCount: Int,
        _ values: UnsafeMutablePointer<UnsafePointer<xmlChar>?>?, _ attributeCount: Int
    ) {
        guard fault == nil else { return }
        elementCount += 1
        depth += 1
        if elementCount > limits.elements { return fail("at most \(limits.elements) elements") }
        if depth > limits.depth { return fail("elements at most \(limits.depth) deep") }
        if namespaceCount + attributeCount > limits.attributesOfElement {
            return fail("at most \(limits.attributesOfElement) attributes of an element")
        }
        // RFC 4918 §17: a prefix without a namespace is no error of XML, but of its namespaces.
        if prefix != nil && uri == nil { return fail("a declaration of each prefix") }
        var node = XMLTree.Node(
            name: XMLName(namespace: Self.buffer(uri), local: Self.buffer(local)), parent: open, span: keep(Self.buffer(prefix)))
        node.declarations.start = UInt32(declarations.count)
        for index in 0..<namespaceCount {
            guard let namespaces else { break }
            declarations.append(.init(
                prefix: keep(Self.buffer(namespaces[index * 2])), uri: keep(Self.buffer(namespaces[index * 2 + 1]))))
        }
        node.declarations.count = UInt32(namespaceCount)
        declarationsInScope += namespaceCount
        if declarationsInScope > limits.namespacesInScope {
            return fail("at most \(limits.namespacesInScope) namespaces in scope")
        }
        node.attributes.start = UInt32(attributes.count)
        for index in 0..<attributeCount {
            guard let values else { break }
            let entry = values + index * 5
            var value = UnsafeBufferPointer<UInt8>(start: nil, count: 0)
            if let start = entry[3], let end = entry[4], end >= start {
                value = UnsafeBufferPointer(start: start, count: end - start)
            }
            attributes.append(.init(
                namespace: keep(Self.buffer(entry[2])), prefix: keep(Self.buffer(entry[1])),
                local: keep(Self.buffer(entry[0])), value: keep(value)))
        }
        node.attributes.count = UInt32(attributeCount)
        open = append(node)
    }

    private func endElement() {
        guard fault == nil, open >= 0 else { return }
        let node = nodes[Int(open)]
        depth -= 1
        declarationsInScope -= Int(node.declarations.count)
        open = node.parent
    }

    private func text(_ text: UnsafeBufferPointer<UInt8>) {
        guard fault == nil, open >= 0, !text.isEmpty else { return }
        let last = nodes[Int(open)].lastChild
        let isContinued = last >= 0 && nodes[Int(last)].name == nil
            && Int(nodes[Int(last)].span.start) + Int(nodes[Int(last)].span.count) == bytes.count
        let span = keep(text)
        if isContinued {
            nodes[Int(last)].span.count += span.count
        } else {
            _ = append(XMLTree.Node(name: nil, parent: open, span: span))
        }
    }

    private func append(_ node: XMLTree.Node) -> Int32 {
        let index = Int32(nodes.count)
        nodes.append(node)
        guard node.parent >= 0 else { return index }
        let parent = Int(node.parent)
        let last = nodes[parent].lastChild
        if last >= 0 { nodes[Int(last)].next = index } else { nodes[parent].firstChild = index }
        nodes[parent].lastChild = index
        return index
    }

    private func keep(_ text: UnsafeBufferPointer<UInt8>) -> XMLTree.Span {
        let span = XMLTree.Span(start: UInt32(truncatingIfNeeded: bytes.count), count: UInt32(truncatingIfNeeded: text.count))
        bytes.append(contentsOf: text)
        return span
    }

    private static func buffer(_ text: UnsafePointer<xmlChar>?) -> UnsafeBufferPointer<UInt8> {
        guard let text else { return UnsafeBufferPointer(start: nil, count: 0) }
        return UnsafeBufferPointer(start: text, count: Int(xmlStrlen(text)))
    }

    // MARK: The callbacks of C

    private static func builder(_ user: UnsafeMutableRawPointer?) -> XMLTreeBuilder? {
        user.map { Unmanaged<XMLTreeBuilder>.fromOpaque($0).takeUnretainedValue() }
    }

    private static var handler: xmlSAXHandler {
        var handler = xmlSAXHandler()
        handler.initialized = UInt32(XML_SAX2_MAGIC)
        handler.startElementNs = { user, local, prefix, uri, namespaceCount, namespaces, attributeCount, _, attributes in
            XMLTreeBuilder.builder(user)?.startElement(
                local, prefix, uri, namespaces, Int(namespaceCount), attributes, Int(attributeCount))
        }
        handler.endElementNs = { user, _, _, _ in XMLTreeBuilder.builder(user)?.endElement() }
        handler.characters = { user, text, count in
            XMLTreeBuilder.builder(user)?.text(UnsafeBufferPointer(start: text, count: Int(count)))
        }
        handler.ignorableWhitespace = handler.characters
        handler.cdataBlock = handler.characters
        // A DOCTYPE is refused where it begins: no entity can be declared, and none expanded.
        handler.internalSubset = { user, _, _, _ in XMLTreeBuilder.builder(user)?.fail("no DOCTYPE") }
        handler.externalSubset = { user, _, _, _ in XMLTreeBuilder.builder(user)?.fail("no DOCTYPE") }
        handler.reference = { user, _ in XMLTreeBuilder.builder(user)?.fail("no entities but XML's own") }
        handler.serror = { _, _ in }
        return handler
    }
}

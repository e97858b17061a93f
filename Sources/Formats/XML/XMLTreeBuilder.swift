import CLibXML2
import Glibc

/// Makes the arrays of an `XMLTree` from what the parser reports.
///
/// It is called from C: nothing here may throw through it, and no index or sum depends on what a document says without
/// a check. A structure behind a pointer, since accesses to the variables of a class are checked one by one.
struct XMLTreeBuilder {
    typealias Text = UnsafePointer<xmlChar>

    private let parser: xmlParserCtxtPtr
    private let limits: XMLLimits
    private var nodes: [XMLTree.Node] = []
    private var attributes: [XMLTree.Attribute] = []
    private var declarations: [XMLTree.Declaration] = []
    private var bytes: [UInt8] = []
    /// The element that is open, -1 outside the root.
    private var current: Int32 = -1
    private var depth = 0
    private var elementCount = 0
    private var namespacesInScope = 0
    /// Why the document was refused.
    private(set) var refusal: String?

    /// The parser keeps one copy of each name and URI: the same pointer is the same text.
    private var lastURI: (pointer: Text?, namespace: XMLNamespace?) = (nil, nil)
    private var foreignNames: [NamePointers: XMLName] = [:]

    private struct NamePointers: Hashable {
        var uri: Text?
        var local: Text
    }

    init(parser: xmlParserCtxtPtr, limits: XMLLimits, expecting size: Int) {
        self.parser = parser
        self.limits = limits
        nodes.reserveCapacity(min(size / 24 + 4, 4096))
        bytes.reserveCapacity(size / 2)
    }

    /// Whether a root was opened and closed.
    var isComplete: Bool { !nodes.isEmpty && current < 0 }

    func tree() -> XMLTree {
        XMLTree(nodes: nodes, attributes: attributes, declarations: declarations, bytes: bytes)
    }

    mutating func refuse(_ expected: String) {
        if refusal == nil { refusal = expected }
        xmlStopParser(parser)
    }

    mutating func start(
        _ local: Text?, _ prefix: Text?, _ uri: Text?,
        declarations newDeclarations: UnsafeMutablePointer<Text?>?, _ declarationCount: Int32,
        attributes newAttributes: UnsafeMutablePointer<Text?>?, _ attributeCount: Int32
    ) {
        guard refusal == nil, let local else { return }
        depth &+= 1
        elementCount &+= 1
        namespacesInScope &+= Int(declarationCount)
        if depth > limits.depth { return refuse("at most \(limits.depth) elements in each other") }
        if elementCount > limits.elements { return refuse("at most \(limits.elements) elements") }
        if namespacesInScope > limits.namespacesInScope {
            return refuse("at most \(limits.namespacesInScope) namespaces in scope")
        }
        // What was not declared would be written again without a declaration. The library reports it beside errors that
        // matter to nobody (a namespace that is no URI), so its verdict on namespaces is of no use.
        if (prefix != nil && uri == nil) || Self.hasColon(local) {
            return refuse("a declared prefix and one colon at most in a name")
        }
        var node = XMLTree.Node(name: name(uri, local), parent: current, span: keep(prefix))
        if declarationCount > 0, let newDeclarations {
            node.declarations.start = UInt32(truncatingIfNeeded: declarations.count)
            node.declarations.count = UInt32(truncatingIfNeeded: declarationCount)
            for index in 0..<Int(declarationCount) {
                let uri = keep(newDeclarations[index * 2 + 1])
                if Int(uri.count) > limits.namespaceLength {
                    return refuse("at most \(limits.namespaceLength) bytes in the name of a namespace")
                }
                declarations.append(XMLTree.Declaration(prefix: keep(newDeclarations[index * 2]), uri: uri))
            }
        }
        if attributeCount > 0, let newAttributes {
            node.attributes.start = UInt32(truncatingIfNeeded: attributes.count)
            node.attributes.count = UInt32(truncatingIfNeeded: attributeCount)
            // Five pointers each: local name, prefix, URI, start and end of the value.
            for index in 0..<Int(attributeCount) {
                let fields = newAttributes + index * 5
                if !isLegal(fields, of: newAttributes, before: index) {
                    return refuse("declared prefixes, and each attribute once")
                }
                attributes.append(XMLTree.Attribute(
                    namespace: keep(fields[2]), prefix: keep(fields[1]), local: keep(fields[0]),
                    value: keep(fields[3], end: fields[4])))
            }
        }
        current = append(node)
    }

    /// Namespaces in XML 1.0 §5 and §6.3: a prefix is declared, and no two attributes have one name by two prefixes.
    private func isLegal(
        _ fields: UnsafeMutablePointer<Text?>, of all: UnsafeMutablePointer<Text?>, before index: Int
    ) -> Bool {
        guard let local = fields[0] else { return false }
        if Self.hasColon(local) { return false }
        if fields[1] == nil { return true }
        if fields[2] == nil { return false }
        for other in 0..<index where all[other * 5] == local && all[other * 5 + 2] == fields[2] { return false }
        return true
    }

    mutating func end() {
        guard refusal == nil, current >= 0 else { return }
        let node = nodes[Int(current)]
        depth &-= 1
        namespacesInScope &-= Int(node.declarations.count)
        current = node.parent
    }

    mutating func append(_ text: Text?, _ count: Int32) {
        guard refusal == nil, current >= 0, let text, count > 0 else { return }
        let start = bytes.count
        bytes.append(contentsOf: UnsafeBufferPointer(start: text, count: Int(count)))
        // The parser reports a run in pieces; they follow each other in `bytes` where nothing came between.
        let last = nodes[Int(current)].lastChild
        if last >= 0 && nodes[Int(last)].name == nil
            && Int(nodes[Int(last)].span.start) + Int(nodes[Int(last)].span.count) == start
        {
            nodes[Int(last)].span.count &+= UInt32(truncatingIfNeeded: count)
            return
        }
        let span = XMLTree.Span(
            start: UInt32(truncatingIfNeeded: start), count: UInt32(truncatingIfNeeded: count))
        _ = append(XMLTree.Node(name: nil, parent: current, span: span))
    }

    private mutating func append(_ node: XMLTree.Node) -> Int32 {
        let index = Int32(truncatingIfNeeded: nodes.count)
        if current >= 0 {
            let last = nodes[Int(current)].lastChild
            if last >= 0 { nodes[Int(last)].next = index } else { nodes[Int(current)].firstChild = index }
            nodes[Int(current)].lastChild = index
        }
        nodes.append(node)
        return index
    }

    private mutating func name(_ uri: Text?, _ local: Text) -> XMLName {
        if uri != lastURI.pointer {
            lastURI = (uri, uri.flatMap { KnownNames.namespace(Self.buffer($0)) })
        }
        if let namespace = lastURI.namespace, let known = KnownNames.name(namespace, Self.buffer(local)) {
            return known
        }
        let pointers = NamePointers(uri: uri, local: local)
        if let seen = foreignNames[pointers] { return seen }
        let namespace = uri.map { [UInt8](Self.buffer($0)) } ?? []
        let name = XMLName.foreign(ForeignName(namespace: namespace, local: [UInt8](Self.buffer(local))))
        foreignNames[pointers] = name
        return name
    }

    private mutating func keep(_ text: Text?) -> XMLTree.Span {
        guard let text else { return XMLTree.Span() }
        return keep(Self.buffer(text))
    }

    private mutating func keep(_ text: Text?, end: Text?) -> XMLTree.Span {
        guard let text, let end, end > text else { return XMLTree.Span() }
        return keep(UnsafeBufferPointer(start: text, count: end - text))
    }

    private mutating func keep(_ text: UnsafeBufferPointer<UInt8>) -> XMLTree.Span {
        let start = UInt32(truncatingIfNeeded: bytes.count)
        bytes.append(contentsOf: text)
        return XMLTree.Span(start: start, count: UInt32(truncatingIfNeeded: text.count))
    }

    private static func hasColon(_ text: Text) -> Bool {
        strchr(UnsafeRawPointer(text).assumingMemoryBound(to: CChar.self), 0x3A) != nil
    }

    private static func buffer(_ text: Text) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: text, count: Int(xmlStrlen(text)))
    }
}

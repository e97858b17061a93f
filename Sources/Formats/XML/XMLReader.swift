import Bytes
import CLibXML2

/// libxml2's SAX2 interface, on bytes that `XMLScanner` let pass.
enum XMLReader {
    /// The library's tables; it wants to be told once, before threads use it.
    private static let isReady: Bool = {
        xmlInitParser()
        return true
    }()

    static func read(_ document: [UInt8], _ limits: XMLLimits) throws(ParseError) -> XMLTree {
        guard isReady, let parser = xmlNewParserCtxt(), let handler = parser.pointee.sax else {
            throw ParseError(at: 0, expected: "memory for a parser")
        }
        defer { xmlFreeParserCtxt(parser) }
        var builder = XMLTreeBuilder(parser: parser, limits: limits, expecting: document.count)
        handler.pointee = callbacks
        // No network whatever happens, nothing printed, and the encoding is ours to say: UTF-8. Entities of its own a
        // document cannot have without a DOCTYPE; the five that XML has become characters in attributes too (NOENT).
        // XInclude is a step that is never taken.
        let options = Int32(XML_PARSE_NONET.rawValue | XML_PARSE_NOERROR.rawValue | XML_PARSE_NOWARNING.rawValue)
            | Int32(XML_PARSE_IGNORE_ENC.rawValue | XML_PARSE_NOENT.rawValue)
        let consumed = withUnsafeMutablePointer(to: &builder) { builder in
            document.withUnsafeBytes { bytes -> Int in
                // The only call that uses the pointer is inside.
                parser.pointee.userData = UnsafeMutableRawPointer(builder)
                let start = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
                // With these callbacks no tree is made by the library; should a version make one, it is not ours to
                // leak.
                if let tree = xmlCtxtReadMemory(parser, start, Int32(clamping: bytes.count), nil, nil, options) {
                    xmlFreeDoc(tree)
                    parser.pointee.myDoc = nil
                }
                return max(0, Int(xmlByteConsumed(parser)))
            }
        }
        if let refusal = builder.refusal { throw ParseError(at: consumed, expected: refusal) }
        guard parser.pointee.wellFormed == 1, builder.isComplete else {
            throw ParseError(at: consumed, expected: "well-formed XML")
        }
        return builder.tree()
    }

    /// What the library calls. A callback never throws and never traps: it checks, and stops the parser.
    private static var callbacks: xmlSAXHandler {
        var handler = xmlSAXHandler()
        handler.initialized = UInt32(XML_SAX2_MAGIC)
        handler.internalSubset = { context, _, _, _ in
            XMLReader.builder(context)?.pointee.refuse("no document type declaration")
        }
        handler.startElementNs = { context, local, prefix, uri, declarationCount, declarations, count, _, attributes in
            XMLReader.builder(context)?.pointee.start(
                local, prefix, uri, declarations: declarations, declarationCount, attributes: attributes, count)
        }
        handler.endElementNs = { context, _, _, _ in XMLReader.builder(context)?.pointee.end() }
        handler.characters = { context, text, count in XMLReader.builder(context)?.pointee.append(text, count) }
        // The same function as above: then white space between elements is text like any other.
        handler.ignorableWhitespace = handler.characters
        return handler
    }

    private static func builder(_ context: UnsafeMutableRawPointer?) -> UnsafeMutablePointer<XMLTreeBuilder>? {
        context?.assumingMemoryBound(to: XMLTreeBuilder.self)
    }
}

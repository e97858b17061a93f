package import Bytes
import CLibXML2

/// A document that was read. It never changes.
package struct XMLDocument: Sendable {
    package let root: XMLElement

    /// Reads a whole document. Throws where it is not well-formed, has a DOCTYPE, or passes a limit.
    package static func parse(
        _ bytes: [UInt8], limits: XMLLimits = XMLLimits()
    ) throws(ParseError) -> XMLDocument {
        guard bytes.count <= limits.bytes, bytes.count <= Int32.max else {
            throw ParseError(at: 0, expected: "at most \(limits.bytes) bytes")
        }
        guard !bytes.isEmpty else { throw ParseError(at: 0, expected: "an XML document") }
        let builder = XMLTreeBuilder(limits: limits)
        try builder.read(bytes)
        return XMLDocument(root: XMLElement(tree: builder.tree, index: 0))
    }
}

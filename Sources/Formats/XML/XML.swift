// XML: bytes of XML to a read-only tree, and values to bytes of XML. It owns the reader over libxml2, the names of the
// vocabularies that this program speaks, the bytes of an element that stand alone (dead properties), and the writer.
//
// It never opens a file or a connection, never reads a DTD or an entity of a document's own (a DOCTYPE is refused where
// it starts), and never writes bytes that are not well-formed, whatever text it is given. Comments and processing
// instructions are read over and not kept.
//
// Start reading at XMLDocument.swift and XMLWriter.swift.

/// What a document may cost. A document beyond a limit is refused as a whole.
package struct XMLLimits: Sendable {
    /// Of the document as sent.
    package var bytes: Int
    /// Of elements in each other.
    package var depth: Int
    package var elements: Int
    /// Attributes and namespace declarations of one element. libxml2 compares each with each.
    package var attributesOfElement: Int
    /// Namespace declarations in scope at one place.
    package var namespacesInScope: Int
    /// Bytes of the name of a namespace. It comes again with each property that is kept.
    package var namespaceLength: Int

    package init(
        bytes: Int = 8 << 20, depth: Int = 100, elements: Int = 200_000, attributesOfElement: Int = 64,
        namespacesInScope: Int = 256, namespaceLength: Int = 1024
    ) {
        self.bytes = bytes
        self.depth = depth
        self.elements = elements
        self.attributesOfElement = attributesOfElement
        self.namespacesInScope = namespacesInScope
        self.namespaceLength = namespaceLength
    }
}

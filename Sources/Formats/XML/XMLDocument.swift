package import Bytes

/// A document that was read. It never changes.
package struct XMLDocument: Sendable {
    package let root: XMLElement

    /// Reads a whole document. Throws where it is not well-formed, has a DOCTYPE, or passes a limit.
    /// It is in UTF-8, UTF-16, US-ASCII or ISO-8859-1, by its byte order mark or its declaration.
    package static func parse(
        _ bytes: [UInt8], limits: XMLLimits = XMLLimits()
    ) throws(ParseError) -> XMLDocument {
        // Offsets in the tree have 32 bits, and transcoding may take twice the bytes.
        guard bytes.count <= min(limits.bytes, 1 << 30) else {
            throw ParseError(at: limits.bytes, expected: "at most \(limits.bytes) bytes")
        }
        if let transcoded = try XMLEncoding.transcode(bytes) { return try parseUTF8(transcoded, limits) }
        return try parseUTF8(bytes, limits)
    }

    private static func parseUTF8(_ bytes: [UInt8], _ limits: XMLLimits) throws(ParseError) -> XMLDocument {
        try XMLScanner.check(bytes, limits)
        return XMLDocument(root: XMLElement(tree: try XMLReader.read(bytes, limits), index: 0))
    }
}

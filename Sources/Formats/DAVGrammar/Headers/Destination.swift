package import Bytes

/// RFC 4918 §10.3: an absolute URI, or an absolute path.
package struct Destination: Equatable, Sendable {
    /// Nil where it is a path.
    package var authority: String?
    package var path: RequestPath

    package init(_ text: String) throws(ParseError) {
        let bytes = [UInt8](text.utf8)
        let trimmed = bytes.trimmingASCIIWhitespace
        if trimmed.isEmpty { throw ParseError(at: 0, expected: "a URI or a path") }
        if let start = RequestPath.schemeEnd(trimmed) {
            authority = String(utf8: trimmed[start...].prefix { $0 != 0x2F && $0 != 0x3F })
        }
        path = try RequestPath(String(utf8: trimmed))
    }
}

import Bytes

/// The structure of a message, and its headers.
///
/// Where the message is in memory, it is kept as it is and its fields are read where they stand; where it came in pieces
/// (`MessageScanner`), its headers are kept. Everything here is the same for both.
package struct Message: Sendable {
    /// The message or its headers.
    let headerSource: [UInt8]
    /// In document order: the message itself, and behind each part its descendants.
    package let parts: [MessagePart]
    let index: HeaderFieldIndex
    /// Octets of the message as it was given.
    package let byteCount: Int

    package init(_ bytes: [UInt8], limits: MessageLimits = MessageLimits()) {
        let scanner = MessageScanner.scan(bytes, limits: limits)
        headerSource = bytes
        parts = scanner.parts
        index = scanner.fields
        byteCount = bytes.count
    }

    init(_ scanner: MessageScanner) {
        headerSource = scanner.headerBytes
        parts = scanner.parts
        index = scanner.fields
        byteCount = scanner.offset
    }

    init(summarized parts: [MessagePart], fields: HeaderFieldIndex, source: [UInt8], byteCount: Int) {
        headerSource = source
        self.parts = parts
        index = fields
        self.byteCount = byteCount
    }

    /// The message itself.
    package var root: MessagePart { parts.first ?? MessagePart(parent: nil, headerStart: 0) }
    package var header: Header { header(of: 0) }

    /// RFC822.SIZE: octets with every line ended by CRLF. What was stored with bare LF is counted as it is sent.
    package var byteCountInCRLF: Int { byteCount + root.headerLines.bare + root.bodyLines.bare }

    /// The fields of the part with that index.
    package func header(of part: Int) -> Header {
        Header(source: headerSource, extents: parts.indices.contains(part) ? index.extents[parts[part].fields] : [])
    }

    /// The indices of the parts right below one.
    package func children(of part: Int) -> Children {
        guard parts.indices.contains(part) else { return Children(message: self, position: 0, end: 0) }
        return Children(message: self, position: part + 1, end: parts[part].descendantsEnd)
    }

    package struct Children: Sequence, IteratorProtocol {
        fileprivate let message: Message
        fileprivate var position: Int
        fileprivate let end: Int

        package mutating func next() -> Int? {
            guard position < end else { return nil }
            defer { position = Swift.max(message.parts[position].descendantsEnd, position + 1) }
            return position
        }
    }
}

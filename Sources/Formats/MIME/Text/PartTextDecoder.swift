import Bytes

/// The text of one part in UTF-8, from its encoded bytes, in pieces of any size: transfer encoding, charset, and of HTML the words.
package struct PartTextDecoder: ~Copyable {
    private var transfer: TransferDecoder
    private var charset: CharsetDecoder
    private var html: HTMLText?
    private var decoded: [UInt8] = []
    private var text: [UInt8] = []

    /// Of a large piece as much at once.
    private static let step = 32 << 10

    package init(_ type: ContentType, _ encoding: TransferEncoding) {
        transfer = TransferDecoder(encoding)
        charset = CharsetDecoder(type.charset)
        html = type.isSubtype("html") || type.isSubtype("xhtml+xml") ? HTMLText() : nil
    }

    package mutating func feed(_ bytes: UnsafeBufferPointer<UInt8>, into out: inout [UInt8]) {
        var start = 0
        while start < bytes.count {
            let end = min(start + Self.step, bytes.count)
            decoded.removeAll(keepingCapacity: true)
            transfer.feed(UnsafeBufferPointer(rebasing: bytes[start..<end]), into: &decoded)
            convert(into: &out)
            start = end
        }
    }

    package mutating func finish(into out: inout [UInt8]) {
        decoded.removeAll()
        transfer.finish(into: &decoded)
        convert(into: &out)
        text.removeAll()
        charset.finish(into: &text)
        passOn(into: &out)
        if var html {
            html.finish(into: &out)
            self.html = html
        }
    }

    private mutating func convert(into out: inout [UInt8]) {
        text.removeAll(keepingCapacity: true)
        decoded.withUnsafeBufferPointer { charset.feed($0, into: &text) }
        passOn(into: &out)
    }

    private mutating func passOn(into out: inout [UInt8]) {
        guard var html else {
            out += text
            return
        }
        self.html = nil
        text.withUnsafeBufferPointer { html.feed($0, into: &out) }
        self.html = html
    }
}

extension Message {
    /// Reads the text of a part; nil where it has none.
    package func textDecoder(of index: Int) -> PartTextDecoder? {
        guard parts.indices.contains(index), parts[index].kind == .leaf else { return nil }
        let type = contentType(of: index)
        let encoding = transferEncoding(of: index)
        // RFC 3464, RFC 8098: what a report says is text too, of fields.
        let isFields = type.isType("message") && !type.isMessage
        guard type.isType("text") || isFields, encoding != .unknown else { return nil }
        return PartTextDecoder(type, encoding)
    }
}

import Bytes

/// What a message that is built has for a body. The bytes depend on nothing but the values and the boundary.
package indirect enum OutgoingPart: Sendable {
    /// Text in UTF-8: plain, html.
    case text(String, subtype: String = "plain")
    /// Any file: type and subtype, the name to show, the identifier that HTML names it by.
    case file([UInt8], type: String, name: String?, isInline: Bool = false, contentID: String? = nil)
    /// RFC 2046 §5.2.1: a whole message.
    case message([UInt8])
    /// RFC 6522 §4: a message's header alone.
    case headers([UInt8])
    /// Fields of a report: message/delivery-status, message/disposition-notification.
    case fields([UInt8], subtype: String)
    /// mixed, alternative, related, report.
    case multipart([OutgoingPart], subtype: String, parameters: [String: String] = [:])

    /// The fields of the part, and its body.
    struct Rendered {
        var header: HeaderWriter
        var body: [UInt8]
        /// RFC 2045 §6.4: what is around it must admit as much.
        var encoding: TransferEncoding
    }

    func render(_ boundary: inout Boundary, after header: HeaderWriter = HeaderWriter()) -> Rendered {
        var header = header
        switch self {
        case .text(let text, let subtype):
            let bytes = BodyWriter.canonicalText(text.utf8)
            let encoding = BodyWriter.encodingOfText(bytes)
            header.structured("Content-Type", "text/\(subtype)", [("charset", "utf-8")])
            return Self.encoded(bytes, encoding, header)
        case .file(let bytes, let type, let name, let isInline, let contentID):
            header.structured("Content-Type", type, [])
            header.structured("Content-Disposition", isInline ? "inline" : "attachment", name.map { [("filename", $0)] } ?? [])
            if let contentID { header.identifiers("Content-ID", [[UInt8](contentID.utf8)]) }
            return Self.encoded(bytes, .base64, header)
        case .message(let bytes):
            // RFC 2046 §5.2.1: no other encoding is allowed.
            header.structured("Content-Type", "message/rfc822", [])
            return Self.encoded(bytes, BodyWriter.identity(bytes), header)
        case .headers(let bytes):
            header.structured("Content-Type", "text/rfc822-headers", [])
            let text = BodyWriter.canonicalText(bytes)
            return Self.encoded(text, BodyWriter.encodingOfText(text), header)
        case .fields(let bytes, let subtype):
            header.structured("Content-Type", "message/\(subtype)", [])
            return Self.encoded(bytes, BodyWriter.identity(bytes), header)
        case .multipart(let parts, let subtype, let parameters):
            return Self.multipart(parts, subtype, parameters, &boundary, header)
        }
    }

    private static func encoded(_ bytes: [UInt8], _ encoding: TransferEncoding, _ header: HeaderWriter) -> Rendered {
        var header = header
        header.token("Content-Transfer-Encoding", BodyWriter.name(encoding).utf8)
        switch encoding {
        case .base64: return Rendered(header: header, body: BodyWriter.base64(bytes), encoding: .sevenBit)
        case .quotedPrintable: return Rendered(header: header, body: BodyWriter.quotedPrintable(bytes), encoding: .sevenBit)
        default: return Rendered(header: header, body: bytes, encoding: encoding)
        }
    }

    private static func multipart(
        _ parts: [OutgoingPart], _ subtype: String, _ parameters: [String: String], _ boundary: inout Boundary, _ header: HeaderWriter
    ) -> Rendered {
        var header = header
        // RFC 2046 §5.1.1: at least one part.
        let rendered = (parts.isEmpty ? [.text("")] : parts).map { $0.render(&boundary) }
        let delimiter = boundary.next(notIn: rendered.map(\.body))
        var all: [(name: String, value: String)] = [("boundary", delimiter)]
        for name in parameters.keys.sorted() { all.append((name, parameters[name] ?? "")) }
        header.structured("Content-Type", "multipart/\(subtype)", all)
        let encodings = rendered.map(\.encoding)
        let encoding: TransferEncoding = encodings.contains(.binary) ? .binary : encodings.contains(.eightBit) ? .eightBit : .sevenBit
        if encoding != .sevenBit { header.token("Content-Transfer-Encoding", BodyWriter.name(encoding).utf8) }
        var body: [UInt8] = []
        for part in rendered {
            body.append("--\(delimiter)\r\n")
            body += part.header.bytes
            body.append("\r\n" as StaticString)
            body += part.body
            body.append("\r\n" as StaticString)
        }
        body.append("--\(delimiter)--\r\n")
        return Rendered(header: header, body: body, encoding: encoding)
    }
}

/// RFC 2046 §5.1.1: delimiters that stand in no part. "=_" is in no quoted-printable or base64 body (RFC 2045 §6.7).
struct Boundary {
    private let base: String
    private var number = 0

    init(_ base: String) {
        self.base = String(utf8: base.utf8.filter { $0.isASCIILetter || $0.isASCIIDigit }.prefix(40))
    }

    mutating func next(notIn bodies: [[UInt8]]) -> String {
        while true {
            number += 1
            // The closing `_` keeps one from being the beginning of another.
            let candidate = "=_\(base)_\(number)_"
            let line = [UInt8]("--\(candidate)".utf8)
            if !bodies.contains(where: { body in body.withUnsafeBytes { $0.contains(line) } }) { return candidate }
        }
    }
}

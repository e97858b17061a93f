import Bytes

/// What a header says of the structure of its body.
struct EntityKind {
    enum Composite {
        case none
        case multipart(boundary: [UInt8], isDigest: Bool)
        case message
    }

    var composite = Composite.none

    init(_ index: HeaderFieldIndex, _ part: MessagePart, in source: UnsafeBufferPointer<UInt8>) {
        func value(_ name: StaticString) -> ArraySlice<UInt8>? {
            guard let extent = index.first(named: name, in: part.fields, source) else { return nil }
            return Array(source[extent.valueStart..<extent.valueEnd])[...]
        }
        let type: ContentType
        if let field = value("content-type") {
            guard let parsed = ContentType(field) else { return }
            type = parsed
        } else if part.isInDigest {
            // RFC 2046 §5.1.5: parts of a digest are messages, if they do not say otherwise.
            type = .message
        } else {
            return
        }
        if type.isMultipart {
            // RFC 2046 §5.1: the boundary is required. Without one there are no parts to be found.
            guard let boundary = type.boundary else { return }
            composite = .multipart(boundary: boundary, isDigest: type.subtype.equalsIgnoringASCIICase("digest"))
        } else if type.isMessage {
            // RFC 2046 §5.2.1: never encoded. What is, is a file for the client. (RFC 6532 §3.7 lets message/global be encoded.)
            let encoding = value("content-transfer-encoding").map { TransferEncoding($0) } ?? .sevenBit
            if encoding.isIdentity { composite = .message }
        }
    }
}

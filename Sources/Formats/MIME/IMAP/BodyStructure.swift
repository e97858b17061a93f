import Bytes

/// RFC 9051 §7.5.2 (RFC 3501 §7.4.2): BODYSTRUCTURE, and BODY without its extension data, as values.
///
/// It is always one that the grammar can write: a type is never missing, a multipart has a part, what calls itself a multipart or a message
/// and was not looked into (it has no boundary, it is encoded, it is too deep) is text or a file.
package struct BodyStructure: Sendable, Equatable {
    package indirect enum Content: Sendable, Equatable {
        /// Not empty.
        case multipart([BodyStructure])
        case message(Envelope, BodyStructure)
        /// RFC 9051 §9 writes the count of lines for text and messages.
        case text
        case other
    }

    package var content: Content
    /// As they were written.
    package var type: [UInt8]
    package var subtype: [UInt8]
    /// Of Content-Type, continuations joined (`FieldParameters.joined`).
    package var parameters: [FieldParameters.Parameter]
    package var id: [UInt8]?
    package var description: [UInt8]?
    /// Never empty: 7BIT where nothing is said (RFC 2045 §6.1).
    package var encoding: [UInt8]
    /// Of the body as it is encoded, with CRLF for each line end.
    package var byteCount: Int
    package var lineCount: Int
    package var md5: [UInt8]?
    package var disposition: ContentDisposition?
    package var languages: [[UInt8]]
    package var location: [UInt8]?
}

extension Message {
    /// Of the whole message, or of one part. Depth is bounded by the limits of the scan.
    package func bodyStructure(of index: Int = 0) -> BodyStructure {
        guard parts.indices.contains(index) else { return bodyStructure(of: 0) }
        let part = parts[index]
        let header = header(of: index)
        func text(_ name: StaticString) -> [UInt8]? {
            header.first(name).map(\.unfolded).flatMap { $0.isEmpty ? nil : $0 }
        }
        var type = contentType(of: index)
        let content: BodyStructure.Content
        let below = Array(children(of: index))
        switch part.kind {
        case .multipart where !below.isEmpty: content = .multipart(below.map { bodyStructure(of: $0) })
        case .message where !below.isEmpty: content = .message(envelope(of: below[0]), bodyStructure(of: below[0]))
        default:
            if type.isMultipart || type.isMessage { type = ContentType.file }
            content = type.isType("text") ? .text : .other
        }
        return BodyStructure(
            content: content, type: type.type, subtype: type.subtype, parameters: type.parameters.joined, id: text("content-id"),
            description: text("content-description"), encoding: encodingName(header), byteCount: part.bodyByteCountInCRLF,
            lineCount: part.bodyLines.all, md5: text("content-md5"),
            disposition: header.value("content-disposition").flatMap { ContentDisposition($0) }.map {
                ContentDisposition(kind: $0.kind, parameters: FieldParameters($0.parameters.joined))
            },
            languages: header.value("content-language").map { ContentLanguage.tags($0) } ?? [],
            // RFC 2557 §4.4.2: blanks that folding put into a URI are none of it.
            location: text("content-location").map { $0.filter { !FieldCursor.isSpace($0) } })
    }

    /// The type of the part: what its header says, or what it is without one (RFC 2045 §5.2, RFC 2046 §5.1.5).
    package func contentType(of index: Int) -> ContentType {
        guard let value = header(of: index).value("content-type") else {
            let isInDigest = parts.indices.contains(index) && parts[index].isInDigest && parts[index].kind != .multipart
            return isInDigest ? .message : .text
        }
        guard let type = ContentType(value) else { return .text }
        // RFC 2045 §5.2: a field that is not valid is as none. A multipart without a boundary is not.
        return type.isMultipart && type.boundary == nil ? .text : type
    }

    package func transferEncoding(of index: Int) -> TransferEncoding {
        header(of: index).value("content-transfer-encoding").map { TransferEncoding($0) } ?? .sevenBit
    }

    private func encodingName(_ header: Header) -> [UInt8] {
        var cursor = FieldCursor(header.value("content-transfer-encoding") ?? [])
        cursor.skipSpace()
        let name = cursor.token()
        return name.isEmpty ? [UInt8]("7bit".utf8) : Array(name)
    }
}

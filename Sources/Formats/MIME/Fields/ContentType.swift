package import Bytes

/// RFC 2045 §5: a media type and its parameters.
package struct ContentType: Sendable, Equatable {
    /// As they were written; their case means nothing.
    package var type: [UInt8]
    package var subtype: [UInt8]
    package var parameters: FieldParameters

    package init(type: [UInt8], subtype: [UInt8], parameters: FieldParameters = FieldParameters()) {
        self.type = type
        self.subtype = subtype
        self.parameters = parameters
    }

    /// RFC 2045 §5.2: what a part is without the field, or with one that cannot be read.
    package static let text = ContentType(
        type: [UInt8]("text".utf8), subtype: [UInt8]("plain".utf8),
        parameters: FieldParameters([.init(name: [UInt8]("charset".utf8), value: [UInt8]("us-ascii".utf8))]))
    static let message = ContentType(type: [UInt8]("message".utf8), subtype: [UInt8]("rfc822".utf8))
    static let file = ContentType(type: [UInt8]("application".utf8), subtype: [UInt8]("octet-stream".utf8))

    /// The value of the field; nil where it names no type.
    package init?(_ value: ArraySlice<UInt8>) {
        var cursor = FieldCursor(value)
        cursor.skipSpace()
        type = Array(cursor.token())
        cursor.skipSpace()
        guard !type.isEmpty, cursor.take(0x2F) else { return nil }
        cursor.skipSpace()
        subtype = Array(cursor.token())
        guard !subtype.isEmpty else { return nil }
        parameters = FieldParameters(&cursor)
    }

    package func isType(_ name: StaticString) -> Bool { type.equalsIgnoringASCIICase(name) }
    package func isSubtype(_ name: StaticString) -> Bool { subtype.equalsIgnoringASCIICase(name) }

    package var isMultipart: Bool { isType("multipart") }
    /// RFC 6532 §3.7: message/global is what message/rfc822 is.
    package var isMessage: Bool { isType("message") && (isSubtype("rfc822") || isSubtype("global")) }

    /// RFC 2046 §5.1.1: without white space at its end. Nil where there is none, or nothing in it, which every line would begin with.
    var boundary: [UInt8]? {
        guard var boundary = parameters.value("boundary") else { return nil }
        while let last = boundary.last, last == 0x20 || last == 0x09 { boundary.removeLast() }
        return boundary.isEmpty ? nil : boundary
    }

    package var charset: CharsetName? { parameters.value("charset").flatMap { CharsetName($0) } }
}

/// RFC 2183: how a part is to be shown.
package struct ContentDisposition: Sendable, Equatable {
    package var kind: [UInt8]
    package var parameters: FieldParameters

    package init(kind: [UInt8], parameters: FieldParameters = FieldParameters()) {
        self.kind = kind
        self.parameters = parameters
    }

    /// Nil where the field says nothing.
    package init?(_ value: ArraySlice<UInt8>) {
        var cursor = FieldCursor(value)
        cursor.skipSpace()
        // Met in the wild: a quoted word.
        kind = cursor.peek == 0x22 ? cursor.quotedString() : Array(cursor.token())
        guard !kind.isEmpty else { return nil }
        parameters = FieldParameters(&cursor)
    }

    package var isAttachment: Bool { kind.equalsIgnoringASCIICase("attachment") }
}

/// RFC 3282: the tags of a Content-Language field.
package enum ContentLanguage {
    package static func tags(_ value: ArraySlice<UInt8>) -> [[UInt8]] {
        var cursor = FieldCursor(value)
        var tags: [[UInt8]] = []
        while !cursor.isAtEnd {
            cursor.skipSpace()
            let tag = cursor.token()
            if tag.isEmpty { cursor.advance() } else { tags.append(Array(tag)) }
        }
        return tags
    }
}

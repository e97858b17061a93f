/// The message itself, a part of a multipart, or the message within a message/rfc822 part. All offsets are in the whole message.
package struct MessagePart: Sendable, Equatable {
    package enum Kind: Sendable {
        case leaf
        case multipart
        /// Its one child is the message within it.
        case message
    }

    package var kind = Kind.leaf
    /// The part it is in; nil for the whole message.
    package var parent: Int?
    /// The index after its last descendant.
    package var descendantsEnd = 0
    /// From the first field to the end of the empty line.
    package var header: Range<Int>
    /// The empty line that ends the header; empty where there is none.
    package var blankLine: Range<Int>
    /// RFC 2046 §5.1.1: the line end before a delimiter is no part of it.
    package var body: Range<Int>
    package var headerLines = LineCount()
    package var bodyLines = LineCount()
    /// In the fields of all parts.
    var fields: Range<Int> = 0..<0
    /// Where the header begins in the bytes that fields are read from.
    var headerSourceStart = 0
    /// A header in the shape of its own or of what it is in (RFC 2046 §5.1.5).
    var isInDigest = false

    /// Without what is only of this reading.
    package var inMessage: MessagePart {
        var part = self
        part.headerSourceStart = header.lowerBound
        return part
    }

    init(parent: Int?, headerStart: Int) {
        self.parent = parent
        header = headerStart..<headerStart
        blankLine = headerStart..<headerStart
        body = headerStart..<headerStart
    }

    /// Octets of the body with every line ended by CRLF, as IMAP and SMTP carry it, whatever was stored.
    package var bodyByteCountInCRLF: Int { body.count + bodyLines.bare }
    package var headerByteCountInCRLF: Int { header.count + headerLines.bare }
}

/// Line ends: how many, and how many of them are a LF without a CR. A last line without an end is not counted, as the example of RFC
/// 3501 §7.4.2 has it.
package struct LineCount: Sendable, Equatable {
    package var all = 0
    package var bare = 0

    static func - (left: LineCount, right: LineCount) -> LineCount {
        LineCount(all: left.all - right.all, bare: left.bare - right.bare)
    }
}

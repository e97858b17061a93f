// MIME: messages (RFC 5322, RFC 6532) and what is in them (RFC 2045 to 2049, RFC 2231).
//
// It owns the structure of a message by offsets, header fields and their values, encoded words, transfer encodings, what IMAP
// tells of a message (ENVELOPE, BODYSTRUCTURE, sections, base subject, preview), the text that a search looks at, and the
// building of messages. It must never do I/O, know a clock or make up an identifier, change bytes that it was given, or refuse a
// message: whatever bytes there are have a structure.
//
// Invariants: the offsets are the same whether a message came whole or in pieces, wherever it was cut; every range lies within
// the message; parts stand in document order, a part's descendants right behind it; work is linear in the message's length,
// memory is bounded by `MessageLimits` and, where the message came in pieces, does not grow with it.
//
// Start reading at Structure/Message.swift, then Structure/MessageScanner.swift and Fields/Header.swift.

/// How much of a message's structure is looked at. What is beyond is kept as content: no message is refused.
package struct MessageLimits: Sendable {
    /// Parts, the message itself being one. Later delimiters are text of the last part.
    package var partCount: Int
    /// Of parts within parts. What would be deeper is not looked into.
    package var depth: Int
    /// Bytes of all headers whose fields can be asked for.
    package var headerByteCount: Int
    /// Of all headers.
    package var fieldCount: Int

    package init(partCount: Int = 10_000, depth: Int = 50, headerByteCount: Int = 1 << 20, fieldCount: Int = 20_000) {
        self.partCount = partCount
        self.depth = depth
        self.headerByteCount = headerByteCount
        self.fieldCount = fieldCount
    }
}

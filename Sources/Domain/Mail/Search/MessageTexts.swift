import Bytes
import ContentLines
package import Database
package import MIME

/// The texts of a stored message that a search looks at (RFC 9051 §6.4.4), folded; each is read once. The index is made of the same
/// texts, so that it rules out what a search would not find.
package struct MessageTexts {
    /// Fields beyond are not searched.
    package static let mostHeaderBytes = 1 << 20

    private let message: Message
    private let content: ContentID
    private let store: MailStore
    private var fields: Header?
    private var foldedHeader: [UInt8]?
    private var foldedBody: [UInt8]?

    /// - Parameter row: with its structure.
    package init(_ row: StoredMessage, in store: MailStore) {
        message = row.structure ?? Message([])
        content = row.content
        self.store = store
    }

    /// RFC 9051 §6.4.4: without regard to case; here of all scripts (RFC 5051).
    package static func folded(_ text: [UInt8]) -> [UInt8] { Collation.unicodeCasemap.folded(text[...]) }

    /// The message's own header, all fields.
    package mutating func header(_ tx: borrowing ReadTransaction) throws -> Header {
        if let fields { return fields }
        let octets = try store.octets(tx, of: content, message.root.header.prefix(Self.mostHeaderBytes))
        let header = Message(octets).header
        fields = header
        return header
    }

    /// All fields of the message's own header, a line each.
    package mutating func headerText(_ tx: borrowing ReadTransaction) throws -> [UInt8] {
        if let foldedHeader { return foldedHeader }
        var text: [UInt8] = []
        SearchText().appendHeader(try header(tx), to: &text)
        let folded = Self.folded(text)
        foldedHeader = folded
        return folded
    }

    /// Whether all of the header is in `headerText`.
    mutating func hasWholeHeader(_ tx: borrowing ReadTransaction) throws -> Bool {
        if message.root.header.count > Self.mostHeaderBytes { return false }
        return try headerText(tx).count < SearchText().mostBytes
    }

    /// The text of all parts, with the headers of those below the message.
    package mutating func body(_ tx: borrowing ReadTransaction) throws -> [UInt8] {
        if let foldedBody { return foldedBody }
        var text: [UInt8] = []
        // What one message may cost is bounded by SearchText.
        for part in message.parts.indices { try append(part, tx, to: &text) }
        let folded = Self.folded(text)
        foldedBody = folded
        return folded
    }

    /// The text of one part, with its own header where it is not the message.
    private func append(_ part: Int, _ tx: borrowing ReadTransaction, to text: inout [UInt8]) throws {
        let limit = SearchText().mostBytes
        if part > 0 { SearchText().appendHeader(message.header(of: part), to: &text) }
        guard text.count < limit, var decoder = message.textDecoder(of: part) else { return }
        var position = message.parts[part].body.lowerBound
        let end = message.parts[part].body.upperBound
        while position < end, text.count < limit {
            let next = min(position + (64 << 10), end)
            try store.octets(tx, of: content, position..<next).withUnsafeBufferPointer { decoder.feed($0, into: &text) }
            position = next
        }
        decoder.finish(into: &text)
        text.append(0x0A)
    }
}

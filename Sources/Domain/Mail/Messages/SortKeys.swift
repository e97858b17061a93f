import Bytes
import CivilTime
package import MIME

/// What messages are sorted and threaded by (RFC 5256, RFC 5957), read from the header once. Texts are UTF-8, decoded.
package struct SortKeys: Sendable, Equatable {
    /// RFC 5256 §2.2: in seconds since 1970 in UTC; nil: there is none, INTERNALDATE counts.
    package var sent: Int64?
    /// The calendar day of it where it was sent, for SENTON and the like: days since 1970.
    package var sentDay: Int64?
    /// RFC 5256 §2.1.
    package var baseSubject: [UInt8] = []
    package var isReplyOrForward = false
    /// The mailbox (local part) of the first address.
    package var from: [UInt8] = []
    package var to: [UInt8] = []
    package var cc: [UInt8] = []
    /// RFC 5957 §3: the name of the first address, or else the address.
    package var displayFrom: [UInt8] = []
    package var displayTo: [UInt8] = []
    /// Without angle brackets; empty: none.
    package var messageID: [UInt8] = []
    /// The oldest first; In-Reply-To's first where there is no References (RFC 5256 §3).
    package var references: [[UInt8]] = []

    package init() {}

    /// Which of them are wanted beside the time, so that the others cost nothing.
    package struct Fields: OptionSet, Sendable {
        package var rawValue: Int
        package init(rawValue: Int) { self.rawValue = rawValue }

        package static let subject = Fields(rawValue: 1 << 0)
        package static let from = Fields(rawValue: 1 << 1)
        package static let to = Fields(rawValue: 1 << 2)
        package static let cc = Fields(rawValue: 1 << 3)
        package static let displayFrom = Fields(rawValue: 1 << 4)
        package static let displayTo = Fields(rawValue: 1 << 5)
        /// Message-ID and References.
        package static let identifiers = Fields(rawValue: 1 << 6)
        package static let all = Fields(rawValue: (1 << 7) - 1)
    }
}

extension SortKeys {
    /// Longer texts are cut for sorting, and only the nearest ancestors are kept: a hostile header has any number.
    private static let textLimit = 255
    private static let referenceLimit = 100
    /// RFC 5322 §2.1.1 has no longer line.
    private static let identifierLimit = 998

    package init(_ header: Header) {
        if let date = header.value("date").flatMap({ MessageDate($0) }) {
            sent = date.utcSeconds
            sentDay = Int64(date.date.dayNumber)
        }
        if let value = header.value("subject") {
            let subject = BaseSubject(value)
            baseSubject = Self.cut(subject.text)
            isReplyOrForward = subject.isReplyOrForward
        }
        if let first = Self.first(header, "from") { (from, displayFrom) = first }
        if let first = Self.first(header, "to") { (to, displayTo) = first }
        if let first = Self.first(header, "cc") { cc = first.mailbox }
        if let id = header.value("message-id").flatMap({ MessageID.first($0) }) { messageID = Self.identifier(id) }
        var ancestors = header.value("references").map { MessageID.list($0) } ?? []
        if ancestors.isEmpty, let value = header.value("in-reply-to") { ancestors = Array(MessageID.list(value).prefix(1)) }
        // The first is the root of the conversation, the last are the nearest.
        if ancestors.count > Self.referenceLimit { ancestors = [ancestors[0]] + ancestors.suffix(Self.referenceLimit - 1) }
        references = ancestors.map(Self.identifier)
    }

    private static func first(_ header: Header, _ name: StaticString) -> (mailbox: [UInt8], display: [UInt8])? {
        guard let value = header.value(name), let address = AddressParser.mailboxes(value.prefix(8192)).first else { return nil }
        let display = address.displayName.flatMap { $0.isEmpty ? nil : $0 } ?? address.addressBytes
        return (cut(address.localPart), cut(display))
    }

    /// A text cut between characters.
    private static func cut(_ text: [UInt8]) -> [UInt8] {
        if text.count <= textLimit { return text }
        var end = textLimit
        while end > 0, text[end] & 0xC0 == 0x80 { end -= 1 }
        return Array(text[..<end])
    }

    private static func identifier(_ id: [UInt8]) -> [UInt8] { id.count > identifierLimit ? Array(id.prefix(identifierLimit)) : id }

    /// RFC 8474 §5.2: the same for all that go back to one message, whoever has them; nil where the message names none.
    var threadHash: Int64? {
        let root = references.first ?? messageID
        return root.isEmpty ? nil : Int64(bitPattern: Self.hash(ofIdentifier: root))
    }

    /// FNV-1a. Who makes two identifiers that have one hash wins nothing: they could write the same identifier twice.
    static func hash(ofIdentifier id: [UInt8]) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in id { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return hash
    }

    // MARK: As they are stored

    private static let version: UInt8 = 1

    var encoded: [UInt8] {
        var out: [UInt8] = [Self.version, (sent == nil ? 0 : 1) | (isReplyOrForward ? 2 : 0)]
        if let sent {
            out.appendNumber(UInt64(bitPattern: sent))
            out.appendNumber(UInt64(bitPattern: sentDay ?? 0))
        }
        for text in [baseSubject, from, to, cc, displayFrom, displayTo, messageID] { out.appendCounted(text) }
        out.appendNumber(UInt64(references.count))
        for reference in references { out.appendCounted(reference) }
        return out
    }

    /// Nil where the bytes are none of ours.
    init?(encoded bytes: [UInt8], _ fields: Fields = .all) {
        guard bytes.count > 2, bytes[0] == Self.version else { return nil }
        var reader = NumberReader(bytes)
        _ = reader.next()
        guard let bits = reader.next() else { return nil }
        if bits & 1 != 0 {
            guard let seconds = reader.next(), let day = reader.next() else { return nil }
            sent = Int64(bitPattern: seconds)
            sentDay = Int64(bitPattern: day)
        }
        isReplyOrForward = bits & 2 != 0
        if fields.isEmpty { return }
        // Each text's bit is its place.
        for place in 0..<7 {
            guard let text = reader.nextBytes() else { return nil }
            guard fields.contains(Fields(rawValue: 1 << place)) else { continue }
            switch place {
            case 0: baseSubject = Array(text)
            case 1: from = Array(text)
            case 2: to = Array(text)
            case 3: cc = Array(text)
            case 4: displayFrom = Array(text)
            case 5: displayTo = Array(text)
            default: messageID = Array(text)
            }
        }
        guard fields.contains(.identifiers) else { return }
        guard let count = reader.nextCount(), count <= Self.referenceLimit else { return nil }
        for _ in 0..<count {
            guard let reference = reader.nextBytes() else { return nil }
            references.append(Array(reference))
        }
    }
}

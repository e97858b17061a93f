import Bytes
import ContentLines
import Mail

/// What THREAD keeps of a message (RFC 5256 §3). Message ids are numbers: the hash of their bytes, under a key of this process, so that
/// what a hostile header costs does not depend on how long they are.
struct ThreadMessage {
    var uid: UID
    var sent: Int64
    /// Nil: none.
    var id: Int?
    /// The oldest first.
    var references: [Int]
    /// Folded.
    var subject: [UInt8]
    var isReplyOrForward: Bool

    init(_ message: StoredMessage, withReferences: Bool) {
        let keys = message.keys ?? SortKeys()
        uid = message.uid
        sent = MessageOrder.sent(message)
        subject = Collation.unicodeCasemap.folded(keys.baseSubject[...])
        isReplyOrForward = keys.isReplyOrForward
        id = withReferences && !keys.messageID.isEmpty ? Self.number(keys.messageID) : nil
        references = withReferences ? keys.references.map(Self.number) : []
    }

    private static func number(_ id: [UInt8]) -> Int {
        var hasher = Hasher()
        id.withUnsafeBytes { hasher.combine(bytes: $0) }
        return hasher.finalize()
    }

    func isBefore(_ other: ThreadMessage) -> Bool { (sent, uid) < (other.sent, other.uid) }
}

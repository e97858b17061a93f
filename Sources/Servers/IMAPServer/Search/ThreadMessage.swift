import Mail

/// What THREAD keeps of a message (RFC 5256 §3). Message ids are numbers: the hash of their bytes, so that what a hostile header costs does not
/// depend on how long they are.
struct ThreadMessage {
    var uid: UID
    var sent: Int64
    /// Nil: none.
    var id: UInt64?
    /// The oldest first.
    var references: ArraySlice<UInt64>
    /// The base subject's number: the same for the same text; 0: there is none.
    var subject: Int
    var isReplyOrForward: Bool

    func isBefore(_ other: ThreadMessage) -> Bool { (sent, uid) < (other.sent, other.uid) }
}

/// Messages as they come from a mailbox's segments.
struct ThreadMessages {
    private(set) var messages: [ThreadMessage] = []
    private var subjects: [[UInt8]: Int] = [[]: 0]
    let fields: SortKeys.Fields

    init(withReferences: Bool) { fields = withReferences ? [.subject, .identifiers] : .subject }

    /// The messages with these indices, which come in rising order of their UIDs.
    mutating func take(_ segment: OrderSegment, _ indices: [Int]) {
        messages.reserveCapacity(messages.count + indices.count)
        let texts = segment.texts(.subject)
        let numbers = texts.distinct.map { text in
            let next = subjects.count
            return subjects[text] ?? {
                subjects[text] = next
                return next
            }()
        }
        for index in indices {
            messages.append(ThreadMessage(
                uid: segment.uids[index], sent: segment.sent[index],
                id: fields.contains(.identifiers) ? segment.identifiers.own[index] : nil, references: segment.identifiers.references(at: index),
                subject: numbers[Int(texts.places[index])], isReplyOrForward: segment.areReplies[index]))
        }
    }
}

internal import ContentLines

/// What some messages of a mailbox are sorted and threaded by (RFC 5256), column by column. Texts and identifiers that several messages have are there
/// once: a mailbox has fewer subjects, and far fewer writers, than messages.
package struct OrderSegment: Sendable, Equatable {
    /// One text a message, folded for i;unicode-casemap.
    package struct Texts: Sendable, Equatable {
        package internal(set) var distinct: [[UInt8]] = []
        /// Of each message the place of its text among them.
        package internal(set) var places: [UInt32] = []
    }

    /// Message-ID and References, as hashes.
    package struct Identifiers: Sendable, Equatable {
        /// Of each message; nil: it has none.
        package internal(set) var own: [UInt64?] = []
        /// Those of all messages, one message's behind the other's, the oldest first.
        package internal(set) var references: [UInt64] = []
        /// Of each message where its references end.
        package internal(set) var ends: [Int] = []

        package func references(at index: Int) -> ArraySlice<UInt64> {
            guard ends.indices.contains(index) else { return [] }
            let start = index > 0 ? ends[index - 1] : 0
            return start <= ends[index] && ends[index] <= references.count ? references[start..<ends[index]] : []
        }
    }

    /// In rising order.
    package internal(set) var uids: [UID] = []
    /// INTERNALDATE in seconds.
    package internal(set) var arrivals: [Int64] = []
    /// RFC 5256 §2.2: INTERNALDATE where there is no Date that can be read.
    package internal(set) var sent: [Int64] = []
    package internal(set) var sizes: [Int64] = []
    package internal(set) var areReplies: [Bool] = []
    package internal(set) var identifiers = Identifiers()
    /// In the order of `SortKeys.Fields`; those that were not asked for are empty.
    var texts: [Texts] = Array(repeating: Texts(), count: SortKeys.Fields.textCount)

    package var count: Int { uids.count }

    /// - Parameter field: one alone, of those that are texts.
    package func texts(_ field: SortKeys.Fields) -> Texts {
        let place = field.rawValue.trailingZeroBitCount
        return texts.indices.contains(place) ? texts[place] : Texts()
    }
}

extension SortKeys.Fields {
    /// The first so many are texts.
    static let textCount = 6
}

/// Makes a segment of messages, in rising order of their UIDs. What they are sorted by must have been read of them, but for the times and the size.
package struct OrderSegmentBuilder {
    private let fields: SortKeys.Fields
    private var segment = OrderSegment()
    private var known: [[[UInt8]: UInt32]] = Array(repeating: [:], count: SortKeys.Fields.textCount)

    package init(_ fields: SortKeys.Fields) { self.fields = fields }

    package var isEmpty: Bool { segment.uids.isEmpty }

    package mutating func append(_ message: StoredMessage) {
        segment.uids.append(message.uid)
        segment.arrivals.append(message.internalDate.seconds)
        segment.sent.append(message.keys?.sent ?? message.internalDate.seconds)
        segment.sizes.append(Int64(message.size))
        if fields.isEmpty { return }
        let keys = message.keys ?? SortKeys()
        if fields.contains(.subject) { segment.areReplies.append(keys.isReplyOrForward) }
        for (place, text) in [keys.baseSubject, keys.from, keys.to, keys.cc, keys.displayFrom, keys.displayTo].enumerated()
        where fields.contains(SortKeys.Fields(rawValue: 1 << place)) {
            let folded = Collation.unicodeCasemap.folded(text[...])
            let number = UInt32(clamping: segment.texts[place].distinct.count)
            let found = known[place][folded] ?? number
            if found == number {
                known[place][folded] = number
                segment.texts[place].distinct.append(folded)
            }
            segment.texts[place].places.append(found)
        }
        guard fields.contains(.identifiers) else { return }
        segment.identifiers.own.append(keys.messageID.isEmpty ? nil : SortKeys.hash(ofIdentifier: keys.messageID))
        for reference in keys.references { segment.identifiers.references.append(SortKeys.hash(ofIdentifier: reference)) }
        segment.identifiers.ends.append(segment.identifiers.references.count)
    }

    /// The segment of all since the last call.
    package mutating func take() -> OrderSegment {
        let taken = segment
        self = OrderSegmentBuilder(fields)
        return taken
    }
}

internal import Bytes
package import CollectionStore
package import MIME

/// Which octets a message has; the same for all its copies.
package struct ContentID: RawRepresentable, Hashable, Sendable {
    package var rawValue: Int64
    package init(rawValue: Int64) { self.rawValue = rawValue }
}

/// RFC 8474 §5.2: which conversation a message belongs to, by the first message that it refers to.
package struct ThreadID: RawRepresentable, Hashable, Sendable {
    package var rawValue: Int64
    package init(rawValue: Int64) { self.rawValue = rawValue }

    package var objectID: String { "T" + String(UInt64(bitPattern: rawValue), radix: 16) }
}

/// A message as its rows have it.
package struct StoredMessage: Sendable {
    package var uid: UID
    package var modseq: ModSeq
    /// Without a viewer's own \Seen: that is in the snapshot.
    package var flags: FlagBits
    package var content: ContentID
    package var thread: ThreadID
    /// RFC822.SIZE.
    package var size: Int
    package var internalDate: InternalTime
    /// RFC 8514: when it came into this mailbox.
    package var saved: Milliseconds
    /// Where it was asked for. It has all parts, and of each header the fields that ENVELOPE, BODYSTRUCTURE and the text's coding
    /// need; its other fields are read with the header's octets.
    package var structure: Message?
    package var keys: SortKeys?
    /// Where it was asked for: the fields of the message's own header that `structure` would have.
    package var envelope: Header?
    /// Where it was asked for; nil also where the content has none.
    package var hash: [UInt8]?
    /// Where it was asked for; nil also where none is kept: then `structure` is to be read.
    package var listing: WrittenListing?
    /// Octets that were read of its content's row.
    package var weight = 0

    /// RFC 8474 §5.1: EMAILID; `hash` must have been asked for. Contents that are kept once for all accounts are named by what they are:
    /// a number would tell whoever appends a document that somebody has had it before.
    package var emailID: String {
        guard let hash else { return "M\(content.rawValue)" }
        return "M" + String(decoding: Hexadecimal.encode(hash.prefix(16)), as: UTF8.self)
    }
}

/// INTERNALDATE: RFC 9051 §2.3.3, with the zone that it was given in.
package struct InternalTime: Sendable, Hashable {
    /// Since 1970 in UTC.
    package var seconds: Int64
    package var zoneMinutes: Int

    package init(seconds: Int64, zoneMinutes: Int = 0) {
        self.seconds = seconds
        self.zoneMinutes = zoneMinutes
    }
}

/// What is read of messages besides their own rows.
package struct MessageParts: OptionSet, Sendable {
    package var rawValue: Int
    package init(rawValue: Int) { self.rawValue = rawValue }

    package static let structure = MessageParts(rawValue: 1)
    package static let keys = MessageParts(rawValue: 2)
    package static let envelope = MessageParts(rawValue: 8)
    /// With none of the others.
    package static let listing = MessageParts(rawValue: 16)
    /// What `emailID` needs.
    package static let hash = MessageParts(rawValue: 4)
}

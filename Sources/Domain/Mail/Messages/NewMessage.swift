package import CollectionStore

/// A message that has wholly come, with what was read from it; its octets are in memory, or staged in the database.
package struct NewContent: Sendable {
    enum Place: Sendable {
        /// Pieces of `MailBodies.pieceSize`, but for the last.
        case held([[UInt8]])
        /// All but the last of them.
        case staged(ContentID, rest: MessageUpload.Part)
        /// A message of the store.
        case stored(ContentID)
        /// A file of another program's in the Maildir of the mailbox that it goes to.
        case file(MaildirArrival)
    }

    let place: Place
    package let size: Int
    /// `Message.summary`.
    let summary: [UInt8]
    package let keys: SortKeys
    /// `WrittenListing.encoded`; none where its content is stored already.
    let listing: [UInt8]
    let hash: [UInt8]?
    /// Where its octets are written already, for a mailbox in Maildir.
    var file: WrittenFile?

    /// RFC 8474 §5.2: which conversation it is of; nil where nothing of it tells. As EMAILID, it must not tell whether others have it.
    var threadHash: Int64? {
        keys.threadHash ?? hash.map { hash in Int64(bitPattern: hash.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }) }
    }

    var isStored: Bool {
        if case .stored = place { true } else { false }
    }

    func known(by hash: [UInt8]) -> NewContent { NewContent(place: place, size: size, summary: summary, keys: keys, listing: listing, hash: hash) }

    /// It is there already, whatever the quota says.
    var isArrival: Bool {
        if case .file = place { true } else { false }
    }

    /// To be discarded where it is not appended after all.
    package var stagedContent: ContentID? {
        if case .staged(let content, _) = place { content } else { nil }
    }
}

/// A message to be appended.
package struct NewMessage: Sendable {
    package var content: NewContent
    package var flags: MessageFlags
    /// Nil: now.
    package var internalDate: InternalTime?

    package init(_ content: NewContent, flags: MessageFlags = MessageFlags(), internalDate: InternalTime? = nil) {
        self.content = content
        self.flags = flags
        self.internalDate = internalDate
    }
}

/// RFC 4315 §3: APPENDUID.
package struct AppendResult: Sendable, Equatable {
    package var uidValidity: UInt32
    /// In the order of the messages.
    package var uids: UIDSet
    package var modseq: ModSeq
}

/// RFC 4315 §3: COPYUID. The nth source became the nth of the target.
package struct CopyResult: Sendable, Equatable {
    package var uidValidity: UInt32
    package var source: UIDSet
    package var target: UIDSet
    /// The source's, where messages were taken out of it.
    package var sourceModSeq: ModSeq?

    package init(uidValidity: UInt32, source: UIDSet, target: UIDSet, sourceModSeq: ModSeq? = nil) {
        self.uidValidity = uidValidity
        self.source = source
        self.target = target
        self.sourceModSeq = sourceModSeq
    }
}

/// RFC 7162 §3.1.3.
package struct StoreResult: Sendable, Equatable {
    /// Where something changed: the modseq that the changed ones have now.
    package var modseq: ModSeq?
    /// Whose flags are others now.
    package var changed = UIDSet()
    /// Not touched, for they changed after UNCHANGEDSINCE: MODIFIED.
    package var failed = UIDSet()
    /// Keywords that the mailbox could not keep: it has as many as it may.
    package var keywordsNotKept: [String] = []

    package init() {}

    /// Puts a change of messages with higher UIDs behind this one.
    package mutating func add(_ next: StoreResult) {
        modseq = next.modseq ?? modseq
        for range in next.changed.ranges { changed.append(range) }
        for range in next.failed.ranges { failed.append(range) }
        if keywordsNotKept.isEmpty { keywordsNotKept = next.keywordsNotKept }
    }
}

/// RFC 7162 §3.2.5.
package struct VanishedUIDs: Sendable, Equatable {
    package var uids: UIDSet
    /// False: the log is too young, and `uids` is every UID up to now that no message has.
    package var isExact: Bool

    package init(_ uids: UIDSet, isExact: Bool) {
        self.uids = uids
        self.isExact = isExact
    }
}

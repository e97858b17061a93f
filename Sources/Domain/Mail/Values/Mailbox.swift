package import CollectionStore
package import Directory

/// A mailbox's node id; never used twice, and kept by a rename.
package struct MailboxID: RawRepresentable, Hashable, Comparable, Sendable {
    package var rawValue: Int64
    package init(rawValue: Int64) { self.rawValue = rawValue }
    package static func < (a: MailboxID, b: MailboxID) -> Bool { a.rawValue < b.rawValue }

    /// RFC 8474 §4: MAILBOXID.
    package var objectID: String { "F\(rawValue)" }
}

/// A mailbox as its row has it: all that STATUS asks costs one read.
package struct Mailbox: Sendable, Equatable, Identifiable {
    package let id: MailboxID
    package var owner: PrincipalID
    /// The whole name in UTF-8, levels parted by `/`; `INBOX` in capitals.
    package var name: String
    /// False: only a name above others.
    package var isSelectable: Bool
    package var specialUse: MailboxUse?
    package var uidValidity: UInt32
    package var uidNext: UInt32
    /// Of the latest change; at least 1.
    package var modseq: ModSeq
    /// Of changes up to here the log may know nothing more.
    package var logFloor: ModSeq
    package var messageCount: Int
    /// For who has no \Seen of their own (`MailStore.unseenCount`).
    package var unseenCount: Int
    package var deletedCount: Int
    package var byteCount: Int64
    /// Each one but the owner has a \Seen of their own.
    package var hasOwnSeen: Bool
    package var created: Milliseconds
    /// Its directory below that of all Maildirs; nil: its messages are in the database.
    var maildir: String?
    /// Of messages from this UID on no session was told yet that tells \Recent; a process may know of later ones (RecentMarks.swift).
    var recentUID: UID

    package var isInMaildir: Bool { maildir != nil }
    package var isInbox: Bool { name == MailboxName.inbox }

    /// Whose \Seen a viewer sees: nil is the shared one.
    package func seenOwner(for viewer: PrincipalID) -> PrincipalID? {
        hasOwnSeen && viewer != owner ? viewer : nil
    }
}

/// RFC 6154, RFC 8457.
package enum MailboxUse: String, Sendable, CaseIterable {
    case archive, drafts, flagged, junk, sent, trash, important
    case all
}

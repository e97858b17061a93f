package import CollectionStore
package import Directory

/// A deleted mailbox that can come back.
package struct RetainedMailbox: Sendable, Equatable, Identifiable {
    package let id: MailboxID
    package var name: String
    package var messageCount: Int
    package var byteCount: Int64
    package var deleted: Milliseconds
}

/// An expunged message that can come back. It is known by the mailbox and the UID that it had.
package struct RetainedMessage: Sendable, Equatable {
    package var mailbox: MailboxID
    package var uid: UID
    package var content: ContentID
    package var size: Int
    package var internalDate: InternalTime
    package var expunged: Milliseconds
    package var expungedBy: PrincipalID?
}

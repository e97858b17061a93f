package import CollectionStore
package import Database
package import Directory

extension MailStore {
    /// What an owner deleted and can have back, the latest first.
    package func retainedMailboxes(_ tx: borrowing ReadTransaction, of owner: PrincipalID) throws -> [RetainedMailbox] {
        throw Failure(.serverBug, "not written yet")
    }

    /// Expunged messages of one mailbox, or of all of an owner's, the latest first, at most `limit`.
    package func retainedMessages(
        _ tx: borrowing ReadTransaction, of owner: PrincipalID, from mailbox: MailboxID? = nil, limit: Int
    ) throws -> [RetainedMessage] {
        throw Failure(.serverBug, "not written yet")
    }

    /// Brings a deleted mailbox back with its messages, under its name or one made from it. UIDs and UIDVALIDITY are the old ones. Throws
    /// `MailRefusal` notFound, quotaExceeded, tooManyMessages or tooManyMailboxes.
    package func restore(
        _ tx: borrowing WriteTransaction, mailbox: MailboxID, of owner: PrincipalID, now: Milliseconds
    ) throws -> Mailbox {
        throw Failure(.serverBug, "not written yet")
    }

    /// Brings expunged messages back to their mailbox, or to INBOX where that is gone, with their flags but \Deleted, under new UIDs. How
    /// many came. Throws `MailRefusal` quotaExceeded or tooManyMessages.
    @discardableResult
    package func restore(
        _ tx: borrowing WriteTransaction, messages ids: [Int64], of owner: PrincipalID, now: Milliseconds
    ) throws -> Int {
        throw Failure(.serverBug, "not written yet")
    }

    /// Removes for good what was expunged or deleted before `horizon`, and what was staged a day ago, at most `limit` rows at a time; how many
    /// went.
    package func purge(
        _ tx: borrowing WriteTransaction, before horizon: Milliseconds, now: Milliseconds, limit: Int
    ) throws -> Int {
        throw Failure(.serverBug, "not written yet")
    }

    /// Forgets changes that were made before `horizon` and raises the floors; how many went.
    package func forgetChanges(
        _ tx: borrowing WriteTransaction, before horizon: Milliseconds, limit: Int
    ) throws -> Int {
        throw Failure(.serverBug, "not written yet")
    }

    /// All of a principal's mail, and what it was granted and has subscribed to: the principal is about to go.
    package func destroyAll(_ tx: borrowing WriteTransaction, of owner: PrincipalID) throws {
        throw Failure(.serverBug, "not written yet")
    }
}

package struct RetainedMailbox: Sendable, Equatable, Identifiable {
    package let id: MailboxID
    package var name: String
    package var messageCount: Int
    package var byteCount: Int64
    package var deleted: Milliseconds
}

package struct RetainedMessage: Sendable, Equatable, Identifiable {
    package let id: Int64
    package var mailbox: MailboxID
    package var content: ContentID
    package var size: Int
    package var internalDate: InternalTime
    package var expunged: Milliseconds
    package var expungedBy: PrincipalID?
}

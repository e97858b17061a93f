package import CollectionStore
package import Database
package import Directory

extension MailStore {
    // MARK: Finding

    package func mailbox(_ tx: borrowing ReadTransaction, _ id: MailboxID) throws -> Mailbox? {
        throw Failure(.serverBug, "not written yet")
    }

    /// By its stored name (`MailboxName.stored`).
    package func mailbox(_ tx: borrowing ReadTransaction, of owner: PrincipalID, named name: String) throws -> Mailbox? {
        throw Failure(.serverBug, "not written yet")
    }

    /// All of an owner's that are not deleted, in the order of their names' bytes.
    package func mailboxes(_ tx: borrowing ReadTransaction, of owner: PrincipalID) throws -> [Mailbox] {
        throw Failure(.serverBug, "not written yet")
    }

    /// Grows with each change of the owner's names, uses, grants and subscriptions.
    package func listVersion(_ tx: borrowing ReadTransaction, of owner: PrincipalID) throws -> Int64 {
        throw Failure(.serverBug, "not written yet")
    }

    // MARK: Changing

    /// The owner's INBOX, made where it is not there yet.
    @discardableResult
    package func makeInbox(_ tx: borrowing WriteTransaction, of owner: PrincipalID, now: Milliseconds) throws -> Mailbox {
        throw Failure(.serverBug, "not written yet")
    }

    /// Makes a mailbox, and real ones above it where there are none: some clients lose mail under names that cannot be selected. A name
    /// without a mailbox becomes one. What its parent grants, it grants. Throws `MailRefusal` invalidName, nameTaken,
    /// tooManyMailboxes or specialUseTaken.
    package func create(
        _ tx: borrowing WriteTransaction, _ name: String, of owner: PrincipalID, specialUse: MailboxUse? = nil,
        now: Milliseconds
    ) throws -> Mailbox {
        throw Failure(.serverBug, "not written yet")
    }

    /// RFC 9051 §6.3.6: with all below it; ids, UIDs and UIDVALIDITY stay. INBOX itself stays too, and its messages go to a new
    /// mailbox. Throws `MailRefusal` invalidName, nameTaken, belowItself, tooManyMailboxes or notFound. The mailbox as it is now.
    @discardableResult
    package func rename(
        _ tx: borrowing WriteTransaction, _ mailbox: MailboxID, to name: String, now: Milliseconds
    ) throws -> Mailbox {
        throw Failure(.serverBug, "not written yet")
    }

    /// RFC 9051 §6.3.5: those below it stay; then its name does too, and cannot be selected. It is retained with its messages.
    /// Throws `MailRefusal` isInbox, hasChildren or notFound.
    package func delete(_ tx: borrowing WriteTransaction, _ mailbox: MailboxID, now: Milliseconds) throws {
        throw Failure(.serverBug, "not written yet")
    }

    package func setSpecialUse(
        _ tx: borrowing WriteTransaction, of mailbox: MailboxID, to use: MailboxUse?, now: Milliseconds
    ) throws {
        throw Failure(.serverBug, "not written yet")
    }

    // MARK: Subscriptions

    /// The names that a principal has subscribed to, of mailboxes of whichever owner, whether they are there or not.
    package func subscriptions(_ tx: borrowing ReadTransaction, of principal: PrincipalID) throws -> [MailboxReference] {
        throw Failure(.serverBug, "not written yet")
    }

    /// Again is harmless. Throws `MailRefusal` tooManySubscriptions or invalidName.
    package func subscribe(
        _ tx: borrowing WriteTransaction, _ principal: PrincipalID, to mailbox: MailboxReference
    ) throws {
        throw Failure(.serverBug, "not written yet")
    }

    package func unsubscribe(
        _ tx: borrowing WriteTransaction, _ principal: PrincipalID, from mailbox: MailboxReference
    ) throws {
        throw Failure(.serverBug, "not written yet")
    }

    // MARK: Annotations (RFC 5464)

    /// Of a mailbox, or of the server (nil). `principal`: whose private ones; nil: those that all share. Entries in lower case, without
    /// `/private` and `/shared`.
    package func annotations(
        _ tx: borrowing ReadTransaction, of mailbox: MailboxID?, for principal: PrincipalID?
    ) throws -> [(entry: String, value: [UInt8])] {
        throw Failure(.serverBug, "not written yet")
    }

    /// Nil takes it away. Throws `MailRefusal` tooManyAnnotations or annotationTooLarge.
    package func setAnnotation(
        _ tx: borrowing WriteTransaction, of mailbox: MailboxID?, for principal: PrincipalID?, entry: String, value: [UInt8]?
    ) throws {
        throw Failure(.serverBug, "not written yet")
    }
}

/// A name in somebody's hierarchy.
package struct MailboxReference: Hashable, Sendable {
    package var owner: PrincipalID
    package var name: String

    package init(owner: PrincipalID, name: String) {
        self.owner = owner
        self.name = name
    }
}

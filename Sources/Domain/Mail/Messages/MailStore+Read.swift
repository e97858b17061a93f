package import CollectionStore
package import Database
package import Directory

extension MailStore {
    /// Calls `body` with each message of `uids` that there is, in rising order, until it returns false.
    package func messages(
        _ tx: borrowing ReadTransaction, _ uids: UIDSet, in mailbox: MailboxID, with parts: MessageParts = [],
        _ body: (StoredMessage) throws -> Bool
    ) throws {
        throw Failure(.serverBug, "not written yet")
    }

    /// Octets of a message, at most those that it has; empty past its end. For ranges that memory can hold.
    package func octets(_ tx: borrowing ReadTransaction, of content: ContentID, _ range: Range<Int>) throws -> [UInt8] {
        throw Failure(.serverBug, "not written yet")
    }

    /// The same piece by piece, in place; a piece has at most 256 KB.
    package func forEachPiece(
        _ tx: borrowing ReadTransaction, of content: ContentID, _ range: Range<Int>,
        _ body: (UnsafeBufferPointer<UInt8>) throws -> Void
    ) throws {
        throw Failure(.serverBug, "not written yet")
    }

    /// The messages of a mailbox with this content (SEARCH EMAILID).
    package func uids(_ tx: borrowing ReadTransaction, of content: ContentID, in mailbox: MailboxID) throws -> UIDSet {
        throw Failure(.serverBug, "not written yet")
    }

    /// A stored message as something to append elsewhere, for instance to an owner whose storage is another one.
    package func content(_ tx: borrowing ReadTransaction, _ content: ContentID) throws -> NewContent? {
        throw Failure(.serverBug, "not written yet")
    }
}

package import CollectionStore
package import Database
package import Directory

extension MailStore {
    /// A message that comes in pieces. Line ends become CRLF, as IMAP and SMTP carry them; with `keepsOctets` all stays as it is (RFC 3516
    /// §4.4: literal8).
    package func upload(keepsOctets: Bool = false) -> MessageUpload { MessageUpload(limits: limits, keepsOctets: keepsOctets) }

    /// Writes octets of an upload that are due.
    package func stage(
        _ tx: borrowing WriteTransaction, _ part: MessageUpload.Part, now: Milliseconds
    ) throws -> ContentID {
        throw Failure(.serverBug, "not written yet")
    }

    /// Takes staged octets away that will not be needed. What is forgotten goes by itself after a day.
    package func discard(_ tx: borrowing WriteTransaction, _ content: ContentID) throws {
        throw Failure(.serverBug, "not written yet")
    }

    /// Appends all or none (RFC 3502 §6.3.11). Throws `MailRefusal` notFound, notSelectable, quotaExceeded, tooManyMessages,
    /// mailboxFull or contentGone. Keywords that the mailbox has no room for are left out.
    package func append(
        _ tx: borrowing WriteTransaction, _ messages: [NewMessage], to mailbox: MailboxID, viewer: PrincipalID? = nil,
        now: Milliseconds
    ) throws -> AppendResult {
        throw Failure(.serverBug, "not written yet")
    }
}

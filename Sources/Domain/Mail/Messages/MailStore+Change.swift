package import CollectionStore
package import Database
package import Directory

extension MailStore {
    /// RFC 9051 §6.4.6, RFC 7162 §3.1.3. UIDs without a message are passed over. `viewer` is who asks: where each has a \Seen of their own, it
    /// is theirs that changes. `allowed`: the flags that may change (RFC 4314 §4); others stay as they are; keywords go with `keywordsAllowed`.
    /// Throws `MailRefusal` notFound or notSelectable.
    package func store(
        _ tx: borrowing WriteTransaction, _ change: FlagChange, _ flags: MessageFlags, on uids: UIDSet, in mailbox: MailboxID,
        viewer: PrincipalID, unchangedSince: ModSeq? = nil, allowed: SystemFlags = .all, keywordsAllowed: Bool = true,
        now: Milliseconds
    ) throws -> StoreResult {
        throw Failure(.serverBug, "not written yet")
    }

    /// Takes away the messages with \Deleted, all or those of `uids`; they are retained. Which went, and the modseq of it where any did.
    package func expunge(
        _ tx: borrowing WriteTransaction, _ uids: UIDSet = .all, in mailbox: MailboxID, onlyDeleted: Bool = true,
        by principal: PrincipalID?, now: Milliseconds
    ) throws -> (uids: UIDSet, modseq: ModSeq?) {
        throw Failure(.serverBug, "not written yet")
    }

    /// RFC 9051 §6.4.7: all or none, with flags, dates and keywords. Throws `MailRefusal` as `append`. UIDs without a message are passed over;
    /// without any the result's sets are empty. `keeping`: the flags that the copies may have (RFC 4314 §4).
    package func copy(
        _ tx: borrowing WriteTransaction, _ uids: UIDSet, from source: MailboxID, to target: MailboxID, viewer: PrincipalID,
        keeping: SystemFlags = .all, keywordsKept: Bool = true, now: Milliseconds
    ) throws -> CopyResult {
        throw Failure(.serverBug, "not written yet")
    }

    /// RFC 6851: as `copy`, and they are gone from the source, where nothing is retained of them. They may move within a mailbox.
    package func move(
        _ tx: borrowing WriteTransaction, _ uids: UIDSet, from source: MailboxID, to target: MailboxID, viewer: PrincipalID,
        keeping: SystemFlags = .all, keywordsKept: Bool = true, now: Milliseconds
    ) throws -> CopyResult {
        throw Failure(.serverBug, "not written yet")
    }
}

import CollectionStore
import Database
import Directory
import IMAPGrammar
import Mail

extension Session {
    /// EXPUNGE and UID EXPUNGE (RFC 9051 §6.4.3, §6.4.9).
    func expunge(_ set: SequenceSet?) throws -> Completion {
        let selected = try writableMailbox(.expunge)
        // Where a set is named, only what the client knows can be meant.
        let (uids, limitCode) = try set.map { limited(try selected.uids(of: $0, isUID: true)) } ?? (.all, nil)
        let modseq = try expungeInSteps(uids, in: selected)
        // RFC 7162 §3.2.7
        guard let limitCode else { return .ok(highestModSeq(modseq), "done") }
        if let code = highestModSeq(modseq) { out.untagged(.ok, code, "expunged") }
        return .ok(limitCode, "done in part")
    }

    /// Ranges of UIDs that one transaction changes: others wait for it.
    static let mostRanges = 1000

    /// The last modseq.
    func expungeInSteps(_ uids: UIDSet, in selected: SelectedMailbox) throws -> ModSeq? {
        let viewer = try signedInPrincipal().id
        var left = uids
        var last: ModSeq?
        while true {
            let result = try database.write { tx in
                try require(.expunge, tx.read, in: selected)
                return try store.expunge(tx, left, in: selected.id, by: viewer, mostRanges: Self.mostRanges, now: now)
            }
            last = result.modseq ?? last
            guard let rest = result.rest else { return last }
            left = left.intersection(UIDSet(rest...UID.max))
        }
    }

    func highestModSeq(_ modseq: ModSeq?) -> ResponseCode? {
        guard enabled.condstore, let modseq else { return nil }
        return .highestModSeq(UInt64(clamping: modseq.rawValue))
    }

    /// Throws where the rights are not there any more: those that the session knows are of its last look. A mailbox that is gone is as
    /// one that may not be read.
    func require(_ rights: MailRights, _ tx: borrowing ReadTransaction, in selected: SelectedMailbox) throws {
        guard try currentRights(tx, in: selected).isSuperset(of: rights) else { throw Self.noRight }
    }

    func currentRights(_ tx: borrowing ReadTransaction, in selected: SelectedMailbox) throws -> MailRights {
        guard let mailbox = try store.mailbox(tx, selected.id) else { throw Self.noMailbox }
        return try store.rights(tx, on: mailbox, of: selected.owner, for: try asker(tx))
    }

    func writableMailbox(_ rights: MailRights) throws -> SelectedMailbox {
        let selected = try selectedMailbox()
        if selected.isReadOnly { throw Refused.no(.noPerm, "the mailbox is read only") }
        guard selected.rights.isSuperset(of: rights) else { throw Self.noRight }
        return selected
    }
}

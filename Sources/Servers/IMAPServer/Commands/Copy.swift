import CollectionStore
import Database
import Directory
import IMAPGrammar
import Mail

extension Session {
    /// COPY and UID COPY (RFC 9051 §6.4.7).
    func copy(_ command: Copy) throws -> Completion {
        let selected = try selectedMailbox()
        let (uids, limitCode) = limited(try selected.uids(of: command.set, isUID: command.isUID))
        let (result, isReadable) = try transfer(command, uids, selected, needed: .read) { tx, target, viewer in
            let kept = FlagNames.allowed(target.rights)
            return try store.copy(
                tx, uids, from: selected.id, to: target.mailbox.id, viewer: viewer, keeping: kept.system,
                keywordsKept: kept.keywords, now: now)
        }
        tellExpunged(uids, result)
        let code = isReadable ? copyCode(result) : nil
        guard let limitCode else { return .ok(code, "copied") }
        if let code { out.untagged(.ok, code, "copied") }
        return .ok(limitCode, "copied in part")
    }

    /// MOVE and UID MOVE (RFC 9051 §6.4.8).
    func move(_ command: Copy) throws -> Completion {
        // RFC 4314 §4 and RFC 6851 §4.4: as COPY, STORE \Deleted and EXPUNGE.
        let selected = try writableMailbox([.deleteMessages, .expunge])
        let (uids, limitCode) = limited(try selected.uids(of: command.set, isUID: command.isUID))
        let (result, isReadable) = try transfer(command, uids, selected, needed: [.read, .deleteMessages, .expunge]) { tx, target, viewer in
            let kept = FlagNames.allowed(target.rights)
            return try store.move(
                tx, uids, from: selected.id, to: target.mailbox.id, viewer: viewer, keeping: kept.system,
                keywordsKept: kept.keywords, now: now)
        }
        // RFC 6851 §4.3: COPYUID before the EXPUNGEs, so untagged.
        if isReadable, let code = copyCode(result) { out.untagged(.ok, code, "moved") }
        tellExpunged(uids, result)
        // RFC 6851 §4.4
        guard let limitCode else { return .ok(highestModSeq(result.sourceModSeq), "moved") }
        if let code = highestModSeq(result.sourceModSeq) { out.untagged(.ok, code, "moved") }
        return .ok(limitCode, "moved in part")
    }

    private func transfer(
        _ command: Copy, _ uids: UIDSet, _ selected: SelectedMailbox, needed: MailRights,
        _ body: (borrowing WriteTransaction, FoundMailbox, PrincipalID) throws -> CopyResult
    ) throws -> (result: CopyResult, isReadable: Bool) {
        let viewer = try signedInPrincipal().id
        return try database.write { tx in
            try require(needed, tx.read, in: selected)
            let target = try findTarget(tx.read, command.mailbox)
            return (try body(tx, target, viewer), target.rights.contains(.read))
        }
    }

    /// RFC 9051 §7.1: EXPUNGEISSUED. What another session has expunged was not there to be copied.
    private func tellExpunged(_ uids: UIDSet, _ result: CopyResult) {
        if result.source.count < uids.count { out.untagged(.ok, .expungeIssued, "some of the messages were expunged by another session") }
    }

    /// RFC 4315 §3; none where nothing was copied. Not told of a mailbox that the client may not read.
    private func copyCode(_ result: CopyResult) -> ResponseCode? {
        result.source.isEmpty || isOff(.uidPlus)
            ? nil : .copyUID(validity: result.uidValidity, from: Array(result.source.elements), to: Array(result.target.elements))
    }
}

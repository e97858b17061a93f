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
        let target = try MailboxRows.selectable(tx.read, mailbox)
        let ownViewer = target.seenOwner(for: viewer)
        var result = StoreResult()
        var rows = try MessageRows.all(tx.read, uids, in: mailbox)
        if let unchangedSince {
            let seenSince = try ownViewer.map { try changedSeen(tx.read, of: mailbox, by: $0, since: unchangedSince) } ?? UIDSet()
            // RFC 7162 §3.1.3: one that changed since is left alone.
            for row in rows where row.modseq > unchangedSince.rawValue || seenSince.contains(row.uid) { result.failed.append(row.uid) }
            let failed = result.failed
            if !failed.isEmpty { rows.removeAll { failed.contains($0.uid) } }
        }
        if rows.isEmpty { return result }

        let mask = try mask(tx, change, flags, in: target, ownViewer, allowed, keywordsAllowed, &result)
        var delta = MailboxDelta()
        var changed = UIDSet()
        for row in rows {
            let new = (row.flags & ~mask.clear) | mask.set
            if new == row.flags { continue }
            delta.add(row.flags, size: row.size, sign: -1)
            delta.add(new, size: row.size, sign: 1)
            changed.append(row.uid)
        }
        if !changed.isEmpty {
            let (_, modseq) = try MailChangeLog.advance(tx, mailbox, by: delta)
            try update(tx, changed, in: mailbox, mask, to: modseq)
            try MailChangeLog.record(tx, .flags, changed, in: mailbox, modseq: modseq, now: now)
            result.modseq = modseq
            filesDiffer(tx, in: target)
        }
        if let ownViewer, allowed.contains(.seen) {
            let seen = try storeSeen(tx, change, flags, rows.uidSet, in: mailbox, ownViewer, &result, now: now)
            changed.formUnion(seen)
        }
        result.changed = changed
        if let modseq = result.modseq { self.changed(tx, mailbox, of: target.owner, to: modseq) }
        return result
    }

    private struct FlagMask {
        var clear: UInt64
        var set: UInt64
    }

    private func mask(
        _ tx: borrowing WriteTransaction, _ change: FlagChange, _ flags: MessageFlags, in mailbox: Mailbox,
        _ ownViewer: PrincipalID?, _ allowed: SystemFlags, _ keywordsAllowed: Bool, _ result: inout StoreResult
    ) throws -> FlagMask {
        var mayChange = allowed.intersection(.all)
        if ownViewer != nil { mayChange.remove(.seen) }
        var given = flags.system.intersection(mayChange).rawValue
        if keywordsAllowed {
            if change == .remove {
                // What no message can have is not made.
                given |= try MailKeywords.knownBits(tx.read, flags.keywords, in: mailbox.id)
            } else {
                let (bits, notKept) = try MailKeywords.bits(tx, flags.keywords, in: mailbox.id)
                given |= bits
                result.keywordsNotKept = notKept
            }
        }
        let all = mayChange.rawValue | (keywordsAllowed ? FlagBits.allKeywords : 0)
        return switch change {
        case .replace: FlagMask(clear: all, set: given)
        case .add: FlagMask(clear: 0, set: given)
        case .remove: FlagMask(clear: given, set: 0)
        }
    }

    private func update(
        _ tx: borrowing WriteTransaction, _ uids: UIDSet, in mailbox: MailboxID, _ mask: FlagMask, to modseq: ModSeq
    ) throws {
        for range in uids.ranges {
            try tx.execute(
                """
                UPDATE mail_message SET flags = ((flags & $4) | $5), modseq = $6
                WHERE mailbox_id = $1 AND uid BETWEEN $2 AND $3
                """,
                [
                    .integer(mailbox.rawValue), .integer(Int64(range.lowerBound)), .integer(Int64(range.upperBound)),
                    .integer(Int64(bitPattern: ~mask.clear)), .integer(Int64(bitPattern: mask.set)), .integer(modseq.rawValue),
                ])
        }
    }

    /// The viewer's own \Seen: whose is another now.
    private func storeSeen(
        _ tx: borrowing WriteTransaction, _ change: FlagChange, _ flags: MessageFlags, _ uids: UIDSet, in mailbox: MailboxID,
        _ viewer: PrincipalID, _ result: inout StoreResult, now: Milliseconds
    ) throws -> UIDSet {
        let old = try OwnSeen.uids(tx.read, of: mailbox, by: viewer)
        let isGiven = flags.system.contains(.seen)
        let new: UIDSet
        switch change {
        case .add: new = isGiven ? old.union(uids) : old
        case .remove: new = isGiven ? old.subtracting(uids) : old
        case .replace: new = isGiven ? old.union(uids) : old.subtracting(uids)
        }
        if new == old { return UIDSet() }
        let changed = new.subtracting(old).union(old.subtracting(new))
        let (_, modseq) = try MailChangeLog.advance(tx, mailbox, by: MailboxDelta())
        try OwnSeen.set(tx, of: mailbox, by: viewer, to: new)
        try MailChangeLog.record(tx, .ownSeen, changed, in: mailbox, modseq: modseq, viewer: viewer, now: now)
        result.modseq = modseq
        return changed
    }

    /// Whose own \Seen changed after a position.
    private func changedSeen(
        _ tx: borrowing ReadTransaction, of mailbox: MailboxID, by viewer: PrincipalID, since: ModSeq
    ) throws -> UIDSet {
        var changed = UIDSetGatherer()
        try MailChangeLog.forEach(tx, in: mailbox, since: since) { entry in
            if entry.kind == .ownSeen, entry.viewer == viewer { changed.add(entry.uids) }
            return true
        }
        return changed.set
    }
}

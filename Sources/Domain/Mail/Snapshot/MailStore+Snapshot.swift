package import CollectionStore
package import Database
package import Directory

extension MailStore {
    /// The mailbox as `viewer` sees it now. The latest ones are kept in memory and brought forward by the log: it costs what changed. Only in
    /// a read: what a write has not committed yet must not be kept. Throws `MailRefusal` notFound or notSelectable.
    package func snapshot(
        _ tx: borrowing ReadTransaction, of mailbox: MailboxID, for viewer: PrincipalID
    ) throws -> MailboxSnapshot {
        try snapshot(tx, of: try MailboxRows.selectable(tx, mailbox), for: viewer)
    }

    /// As above, for who has read the mailbox's row in this transaction.
    package func snapshot(
        _ tx: borrowing ReadTransaction, of mailbox: Mailbox, for viewer: PrincipalID
    ) throws -> MailboxSnapshot {
        let key = SnapshotCache.Key(mailbox: mailbox.id, seenOwner: mailbox.seenOwner(for: viewer))
        let reader = SnapshotReader(mailbox: mailbox, seenOwner: key.seenOwner)
        if let known = snapshots.find(key) {
            if known.modseq == mailbox.modseq { return known }
            // One that is younger than this transaction is kept for others.
            if known.modseq < mailbox.modseq, let next = try reader.next(tx, after: known) {
                snapshots.keep(next, key)
                return next
            }
        }
        // Of what a viewer has seen alone nothing is stored.
        if key.seenOwner == nil, let stored = try storedSnapshot(tx, of: mailbox, reader) {
            snapshots.keep(stored, key)
            return stored
        }
        let snapshot = try reader.whole(tx)
        snapshots.keep(snapshot, key)
        if key.seenOwner == nil, snapshot.count >= Self.fewestStored { unstored.add(mailbox.id) }
        return snapshot
    }

    /// As many messages are read as quickly as it takes to ask a thread.
    private static let fewestUnhurried = 200

    /// The same for who has no time: nil where it may take long to make.
    package func snapshotAtOnce(_ tx: borrowing ReadTransaction, of mailbox: Mailbox, for viewer: PrincipalID) throws -> MailboxSnapshot? {
        let key = SnapshotCache.Key(mailbox: mailbox.id, seenOwner: mailbox.seenOwner(for: viewer))
        if let known = snapshots.find(key), known.modseq == mailbox.modseq { return known }
        if mailbox.messageCount < Self.fewestUnhurried { return try snapshot(tx, of: mailbox, for: viewer) }
        guard key.seenOwner == nil, let stored = try storedSnapshotAtOnce(tx, of: mailbox) else { return nil }
        snapshots.keep(stored, key)
        return stored
    }

    /// What is not there any more of what was there at `since` (RFC 7162 §3.2.5, §3.2.6). Where the log does not go back as far, it is all
    /// UIDs that were given and have no message.
    package func vanished(
        _ tx: borrowing ReadTransaction, from mailbox: Mailbox, since: ModSeq
    ) throws -> VanishedUIDs {
        if since >= mailbox.logFloor {
            var uids = UIDSetGatherer()
            try MailChangeLog.forEach(tx, in: mailbox.id, since: since) { entry in
                if entry.kind == .vanished { uids.add(entry.uids) }
                return true
            }
            return VanishedUIDs(uids.set, isExact: true)
        }
        var absent = UIDSet()
        var next: UID = 1
        for row in try MessageRows.all(tx, .all, in: mailbox.id) {
            if row.uid > next { absent.append(next...(row.uid - 1)) }
            next = row.uid &+ 1
        }
        if mailbox.uidNext > next { absent.append(next...(mailbox.uidNext - 1)) }
        return VanishedUIDs(absent, isExact: false)
    }

    /// STATUS UNSEEN, as the viewer sees it.
    package func unseenCount(_ tx: borrowing ReadTransaction, of mailbox: Mailbox, for viewer: PrincipalID) throws -> Int {
        guard let owner = mailbox.seenOwner(for: viewer) else { return mailbox.unseenCount }
        return max(0, mailbox.messageCount - (try OwnSeen.count(tx, of: mailbox.id, by: owner)))
    }
}

/// Makes snapshots of one mailbox from its rows.
struct SnapshotReader {
    let mailbox: Mailbox
    let seenOwner: PrincipalID?

    /// More single ranges than this are not worth asking for: then all is read.
    private static let mostRanges = 500

    func whole(_ tx: borrowing ReadTransaction) throws -> MailboxSnapshot {
        var snapshot = MailboxSnapshot(
            mailbox: mailbox.id, modseq: mailbox.modseq, uidNext: mailbox.uidNext,
            keywords: try MailKeywords.all(tx, of: mailbox.id))
        snapshot.reserve(mailbox.messageCount)
        try append(tx, from: 1, to: &snapshot)
        guard let seenOwner else { return snapshot }
        // Of changes that the log has forgotten it is not known when they were: they count as made at its floor.
        snapshot.raise(to: mailbox.logFloor)
        try MailChangeLog.forEach(tx, in: mailbox.id, since: mailbox.logFloor) { entry in
            if entry.kind == .ownSeen, entry.viewer == seenOwner { snapshot.touch(entry.uids, entry.modseq) }
            return true
        }
        return snapshot
    }

    private func append(_ tx: borrowing ReadTransaction, from uid: UID, to snapshot: inout MailboxSnapshot) throws {
        let first = snapshot.count
        try tx.forEach(
            "SELECT uid, flags, modseq FROM mail_message WHERE mailbox_id = $1 AND uid >= $2 ORDER BY uid",
            [.integer(mailbox.id.rawValue), .integer(Int64(uid))]
        ) { row in
            snapshot.append(UID(clamping: row.integer(0)), flags: UInt64(bitPattern: row.integer(1)), modseq: row.integer(2))
            return true
        }
        guard let seenOwner, snapshot.count > first else { return }
        snapshot.setSeen(try OwnSeen.uids(tx, of: mailbox.id, by: seenOwner), in: first..<snapshot.count)
    }

    /// The snapshot after an older one; nil where reading all is cheaper or the log does not go back as far.
    func next(_ tx: borrowing ReadTransaction, after older: MailboxSnapshot) throws -> MailboxSnapshot? {
        if older.modseq < mailbox.logFloor { return nil }
        var flagChanges = UIDSetGatherer()
        var expunges = UIDSetGatherer()
        var seenChanges: [(uids: UIDSet, modseq: ModSeq)] = []
        var rangeCount = 0
        // So much that happened costs more than all that there is.
        let most = max(Self.mostRanges, mailbox.messageCount)
        try MailChangeLog.forEach(tx, in: mailbox.id, since: older.modseq) { entry in
            switch entry.kind {
            case .came: break
            case .flags: flagChanges.add(entry.uids)
            case .vanished: expunges.add(entry.uids)
            case .ownSeen: if entry.viewer == seenOwner, seenOwner != nil { seenChanges.append((entry.uids, entry.modseq)) }
            }
            rangeCount += entry.uids.ranges.count
            return rangeCount <= most
        }
        if rangeCount > most { return nil }
        let vanished = expunges.set
        var changed = flagChanges.set.subtracting(vanished)
        if older.uidNext > 1 {
            changed = changed.intersection(UIDSet(1...(older.uidNext - 1)))
        } else {
            changed = UIDSet()
        }
        if changed.ranges.count > Self.mostRanges { return nil }

        var snapshot = older
        snapshot.makeColumns()
        snapshot.remove(vanished)
        for range in changed.ranges {
            try tx.forEach(
                """
                SELECT uid, flags, modseq FROM mail_message WHERE mailbox_id = $1 AND uid BETWEEN $2 AND $3 ORDER BY uid
                """, [.integer(mailbox.id.rawValue), .integer(Int64(range.lowerBound)), .integer(Int64(range.upperBound))]
            ) { row in
                snapshot.set(UID(clamping: row.integer(0)), UInt64(bitPattern: row.integer(1)), row.integer(2), keepsSeen: seenOwner != nil)
                return true
            }
        }
        try append(tx, from: older.uidNext, to: &snapshot)
        if !seenChanges.isEmpty, let seenOwner {
            let seen = try OwnSeen.uids(tx, of: mailbox.id, by: seenOwner)
            for change in seenChanges {
                snapshot.touch(change.uids, change.modseq)
                for range in change.uids.ranges { snapshot.setSeen(seen, in: snapshot.indices(of: range)) }
            }
        }
        snapshot.modseq = mailbox.modseq
        snapshot.uidNext = mailbox.uidNext
        // Keywords only come.
        if snapshot.keywords.count < FlagBits.keywordCount { snapshot.keywords = try MailKeywords.all(tx, of: mailbox.id) }
        return snapshot
    }
}

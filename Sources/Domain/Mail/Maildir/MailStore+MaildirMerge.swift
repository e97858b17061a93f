import CollectionStore
import Database
import Directory

// What other programs did to the files of a mailbox comes into its index.
extension MailStore {
    /// Files that have other names than they were seen with: what is another letter since then was changed by others, whatever was changed here.
    /// How many messages have other flags now, and whether none has another name since it was seen.
    func mergeFlags(
        _ tx: borrowing WriteTransaction, _ files: some Swift.Sequence<(uid: UID, seen: MaildirName)>, in mailbox: Mailbox,
        _ folder: MaildirFolder, _ map: MaildirKeywords, now: Milliseconds
    ) throws -> (changed: Int, isComplete: Bool) {
        // Two nodes that look at the same time: the second one finds that nothing is left.
        try MailChangeLog.hold(tx, mailbox.id)
        var delta = MailboxDelta()
        var isComplete = true
        var changed: [(uid: UID, flags: UInt64)] = []
        for (uid, seen) in files {
            guard let row = try MailFiles.find(tx.read, uid, in: mailbox.id), row.file != seen, row.file.base == seen.base else {
                continue
            }
            // What a node that was faster has renamed since would be merged backwards. From here to the commit no node renames.
            guard folder.has(seen) else {
                isComplete = false
                continue
            }
            try MailFiles.record(tx, seen, uid, in: mailbox.id)
            guard let flags = row.flags else { continue }
            let (before, after) = (row.file.letters, seen.letters)
            let set = try bits(tx, map.flags(after.subtracting(before)), in: mailbox.id)
            let cleared = try bits(tx, map.flags(before.subtracting(after)), in: mailbox.id)
            let new = (flags & ~cleared) | set
            if new == flags { continue }
            delta.add(flags, size: row.size, sign: -1)
            delta.add(new, size: row.size, sign: 1)
            changed.append((uid, new))
        }
        if changed.isEmpty { return (0, isComplete) }
        let (_, modseq) = try MailChangeLog.advance(tx, mailbox.id, by: delta)
        for (uid, flags) in changed {
            try tx.execute(
                "UPDATE mail_message SET flags = $3, modseq = $4 WHERE mailbox_id = $1 AND uid = $2",
                [
                    .integer(mailbox.id.rawValue), .integer(Int64(uid)), .integer(Int64(bitPattern: flags)),
                    .integer(modseq.rawValue),
                ])
        }
        try MailChangeLog.record(tx, .flags, UIDSet(changed.map(\.uid)), in: mailbox.id, modseq: modseq, now: now)
        self.changed(tx, mailbox.id, of: mailbox.owner, to: modseq)
        return (changed.count, isComplete)
    }

    private func bits(_ tx: borrowing WriteTransaction, _ flags: MessageFlags, in mailbox: MailboxID) throws -> UInt64 {
        try flags.system.rawValue | MailKeywords.bits(tx, flags.keywords, in: mailbox).bits
    }

    /// Messages whose files other programs have removed go from the index; nothing of them can be retained. Which ones went.
    func forgetMessages(
        _ tx: borrowing WriteTransaction, _ files: [MailFiles.Entry], of mailbox: Mailbox, _ folder: MaildirFolder, now: Milliseconds
    ) throws -> UIDSet {
        try MailChangeLog.hold(tx, mailbox.id)
        var gone: [UID] = []
        var contents: [ContentID] = []
        var delta = MailboxDelta()
        for file in files {
            guard let row = try MailFiles.find(tx.read, file.uid, in: mailbox.id), let flags = row.flags, !row.isDoomed,
                row.file.base == file.file.base, folder.known(row.file) == nil
            else { continue }
            delta.add(flags, size: row.size, sign: -1)
            gone.append(file.uid)
            contents.append(row.content)
            try MailFiles.delete(tx, file.uid, in: mailbox.id)
        }
        if gone.isEmpty { return UIDSet() }
        let uids = UIDSet(gone)
        if try MailboxRows.find(tx.read, mailbox.id) == nil {
            // Of a deleted mailbox, which has no log to write to: the rows go when the time comes.
            throw Failure(.damaged, "files of the deleted mailbox \(mailbox.id.rawValue) are missing")
        }
        let (_, modseq) = try MailChangeLog.advance(tx, mailbox.id, by: delta)
        try MessageRows.delete(tx, uids, in: mailbox.id)
        try OwnSeen.forget(tx, uids, of: mailbox)
        try MailChangeLog.record(tx, .vanished, uids, in: mailbox.id, modseq: modseq, now: now)
        try MailAccounts.take(tx, bytes: delta.bytes, of: mailbox.owner)
        try MailContents.deleteUnused(tx, contents)
        changed(tx, mailbox.id, of: mailbox.owner, to: modseq)
        return uids
    }
}

package import CollectionStore
package import Database
package import Directory

/// What a look at a Maildir did.
package struct MaildirOutcome: Sendable, Equatable {
    /// Messages that other programs have delivered, changed the flags of, and removed.
    package var arrived = 0
    package var changed = 0
    package var vanished = 0
    /// For the log.
    package var lines: [String] = []

    package init() {}
}

extension MailStore {
    /// Makes a mailbox's index and its files agree: what other programs did comes into the index, what was done here to the files. Where nothing
    /// has happened since the last look it costs two questions to the file system. Not within a transaction. Throws a `Failure` where the
    /// directory cannot be read.
    @discardableResult
    package func lookAtFiles(
        _ database: any Database, of mailbox: MailboxID, isTouched: Bool = false, now: Milliseconds
    ) throws -> MaildirOutcome {
        guard let maildirs else { return MaildirOutcome() }
        if !isTouched, let last = maildirs.look(at: mailbox) {
            guard let path = last.path else { return MaildirOutcome() }
            if last.isSettled, maildirs.isRootKnown, try maildirs.folder(path).times() == last.times { return MaildirOutcome() }
        }
        return try maildirs.inTurn(mailbox.rawValue) {
            let (found, isLive) = try database.read { tx in
                let live = try MailboxRows.find(tx, mailbox)
                return (try live ?? MailboxRows.findAny(tx, mailbox), live != nil)
            }
            guard let box = found else {
                maildirs.forgetLook(at: mailbox)
                return MaildirOutcome()
            }
            guard let path = box.maildir else {
                maildirs.remember(MaildirLook(), at: mailbox)
                return MaildirOutcome()
            }
            try checkRoot(database)
            var look = MaildirComparison(database, self, maildirs, box, folder: maildirs.folder(path), now: now)
            // What is deleted can come back as it is, and is looked at then.
            if isLive { try look.run() } else { try look.removeDoomed() }
            maildirs.note(look.outcome.lines)
            if !look.isComplete { maildirs.touch(box.id) }
            return look.outcome
        }
    }

    /// The same for all of an owner's. One that cannot be looked at is no other's fault.
    package func lookAtFiles(_ database: any Database, ofAll owner: PrincipalID, now: Milliseconds) throws {
        guard let maildirs else { return }
        let mailboxes = try database.read { tx in
            try tx.all(
                "SELECT id FROM mailbox WHERE owner_id = $1 AND maildir IS NOT NULL AND trashed IS NULL ORDER BY id",
                [.integer(owner.rawValue)]) { MailboxID(rawValue: $0.integer(0)) }
        }
        for mailbox in mailboxes {
            do {
                try lookAtFiles(database, of: mailbox, now: now)
            } catch {
                maildirs.note(["mailbox \(mailbox.rawValue): \(error)"])
            }
        }
    }
}

package import CollectionStore
package import Database
import Directory

extension MailStore {
    /// Whether there are files at all.
    private func hasFiles(_ tx: borrowing ReadTransaction) throws -> Bool {
        try tx.first(
            """
            SELECT 1 WHERE EXISTS (SELECT 1 FROM mailbox WHERE maildir IS NOT NULL)
                OR EXISTS (SELECT 1 FROM mail_directory_gone)
            """) { _ in true } ?? false
    }

    /// One round of what is to be done with files: what was touched, and what is watched. To be called about once a second.
    ///
    /// - Parameter isWhole: all mailboxes, as at the start: what a crash has left, and what came while no server ran.
    /// - Parameter report: called with lines for the log, and with failures; one mailbox's is no other's.
    package func workOnFiles(
        _ database: any Database, isWhole: Bool, now: Milliseconds, report: (String) -> Void, while goesOn: () -> Bool = { true }
    ) throws {
        guard let maildirs else { return }
        guard try database.read({ tx in try hasFiles(tx) }) else { return }
        let all = isWhole ? try database.read { tx in try allInFiles(tx) } : []
        let touched = maildirs.takeTouched()
        var owners = touched.owners
        let watched = hub.watched
        var mailboxes = Set(watched.mailboxes).union(touched.mailboxes)
        if isWhole {
            for (mailbox, owner) in all {
                mailboxes.insert(mailbox)
                owners.insert(owner)
            }
        }
        func attempt(_ body: () throws -> Void) -> Bool {
            do {
                try body()
                return true
            } catch {
                report("\(error)")
                return false
            }
        }
        for owner in owners.sorted(by: { $0.rawValue < $1.rawValue }) {
            let isDone = goesOn() && attempt { for line in try arrangeFolders(database, of: owner, now: now) { report(line) } }
            // What could not be done is still to be done.
            if !isDone { maildirs.touch(owner) }
        }
        // What is touched while the owners are arranged is looked at by the next round.
        for mailbox in mailboxes.sorted() {
            // What other processes have done to rows, such as an import, has touched nothing here.
            let isTouched = isWhole || touched.mailboxes.contains(mailbox)
            let isDone = goesOn() && attempt {
                try lookAtFiles(database, of: mailbox, isTouched: isTouched, now: now)
                if isWhole { try sweepFiles(database, of: mailbox, now: now) }
            }
            if !isDone, isTouched { maildirs.touch(mailbox) }
        }
        for owner in watched.owners where goesOn() {
            _ = attempt { try lookAtFiles(database, ofAll: owner, now: now) }
        }
        if !owners.isEmpty || isWhole { _ = attempt { try removeDirectories(database) } }
        for line in maildirs.takeNotes() { report(line) }
    }

    private func allInFiles(_ tx: borrowing ReadTransaction) throws -> [(MailboxID, PrincipalID)] {
        try tx.all("SELECT id, owner_id FROM mailbox WHERE maildir IS NOT NULL") {
            (MailboxID(rawValue: $0.integer(0)), PrincipalID(rawValue: $0.integer(1)))
        }
    }

    func sweepFiles(_ database: any Database, of mailbox: MailboxID, now: Milliseconds) throws {
        guard let maildirs, let path = maildirs.look(at: mailbox)?.path else { return }
        try maildirs.folder(path).sweep(now: now) { name in
            guard MaildirName.isUsable(name) else { return false }
            // A row's: its message is durable, and this is its file.
            let isKnown = try database.read { tx in try MailFiles.isKnown(tx, String(decoding: name, as: UTF8.self), in: mailbox) }
            if isKnown { maildirs.touch(mailbox) }
            return isKnown
        }
    }
}

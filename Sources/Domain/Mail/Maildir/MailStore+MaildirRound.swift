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
        let touched = maildirs.takeTouched()
        guard try database.read({ tx in try hasFiles(tx) }) else { return }
        var owners = touched.owners
        let watched = hub.watched
        var mailboxes = Set(watched.mailboxes).union(touched.mailboxes)
        if isWhole {
            for (mailbox, owner) in try database.read({ tx in try allInFiles(tx) }) {
                mailboxes.insert(mailbox)
                owners.insert(owner)
            }
        }
        func attempt(_ body: () throws -> Void) {
            do { try body() } catch { report("\(error)") }
        }
        for owner in owners.sorted(by: { $0.rawValue < $1.rawValue }) where goesOn() {
            attempt { for line in try arrangeFolders(database, of: owner, now: now) { report(line) } }
        }
        // What is touched while the owners are arranged is looked at by the next round.
        for mailbox in mailboxes.sorted() where goesOn() {
            attempt {
                let isTouched = touched.mailboxes.contains(mailbox)
                try lookAtFiles(database, of: mailbox, isTouched: isTouched, now: now)
                if isWhole { try sweepFiles(database, of: mailbox, now: now) }
            }
        }
        for owner in watched.owners where goesOn() {
            attempt { try lookAtFiles(database, ofAll: owner, now: now) }
        }
        if !touched.owners.isEmpty || isWhole { attempt { try removeDirectories(database) } }
        for line in maildirs.takeNotes() { report(line) }
    }

    private func allInFiles(_ tx: borrowing ReadTransaction) throws -> [(MailboxID, PrincipalID)] {
        try tx.all("SELECT id, owner_id FROM mailbox WHERE maildir IS NOT NULL") {
            (MailboxID(rawValue: $0.integer(0)), PrincipalID(rawValue: $0.integer(1)))
        }
    }

    private func sweepFiles(_ database: any Database, of mailbox: MailboxID, now: Milliseconds) throws {
        guard let maildirs, let path = maildirs.look(at: mailbox)?.path else { return }
        try maildirs.folder(path).sweep(now: now)
    }
}

import CollectionStore
package import Database
package import Directory

// Which storage an account has, and where its directories are.
extension MailStore {
    /// Where new mailboxes of an owner are.
    package func storage(_ tx: borrowing ReadTransaction, of owner: PrincipalID) throws -> MailStorage {
        guard let maildirs else { return .database }
        if let chosen = try MailAccounts.storage(tx, of: owner) { return chosen }
        // Accounts that are older than the choice are where they were.
        let isOld = try tx.first("SELECT 1 FROM mailbox WHERE owner_id = $1 LIMIT 1", [.integer(owner.rawValue)]) { _ in true }
        if isOld == true { return .database }
        return try storage(tx, ofNew: owner, by: maildirs)
    }

    /// What the settings say of an account that has no mailbox yet.
    private func storage(_ tx: borrowing ReadTransaction, ofNew owner: PrincipalID, by maildirs: Maildirs) throws -> MailStorage {
        let domain = try tx.first("SELECT domain FROM principal WHERE id = $1", [.integer(owner.rawValue)]) { $0.text(0) }
        return domain.map(maildirs.storage) ?? .database
    }

    /// For mailboxes that are made from now on; those that are there stay where they are.
    package func setStorage(_ tx: borrowing WriteTransaction, _ storage: MailStorage, of owner: PrincipalID) throws {
        if storage == .maildir { _ = try openMaildirs() }
        try MailAccounts.setStorage(tx, storage, of: owner)
    }

    /// The directory that other programs read; nil where the account has none of its mail in files.
    package func maildir(_ tx: borrowing ReadTransaction, of owner: PrincipalID) throws -> String? {
        guard let maildirs else { return nil }
        let isThere = try tx.first(
            "SELECT 1 FROM mailbox WHERE owner_id = $1 AND maildir IS NOT NULL LIMIT 1", [.integer(owner.rawValue)]) { _ in true }
        return isThere == true ? "\(maildirs.root)/\(Maildirs.path(of: owner))" : nil
    }

    /// Maildir++ puts a whole name into one name of a directory. Throws `MailRefusal.invalidName` where it has no room there.
    func checkFolderName(_ tx: borrowing ReadTransaction, _ name: String, of owner: PrincipalID) throws {
        guard maildirs != nil, MaildirFolderName.encode(name).utf8.count > MaildirFolderName.longest else { return }
        if try storage(tx, of: owner) == .maildir { throw MailRefusal.invalidName }
    }

    /// The storage of a mailbox that was just made: the account's, which the first one fixes.
    func giveDirectory(
        _ tx: borrowing WriteTransaction, to mailbox: MailboxID, named name: String, of owner: PrincipalID
    ) throws {
        guard let maildirs else { return }
        var storage = MailStorage.database
        if let chosen = try MailAccounts.storage(tx.read, of: owner) {
            storage = chosen
        } else {
            let count = try tx.read.first(
                "SELECT COUNT(*) FROM mailbox WHERE owner_id = $1", [.integer(owner.rawValue)]) { $0.integer(0) }
            if count == 1 { storage = try self.storage(tx.read, ofNew: owner, by: maildirs) }
            try MailAccounts.setStorage(tx, storage, of: owner)
        }
        guard storage == .maildir else { return }
        let account = Maildirs.path(of: owner)
        let path = name == MailboxName.inbox ? account : "\(account)/\(MaildirTree.mailboxes)/\(mailbox.rawValue)"
        try tx.execute("UPDATE mailbox SET maildir = $2 WHERE id = $1", [.integer(mailbox.rawValue), .text(path)])
    }

    /// A mailbox goes for good, and its directory with it.
    func removeDirectory(_ tx: borrowing WriteTransaction, of mailbox: MailboxID) throws {
        let id = Value.integer(mailbox.rawValue)
        let row = try tx.read.first("SELECT maildir, owner_id FROM mailbox WHERE id = $1", [id]) {
            (path: $0.optionalText(0), owner: PrincipalID(rawValue: $0.integer(1)))
        }
        guard let row, let path = row.path else { return }
        try tx.execute("DELETE FROM mail_file WHERE mailbox_id = $1", [id])
        try tx.execute("INSERT INTO mail_directory_gone (path) VALUES ($1) ON CONFLICT DO NOTHING", [.text(path)])
        if let maildirs { tx.afterCommit { maildirs.touch(row.owner) } }
    }
}

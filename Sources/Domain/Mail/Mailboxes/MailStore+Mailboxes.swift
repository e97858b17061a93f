package import CollectionStore
package import Database
package import Directory

extension MailStore {
    // MARK: Finding

    package func mailbox(_ tx: borrowing ReadTransaction, _ id: MailboxID) throws -> Mailbox? { try MailboxRows.find(tx, id) }

    /// The oldest of all, whose ever it is.
    package func firstMailbox(_ tx: borrowing ReadTransaction) throws -> Mailbox? { try MailboxRows.first(tx) }

    /// By its stored name (`MailboxName.stored`).
    package func mailbox(_ tx: borrowing ReadTransaction, of owner: PrincipalID, named name: String) throws -> Mailbox? {
        try MailboxRows.find(tx, of: owner, named: name)
    }

    /// All of an owner's that are not deleted, in the order of their names' bytes.
    package func mailboxes(_ tx: borrowing ReadTransaction, of owner: PrincipalID) throws -> [Mailbox] {
        try MailboxRows.all(tx, of: owner)
    }

    // MARK: Making

    /// The owner's INBOX. With it come, the first time, the mailboxes that every client wants, and the owner is subscribed to all of
    /// them.
    @discardableResult
    package func makeInbox(_ tx: borrowing WriteTransaction, of owner: PrincipalID, now: Milliseconds) throws -> Mailbox {
        if let inbox = try MailboxRows.find(tx.read, of: owner, named: MailboxName.inbox), inbox.isSelectable { return inbox }
        let isNew = try !MailAccounts.hadMailboxes(tx.read, of: owner)
        let inbox = try create(tx, MailboxName.inbox, of: owner, now: now)
        guard isNew else { return inbox }
        for (name, use) in Self.standardMailboxes { _ = try create(tx, name, of: owner, specialUse: use, now: now) }
        for name in [MailboxName.inbox] + Self.standardMailboxes.map(\.name) {
            try subscribe(tx, owner, to: MailboxReference(owner: owner, name: name))
        }
        return inbox
    }

    static let standardMailboxes: [(name: String, use: MailboxUse)] = [
        ("Archive", .archive), ("Drafts", .drafts), ("Junk", .junk), ("Sent", .sent), ("Trash", .trash),
    ]

    /// Makes a mailbox, and real ones above it where there are none: some clients lose mail under names that cannot be selected. A name
    /// without a mailbox becomes one. What its parent grants, it grants. Throws `MailRefusal` invalidName, nameTaken,
    /// tooManyMailboxes or specialUseTaken.
    package func create(
        _ tx: borrowing WriteTransaction, _ name: String, of owner: PrincipalID, specialUse: MailboxUse? = nil,
        now: Milliseconds
    ) throws -> Mailbox {
        let name = try MailboxName.stored(name, limits: limits)
        let existing = try MailboxRows.find(tx.read, of: owner, named: name)
        if existing?.isSelectable == true { throw MailRefusal.nameTaken }
        if let specialUse { try checkUse(tx.read, specialUse, of: owner) }
        try checkFolderName(tx.read, name, of: owner)
        try makePlace(tx, for: name, owner, and: existing == nil ? 1 : 0, now: now)
        // A name that could not be selected: nothing of it stays but who may do what.
        if let existing {
            try tx.execute(
                "UPDATE mailbox SET is_selectable = 1, special_use = $2, created = $3 WHERE id = $1",
                [.integer(existing.id.rawValue), Value(specialUse?.rawValue), .integer(now)])
            listChanged(tx, of: owner)
            try MailAccounts.listChanged(tx, of: owner)
        } else {
            try insert(tx, name, of: owner, isSelectable: true, specialUse: specialUse, now: now)
        }
        guard let made = try MailboxRows.find(tx.read, of: owner, named: name) else {
            throw Failure(.serverBug, "a mailbox that was made is not there")
        }
        return made
    }

    /// Makes the mailboxes above a name, once it is sure that there is room for them and for `others`.
    func makePlace(
        _ tx: borrowing WriteTransaction, for name: String, _ owner: PrincipalID, and others: Int, now: Milliseconds
    ) throws {
        var missing: [String] = []
        for parent in MailboxName.parents(of: name) where try MailboxRows.find(tx.read, of: owner, named: parent) == nil {
            missing.append(parent)
        }
        try checkCount(tx.read, of: owner, adding: missing.count + others)
        for parent in missing { try insert(tx, parent, of: owner, isSelectable: true, specialUse: nil, now: now) }
    }

    @discardableResult
    func insert(
        _ tx: borrowing WriteTransaction, _ name: String, of owner: PrincipalID, isSelectable: Bool, specialUse: MailboxUse?,
        now: Milliseconds
    ) throws -> MailboxID {
        let validity = try MailAccounts.nextUIDValidity(tx, of: owner, now: now)
        let id = MailboxID(rawValue: try tx.nextID(.node))
        try tx.execute(
            """
            INSERT INTO mailbox (id, owner_id, name, is_selectable, special_use, uid_validity, uid_next, modseq, log_floor,
                message_count, unseen_count, deleted_count, byte_count, created)
            VALUES ($1, $2, $3, $4, $5, $6, 1, 1, 0, 0, 0, 0, 0, $7)
            """,
            [
                .integer(id.rawValue), .integer(owner.rawValue), .text(name), Value(isSelectable), Value(specialUse?.rawValue),
                .integer(Int64(validity)), .integer(now),
            ])
        try giveDirectory(tx, to: id, named: name, of: owner)
        if let above = MailboxName.parents(of: name).last, let parent = try MailboxRows.find(tx.read, of: owner, named: above) {
            try inherit(tx, from: parent.id, to: id)
        }
        listChanged(tx, of: owner)
        return id
    }

    /// Rights are inherited by new mailboxes: what is granted on the one above, and whether each has a \Seen of their own.
    private func inherit(_ tx: borrowing WriteTransaction, from parent: MailboxID, to child: MailboxID) throws {
        try tx.execute(
            """
            INSERT INTO mail_grant (mailbox_id, grantee, rights)
            SELECT $2, grantee, rights FROM mail_grant WHERE mailbox_id = $1
            """, [.integer(parent.rawValue), .integer(child.rawValue)])
        try tx.execute(
            """
            UPDATE mailbox SET has_own_seen = (SELECT parent.has_own_seen FROM mailbox AS parent WHERE parent.id = $1)
            WHERE id = $2
            """, [.integer(parent.rawValue), .integer(child.rawValue)])
    }

    func checkCount(_ tx: borrowing ReadTransaction, of owner: PrincipalID, adding more: Int) throws {
        let count = try tx.first(
            "SELECT COUNT(*) FROM mailbox WHERE owner_id = $1 AND trashed IS NULL", [.integer(owner.rawValue)]) { $0.integer(0) }
        if (count ?? 0) + Int64(more) > Int64(limits.mailboxesPerOwner) { throw MailRefusal.tooManyMailboxes }
    }

    func checkUse(_ tx: borrowing ReadTransaction, _ use: MailboxUse, of owner: PrincipalID) throws {
        // RFC 6154 §3: what is there by itself cannot be asked for.
        if use == .all || use == .flagged { throw MailRefusal.specialUseTaken }
        if try isUseTaken(tx, use, of: owner) { throw MailRefusal.specialUseTaken }
    }

    func isUseTaken(_ tx: borrowing ReadTransaction, _ use: MailboxUse, of owner: PrincipalID) throws -> Bool {
        try tx.first(
            "SELECT 1 FROM mailbox WHERE owner_id = $1 AND special_use = $2 AND trashed IS NULL",
            [.integer(owner.rawValue), .text(use.rawValue)]) { _ in true } ?? false
    }

    /// Tells of a change of the list once it is committed.
    func listChanged(_ tx: borrowing WriteTransaction, of owner: PrincipalID) {
        if let maildirs { tx.afterCommit { maildirs.touch(owner) } }
        publish(tx, MailHub.Event(owner: owner, mailbox: nil, modseq: .zero))
    }
}

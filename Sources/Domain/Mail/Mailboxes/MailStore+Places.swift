package import CollectionStore
package import Database
import Directory

// Where mailboxes stand: renaming and deleting.
extension MailStore {
    /// RFC 9051 §6.3.6: with all below it; ids, UIDs and UIDVALIDITY stay. INBOX itself stays too, and its messages go to a new
    /// mailbox. Throws `MailRefusal` invalidName, nameTaken, belowItself, tooManyMailboxes or notFound. The mailbox as it is now.
    @discardableResult
    package func rename(
        _ tx: borrowing WriteTransaction, _ mailbox: MailboxID, to name: String, now: Milliseconds
    ) throws -> Mailbox {
        guard let old = try MailboxRows.find(tx.read, mailbox) else { throw MailRefusal.notFound }
        let name = try MailboxName.stored(name, limits: limits)
        if try MailboxRows.find(tx.read, of: old.owner, named: name) != nil { throw MailRefusal.nameTaken }
        if old.isInbox { return try renameInbox(tx, old, to: name, now: now) }
        if MailboxName.isBelow(name, old.name) { throw MailRefusal.belowItself }
        try checkFolderName(tx.read, name, of: old.owner)
        // Where nothing has the new name but something is below it, they come to stand below the mailbox.
        let all = try MailboxRows.all(tx.read, of: old.owner)
        let below = all.filter { MailboxName.isBelow($0.name, old.name) }
        // By their bytes: strings are equal that are written in several ways.
        let taken = below.isEmpty ? [] : Set(all.map { Array($0.name.utf8) })
        var renamed: [(id: MailboxID, name: String)] = [(old.id, name)]
        for child in below {
            let rest = String(decoding: child.name.utf8.dropFirst(old.name.utf8.count), as: UTF8.self)
            let moved = try MailboxName.stored(name + rest, limits: limits)
            if taken.contains(Array(moved.utf8)) { throw MailRefusal.nameTaken }
            try checkFolderName(tx.read, moved, of: old.owner)
            renamed.append((child.id, moved))
        }
        try makePlace(tx, for: name, old.owner, and: 0, now: now)
        for (id, name) in renamed {
            try tx.execute("UPDATE mailbox SET name = $2 WHERE id = $1", [.integer(id.rawValue), .text(name)])
        }
        try MailAccounts.listChanged(tx, of: old.owner)
        listChanged(tx, of: old.owner)
        guard let moved = try MailboxRows.find(tx.read, mailbox) else {
            throw Failure(.serverBug, "a mailbox that was renamed is not there")
        }
        return moved
    }

    /// RFC 9051 §6.3.6: "Renaming INBOX is permitted and ... moves all messages in INBOX to a new mailbox with the given name, leaving INBOX empty";
    /// what is below it is not affected.
    private func renameInbox(
        _ tx: borrowing WriteTransaction, _ inbox: Mailbox, to name: String, now: Milliseconds
    ) throws -> Mailbox {
        let made = try create(tx, name, of: inbox.owner, now: now)
        let everything = UIDSet.all
        _ = try move(tx, everything, from: inbox.id, to: made.id, viewer: inbox.owner, now: now)
        return try MailboxRows.selectable(tx.read, made.id)
    }

    /// RFC 9051 §6.3.5: those below it stay; then its name does too, and cannot be selected. It is retained with its messages.
    /// Throws `MailRefusal` isInbox, hasChildren or notFound.
    package func delete(_ tx: borrowing WriteTransaction, _ mailbox: MailboxID, now: Milliseconds) throws {
        guard let old = try MailboxRows.find(tx.read, mailbox) else { throw MailRefusal.notFound }
        if old.isInbox { throw MailRefusal.isInbox }
        let hasChildren = try MailboxRows.all(tx.read, of: old.owner).contains { MailboxName.isBelow($0.name, old.name) }
        // RFC 9051 §6.3.5: a name that cannot be selected and has others below it cannot be deleted.
        if hasChildren && !old.isSelectable { throw MailRefusal.hasChildren }
        try Quota.release(tx, Int(clamping: old.byteCount), of: old.owner)
        try MailAccounts.retain(tx, bytes: old.byteCount, of: old.owner)
        try tx.execute("UPDATE mailbox SET trashed = $2 WHERE id = $1", [.integer(mailbox.rawValue), .integer(now)])
        // RFC 4467 §2: a key goes with its mailbox. One that is restored is not that mailbox again.
        try URLKeys.removeAll(tx, of: mailbox)
        if hasChildren {
            let id = try insert(tx, old.name, of: old.owner, isSelectable: false, specialUse: nil, now: now)
            try tx.execute("DELETE FROM mail_grant WHERE mailbox_id = $1", [.integer(id.rawValue)])
            try tx.execute(
                """
                INSERT INTO mail_grant (mailbox_id, grantee, rights)
                SELECT $2, grantee, rights FROM mail_grant WHERE mailbox_id = $1
                """, [.integer(old.id.rawValue), .integer(id.rawValue)])
        } else {
            try removeEmptyNames(tx, above: old, now: now)
        }
        try boundDeleted(tx, of: old.owner)
        try boundRetained(tx, of: old.owner, limit: 1000)
        try MailAccounts.listChanged(tx, of: old.owner)
        listChanged(tx, of: old.owner)
        changed(tx, mailbox, of: old.owner, to: old.modseq)
    }

    /// A name that cannot be selected goes with the last one below it.
    private func removeEmptyNames(_ tx: borrowing WriteTransaction, above old: Mailbox, now: Milliseconds) throws {
        for name in MailboxName.parents(of: old.name).reversed() {
            guard let parent = try MailboxRows.find(tx.read, of: old.owner, named: name), !parent.isSelectable else { return }
            if try MailboxRows.all(tx.read, of: old.owner).contains(where: { MailboxName.isBelow($0.name, name) }) { return }
            try tx.execute("DELETE FROM mail_grant WHERE mailbox_id = $1", [.integer(parent.id.rawValue)])
            try tx.execute("DELETE FROM mailbox WHERE id = $1", [.integer(parent.id.rawValue)])
        }
    }
}

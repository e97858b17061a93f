import CollectionStore
import Database
import Directory
import IMAPGrammar
import Mail

extension Session {
    /// RFC 9051 §6.3.11.
    func status(_ name: WireName, _ items: [StatusItem]) throws -> Completion {
        let inFiles = try database.read { tx -> Mailbox? in
            let found = try find(tx, name)
            guard found.mailbox.isSelectable else { throw MailRefusal.notSelectable }
            try require(.read, of: found)
            if found.mailbox.isInMaildir { return found.mailbox }
            try tellStatus(tx, found, name, items)
            return nil
        }
        if let inFiles {
            try lookAtFiles(of: inFiles)
            try database.read { tx in try tellStatus(tx, try find(tx, name), name, items) }
        }
        return .ok(nil, "done")
    }

    func tellStatus(_ tx: borrowing ReadTransaction, _ found: FoundMailbox, _ name: WireName, _ items: [StatusItem]) throws {
        let mailbox = found.mailbox
        var values: [(StatusItem, UInt64?)] = []
        for item in items {
            let value: UInt64? = switch item {
            case .messages: UInt64(clamping: mailbox.messageCount)
            case .recent: UInt64(clamping: try store.recentCount(tx, of: mailbox))
            case .uidNext: UInt64(mailbox.uidNext)
            case .uidValidity: UInt64(mailbox.uidValidity)
            case .unseen: UInt64(clamping: try store.unseenCount(tx, of: mailbox, for: try signedInPrincipal().id))
            case .deleted: UInt64(clamping: mailbox.deletedCount)
            case .size: UInt64(clamping: mailbox.byteCount)
            case .deletedStorage: try deletedStorage(tx, mailbox)
            case .highestModSeq: UInt64(clamping: mailbox.modseq.rawValue)
            case .appendLimit: appendLimit
            case .mailboxID: nil
            }
            values.append((item, value))
        }
        // RFC 7162 §3.1: who asks for it is told of mod-sequences from then on.
        if items.contains(.highestModSeq) { enableCondstore() }
        out.status(name, values, mailboxID: Array(mailbox.id.objectID.utf8))
    }

    /// RFC 9208 §4.1.4: octets that an EXPUNGE would free.
    private func deletedStorage(_ tx: borrowing ReadTransaction, _ mailbox: Mailbox) throws -> UInt64 {
        if mailbox.deletedCount == 0 { return 0 }
        let snapshot = try store.snapshot(tx, of: mailbox.id, for: try signedInPrincipal().id)
        var deleted = UIDSet()
        for index in 0..<snapshot.count where snapshot.flags(at: index).contains(.deleted) { deleted.append(snapshot.uid(at: index)) }
        var size: UInt64 = 0
        try store.messages(tx, deleted, in: mailbox.id) { message in
            size += UInt64(clamping: message.size)
            return true
        }
        return size
    }
}

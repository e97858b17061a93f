import Bytes
import CollectionStore
import Database
import Directory
import IMAPGrammar
import Mail

extension Session {
    /// LIST (RFC 9051 §6.3.9, RFC 5258, RFC 5819, RFC 6154), LSUB (RFC 3501 §6.3.9), XLIST.
    func list(_ command: List) throws -> Completion {
        if command.patterns.count == 1, command.patterns[0].isEmpty, !command.isExtended {
            // RFC 9051 §6.3.9: asks for the separator.
            var entry = ListEntry(name: WireName(utf8: []), separator: Namespaces.separator)
            entry.attributes = ["\\Noselect"]
            out.list(entry, kind: command.kind)
            return .ok(nil, "done")
        }
        try database.read { tx in
            let tree = try MailboxTree(tx, session: self)
            for row in tree.rows(of: command) { try tell(tx, row, command) }
        }
        return .ok(nil, "done")
    }

    private func tell(_ tx: borrowing ReadTransaction, _ row: MailboxTree.Row, _ command: List) throws {
        var entry = ListEntry(name: row.name, separator: Namespaces.separator)
        entry.attributes = row.attributes
        entry.childInfo = row.childInfo
        out.list(entry, kind: command.kind)
        guard let returning = command.returning, let found = row.found else { return }
        if returning.myRights {
            // RFC 8440 §3
            out.myRights(row.name, found.rights.letters)
        }
        if let items = returning.status, found.mailbox.isSelectable, found.rights.contains(.read) {
            // RFC 5819 §2
            try tellStatus(tx, found, row.name, items)
        }
    }
}

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
        if command.returning?.status != nil, let principal { try store.lookAtFiles(database, ofAll: principal.id, now: now) }
        let rows = try database.read { tx in try MailboxTree(tx, session: self).rows(of: command) }
        return .running(ListRun(rows, command))
    }

    fileprivate func tell(_ tx: borrowing ReadTransaction, _ row: MailboxTree.Row, _ command: List) throws {
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

/// The rows of a LIST, as many at a time as the client takes.
private final class ListRun: RunningCommand {
    private let rows: [MailboxTree.Row]
    private let command: List
    private var next = 0

    init(_ rows: [MailboxTree.Row], _ command: List) { (self.rows, self.command) = (rows, command) }

    func step(_ session: Session) throws -> Completion? {
        let limit = session.out.bytes.count + Session.pieceSize
        let end = ContinuousClock.now + session.server.configuration.turnTime
        try session.database.read { tx in
            while next < rows.count {
                try session.tell(tx, rows[next], command)
                next += 1
                if session.out.bytes.count >= limit || ContinuousClock.now >= end { break }
            }
        }
        return next < rows.count ? nil : .ok(nil, "done")
    }
}

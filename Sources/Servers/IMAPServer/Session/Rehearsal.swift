import Bytes
import Database
import Directory
import IMAPGrammar
import Logging
import Mail
import Wire

/// What is made once in a process (the types of tables, the statements of a connection to the database, pages in its cache) takes as long at
/// the first SELECT as the SELECT itself. So a server that starts opens a mailbox, for nobody.
extension ServerContext {
    /// When there is time. It reads a little, and leaves nothing behind but what any SELECT does.
    func rehearse() {
        _ = pool.submit { [self] in
            do {
                try Session(server: self, peer: "-", isLoopback: true, isTLS: true).rehearse()
            } catch {
                logger.debug("no mailbox could be opened beforehand", metadata: ["failure": "\(error)"])
            }
        }
    }
}

extension Session {
    /// Only of a session that nobody has.
    func rehearse() throws {
        let found = try database.read { tx -> (mailbox: Mailbox, owner: Principal)? in
            guard let mailbox = try store.firstMailbox(tx), let owner = try LocalDirectory.find(tx, mailbox.owner) else { return nil }
            _ = try store.storedSnapshotAtOnce(tx, of: mailbox)
            return (mailbox, owner)
        }
        guard let found else { return }
        principal = found.owner
        state = .authenticated
        defer { principal = nil }
        // EXAMINE takes \Recent from no message; where some are recent, only who does not ask for that is answered so.
        guard case .select(var command) = try TaggedCommand.parse([UInt8]("x EXAMINE INBOX".utf8), coding: reader.coding).command else { return }
        command.mailbox = try wireName(found.mailbox.name, of: found.owner)
        for isForRecent in [true, false] {
            enabled.imap4rev2 = !isForRecent
            _ = try selectAtOnce(command)
            leave()
            out.bytes = []
        }
    }
}

import Bytes
package import Database
package import Directory
import Glibc
import IMAPGrammar

/// `tegu mail export`: an owner's mailboxes as a Maildir with folders (Maildir++), with flags, keywords, dates and subscriptions.
///
/// It can be stopped and begun anew: a file that is there is not written again.
package struct MailExport {
    package struct Outcome: Sendable, Equatable {
        package var mailboxes = 0
        package var written = 0
        package var present = 0
    }

    private let database: any Database
    private let store: MailStore
    private let owner: PrincipalID
    private let directory: String
    private let progress: (Int) -> Void

    package init(
        _ database: any Database, _ store: MailStore, owner: PrincipalID, to directory: String,
        progress: @escaping (Int) -> Void
    ) {
        self.database = database
        self.store = store
        self.owner = owner
        self.directory = directory
        self.progress = progress
    }

    /// What is on the disk when it returns is there durably.
    package func run() throws -> Outcome {
        var outcome = Outcome()
        let mailboxes = try database.read { tx in try store.mailboxes(tx, of: owner).filter(\.isSelectable) }
        try Self.make(directory)
        for mailbox in mailboxes {
            let folder = mailbox.isInbox ? directory : "\(directory)/\(Self.folderName(mailbox.name))"
            for path in [folder, "\(folder)/cur", "\(folder)/new", "\(folder)/tmp"] { try Self.make(path) }
            // Maildir++: what is no INBOX says so.
            if !mailbox.isInbox { try Self.write([], to: "\(folder)/maildirfolder") }
            try export(mailbox, to: folder, &outcome)
            outcome.mailboxes += 1
        }
        let names = try database.read { tx in try store.subscriptions(tx, of: owner).filter { $0.owner == owner }.map(\.name) }
        try Self.write([UInt8](names.map { $0 + "\n" }.joined().utf8), to: "\(directory)/subscriptions")
        // All at once (on Linux it waits): a file at a time would take as long as the disk does, for each.
        sync()
        return outcome
    }

    /// Levels are parted by dots; a dot in a name cannot be told from them.
    static func folderName(_ name: String) -> String {
        let levels = name.split(separator: "/").map { level in
            ModifiedUTF7.encode(level.utf8.map { $0 == UInt8(ascii: ".") ? UInt8(ascii: "_") : $0 })
        }
        return levels.map { "." + String(utf8: $0) }.joined()
    }

    private func export(_ mailbox: Mailbox, to folder: String, _ outcome: inout Outcome) throws {
        let snapshot = try database.read { tx in try store.snapshot(tx, of: mailbox, for: owner) }
        // Maildir has room for 26.
        let keywords = snapshot.keywords.filter { $0.lowercased() != "$forwarded" }
        if !keywords.isEmpty {
            let lines = keywords.prefix(26).enumerated().map { "\($0.offset) \($0.element)\n" }.joined()
            try Self.write([UInt8](lines.utf8), to: "\(folder)/dovecot-keywords")
        }
        var start = 0
        while start < snapshot.count {
            // Some at a time: a transaction must not last as long as the disk does.
            let end = min(start + 50, snapshot.count)
            try database.read { tx in
                try store.messages(tx, snapshot.uidSet(of: start..<end), in: mailbox.id) { message in
                    let flags = message.flags.flags(snapshot.keywords)
                    let base = "\(max(0, message.internalDate.seconds)).M\(message.uid)V\(mailbox.uidValidity).tegu,S=\(message.size)"
                    let name = "\(base):2,\(MaildirFlags.letters(flags, keywords: keywords))"
                    if try write(tx, message, to: "\(folder)/cur/\(name)", by: "\(folder)/tmp/\(base)") {
                        outcome.written += 1
                    } else {
                        outcome.present += 1
                    }
                    progress(1)
                    return true
                }
            }
            start = end
        }
    }

    /// False where the file is there.
    private func write(
        _ tx: borrowing ReadTransaction, _ message: StoredMessage, to path: String, by temporary: String
    ) throws -> Bool {
        if access(path, F_OK) == 0 { return false }
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Failure(systemCall: "open", path: temporary, code: errno) }
        defer { close(descriptor) }
        try store.forEachPiece(tx, of: message.content, 0..<message.size) { try MaildirFolder.Output.write($0, to: descriptor, temporary) }
        var times = [timespec(), timespec()]
        times[0].tv_sec = Int(message.internalDate.seconds)
        times[1].tv_sec = Int(message.internalDate.seconds)
        guard futimens(descriptor, times) == 0, rename(temporary, path) == 0 else {
            throw Failure(systemCall: "rename", path: path, code: errno)
        }
        return true
    }

    // MARK: Files

    private static func make(_ path: String) throws {
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw Failure(systemCall: "mkdir", path: path, code: errno) }
    }

    private static func write(_ bytes: [UInt8], to path: String) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Failure(systemCall: "open", path: path, code: errno) }
        defer { close(descriptor) }
        try bytes.withUnsafeBufferPointer { try MaildirFolder.Output.write($0, to: descriptor, path) }
    }
}

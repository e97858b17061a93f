import Bytes
import CivilTime
package import CollectionStore
package import Database
package import Directory
import MIME

/// `tegu mail import`: Maildirs, mbox files and single messages into an owner's mailboxes, with flags and dates, in their order.
///
/// It can be stopped and begun anew: a message whose octets are in the mailbox already is passed over, as many times as it is there.
/// Any octets are a message; one that cannot be taken is told, and the rest goes on.
package final class MailImport {
    package struct Outcome: Sendable, Equatable {
        package var imported = 0
        /// They were there.
        package var present = 0
        /// Deleted ones that the file still had.
        package var deleted = 0
        package var refused = 0

        package init(imported: Int = 0, present: Int = 0, deleted: Int = 0, refused: Int = 0) {
            self.imported = imported
            self.present = present
            self.deleted = deleted
            self.refused = refused
        }
    }

    private struct Incoming {
        var message: NewMessage
        var label: String
    }

    private let database: any Database
    private let store: MailStore
    private let owner: PrincipalID
    private let clock: () -> Milliseconds
    /// One line for each message that is not taken.
    private let report: (String) -> Void
    /// How many octets of the files have been worked off.
    private let progress: (Int) -> Void

    package private(set) var outcome = Outcome()
    private var waiting: [Incoming] = []
    private var waitingSize = 0
    /// How often each content is in the mailbox and was not met yet.
    private var present: [[UInt8]: Int] = [:]

    /// Messages, and octets, that are committed together.
    private static let batchCount = 200
    private static let batchSize = 8 << 20

    package init(
        _ database: any Database, _ store: MailStore, owner: PrincipalID, clock: @escaping () -> Milliseconds,
        report: @escaping (String) -> Void, progress: @escaping (Int) -> Void
    ) {
        self.database = database
        self.store = store
        self.owner = owner
        self.clock = clock
        self.report = report
        self.progress = progress
    }

    /// Octets of all that the folders have, for the progress.
    package static func size(of folders: [ImportFolder]) throws -> Int {
        try folders.reduce(0) { sum, folder in
            switch folder.content {
            case .mbox(let path): sum + ImportReader.size(of: path)
            case .messages(let paths): sum + paths.reduce(0) { $0 + ImportReader.size(of: $1) }
            case .maildir(let path):
                try sum + MaildirFiles(path).files.reduce(0) { $0 + ImportReader.size(of: $1.path) }
            }
        }
    }

    /// Imports a folder into the mailbox below `root` that its levels name; INBOX where there are none and `root` is nil. Throws `MailRefusal`
    /// where that mailbox cannot be.
    package func run(_ folder: ImportFolder, below root: String?) throws {
        let mailbox = try open(folder, below: root)
        present = try database.read { tx in try store.hashes(tx, in: mailbox.id) }
        switch folder.content {
        case .maildir(let path): try importMaildir(path, into: mailbox.id)
        case .mbox(let path): try importMbox(path, into: mailbox.id)
        case .messages(let paths):
            for path in paths { try importFile(path, into: mailbox.id) { StatusFields.flags($0) ?? MessageFlags() } }
        }
        try flush(into: mailbox.id)
    }

    private func open(_ folder: ImportFolder, below root: String?) throws -> Mailbox {
        let levels = (root.map { [$0] } ?? []) + folder.levels
        let wished = levels.isEmpty ? MailboxName.inbox : levels.joined(separator: "/")
        let name = try MailboxName.stored(wished, limits: store.limits)
        return try database.write { tx in
            try store.makeInbox(tx, of: owner, now: clock())
            if let found = try store.mailbox(tx.read, of: owner, named: name), found.isSelectable { return found }
            let made = try store.create(tx, name, of: owner, now: clock())
            try store.subscribe(tx, owner, to: MailboxReference(owner: owner, name: name))
            return made
        }
    }

    // MARK: Sources

    private func importMaildir(_ path: String, into mailbox: MailboxID) throws {
        let files = try MaildirFiles(path)
        for file in files.files {
            try importFile(file.path, into: mailbox) { _ in MaildirFlags.parse(file.name, keywords: files.keywords) }
        }
    }

    private func importFile(_ path: String, into mailbox: MailboxID, flags: (Header) -> MessageFlags) throws {
        var upload = store.importUpload()
        do {
            try ImportReader.forEachPiece(of: path) { piece in
                upload.feed(piece)
                progress(piece.count)
                return !upload.isTooLarge
            }
        } catch let failure as Failure {
            outcome.refused += 1
            return report("\(path): \(failure.detail)")
        }
        let date = ImportReader.modified(path).map { InternalTime(seconds: $0) }
        try add(upload, flags: flags, date: date, label: path, into: mailbox)
    }

    private func importMbox(_ path: String, into mailbox: MailboxID) throws {
        var splitter = MboxSplitter()
        var upload: MessageUpload?
        var date: InternalTime?
        var number = 0
        func finish() throws {
            guard let finished = upload else { return }
            upload = nil
            number += 1
            var isDeleted = false
            try add(
                finished,
                flags: { header in
                    guard let flags = StatusFields.flags(header) else { isDeleted = true; return MessageFlags() }
                    return flags
                }, date: date, label: "\(path), message \(number)", into: mailbox, isDeleted: { isDeleted })
        }
        func handle(_ event: MboxSplitter.Event) throws {
            switch event {
            case .begin(let time):
                try finish()
                upload = store.importUpload()
                date = time.map { InternalTime(seconds: $0.wallSeconds) }
            case .content(let bytes): upload?.feed(bytes)
            }
        }
        try ImportReader.forEachPiece(of: path) { piece in
            try splitter.feed(piece, handle)
            progress(piece.count)
            return true
        }
        try splitter.finish(handle)
        try finish()
    }

    // MARK: Batches

    private func add(
        _ upload: consuming MessageUpload, flags: (Header) -> MessageFlags, date: InternalTime?, label: String,
        into mailbox: MailboxID, isDeleted: () -> Bool = { false }
    ) throws {
        let (content, header): (NewContent, Header)
        do throws(MailRefusal) {
            (content, header) = try upload.finishWithHeader()
        } catch {
            outcome.refused += 1
            return report("\(label): it is larger than \(store.limits.messageSize) octets")
        }
        let messageFlags = flags(header)
        if isDeleted() {
            outcome.deleted += 1
            return
        }
        if let hash = content.hash, let count = present[hash], count > 0 {
            present[hash] = count - 1
            outcome.present += 1
            return
        }
        let sent = content.keys.sent.map { InternalTime(seconds: $0) }
        waiting.append(
            Incoming(message: NewMessage(content, flags: messageFlags, internalDate: date ?? sent), label: label))
        waitingSize += content.size
        if waiting.count >= Self.batchCount || waitingSize >= Self.batchSize { try flush(into: mailbox) }
    }

    private func flush(into mailbox: MailboxID) throws {
        let batch = waiting
        waiting = []
        waitingSize = 0
        if batch.isEmpty { return }
        do {
            try append(batch, to: mailbox)
        } catch is MailRefusal {
            // One after the other, so that only those are refused for which there is no room.
            for incoming in batch {
                do {
                    try append([incoming], to: mailbox)
                } catch let refusal as MailRefusal {
                    outcome.refused += 1
                    report("\(incoming.label): \(refusal)")
                }
            }
        }
    }

    private func append(_ batch: [Incoming], to mailbox: MailboxID) throws {
        let messages = try store.writeFiles(database, batch.map(\.message), for: mailbox, now: clock())
        do {
            _ = try database.write { tx in try store.append(tx, messages, to: mailbox, now: clock()) }
        } catch {
            store.discardFiles(database, of: messages)
            throw error
        }
        outcome.imported += batch.count
    }
}

extension MailStore {
    /// All of it in memory, and known by its hash: an import has few messages at a time.
    func importUpload() -> MessageUpload {
        var limits = limits
        limits.heldSize = limits.messageSize
        return MessageUpload(limits: limits, keepsOctets: false, isHashed: true)
    }

    /// How often each hashed content is in a mailbox.
    func hashes(_ tx: borrowing ReadTransaction, in mailbox: MailboxID) throws -> [[UInt8]: Int] {
        var hashes: [[UInt8]: Int] = [:]
        try tx.forEach(
            """
            SELECT hash FROM mail_message JOIN mail_content ON mail_content.id = content_id
            WHERE mailbox_id = $1 AND hash IS NOT NULL
            """, [.integer(mailbox.rawValue)]
        ) { row in
            hashes[row.bytes(0), default: 0] += 1
            return true
        }
        return hashes
    }
}

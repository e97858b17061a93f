package import CollectionStore
import Cryptography
package import Database
import Glibc

/// The file of a message that is to be appended to a mailbox: in `tmp`, durably.
struct WrittenFile: Sendable {
    var mailbox: MailboxID
    /// The mailbox's, below the root.
    var folder: String
    var base: String
    var hash: [UInt8]
}

extension MailStore {
    /// Writes the files of messages that are to be appended, before the transaction: others' need not wait for this disk, and a transaction that
    /// runs twice writes nothing twice. Where the mailbox is in the database this does nothing. Throws a `Failure`, and then nothing is left.
    package func writeFiles(
        _ database: any Database, _ messages: [NewMessage], for mailbox: MailboxID, now: Milliseconds
    ) throws -> [NewMessage] {
        guard let maildirs, let box = try database.read({ tx in try MailboxRows.find(tx, mailbox) }), let path = box.maildir else {
            return messages
        }
        try checkRoot(database)
        let folder = maildirs.folder(path)
        if try !folder.isThereItself() {
            guard box.uidNext == 1 else { throw folder.missing() }
            try folder.make()
        }
        var messages = messages
        do {
            for index in messages.indices {
                messages[index].content.file = try write(database, messages[index], to: folder, of: box, path, now: now)
            }
            if messages.contains(where: { $0.content.file != nil }) { try folder.synchronize("tmp") }
        } catch {
            discardFiles(database, of: messages)
            throw error
        }
        return messages
    }

    /// Nil for what is in a file, or in the database for good.
    private func write(
        _ database: any Database, _ message: NewMessage, to folder: MaildirFolder, of mailbox: Mailbox, _ path: String, now: Milliseconds
    ) throws -> WrittenFile? {
        let content = message.content
        let size = Int64(content.size)
        let base = MaildirName.fresh(seconds: now / 1000, fileSize: size, size: size)
        let date = message.internalDate?.seconds ?? now / 1000
        var hasher = SHA256.Hasher()
        switch content.place {
        case .stored, .file: return nil
        case .held(let pieces):
            try folder.write(base, date: date) { output in
                for piece in pieces { try piece.withUnsafeBufferPointer { try Self.add($0, to: output, &hasher) } }
            }
        case .staged(let id, let rest):
            try folder.write(base, date: date) { output in
                try database.read { tx in
                    _ = try MailBodies.forEachPiece(tx, of: id, 0..<content.size) { try Self.add($0, to: output, &hasher) }
                }
                for piece in rest.pieces { try piece.withUnsafeBufferPointer { try Self.add($0, to: output, &hasher) } }
                guard output.count == content.size else { throw MailRefusal.contentGone }
            }
        }
        return WrittenFile(mailbox: mailbox.id, folder: path, base: base, hash: hasher.finish())
    }

    private static func add(
        _ bytes: UnsafeBufferPointer<UInt8>, to output: borrowing MaildirFolder.Output, _ hasher: inout SHA256.Hasher
    ) throws {
        try output.write(bytes)
        hasher.update(UnsafeRawBufferPointer(bytes))
    }

    /// Takes away what was written for messages that were not appended. What cannot be told now is removed when it is old.
    package func discardFiles(_ database: any Database, of messages: [NewMessage]) {
        for file in messages.compactMap(\.content.file) {
            // The answer to a commit may have been lost, and the commit not.
            let isKnown = try? database.read { tx in try MailFiles.isKnown(tx, file.base, in: file.mailbox) }
            if isKnown == false, let maildirs { unlink("\(maildirs.root)/\(file.folder)/tmp/\(file.base)") }
        }
    }
}

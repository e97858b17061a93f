import CollectionStore
import Cryptography
import Database
import Directory

/// A file of another program that is to be a message.
struct MaildirArrival: Sendable {
    var file: MaildirName
    var size: Int64
}

/// The files of messages that a transaction brings into one mailbox. They are in `tmp`, durably, when `finish` returns, and get their names after
/// the commit; where the transaction is undone they stay there, and are removed when they are old.
struct NewFiles {
    private let store: MailStore
    private let maildirs: Maildirs
    private let mailbox: Mailbox
    private let folder: MaildirFolder
    private var pending: [MaildirName] = []

    /// Nil for a mailbox in the database.
    init?(_ store: MailStore, _ mailbox: Mailbox) throws {
        guard let path = mailbox.maildir else { return nil }
        let maildirs = try store.openMaildirs()
        self.store = store
        self.maildirs = maildirs
        self.mailbox = mailbox
        folder = maildirs.folder(path)
        if !folder.isThere {
            // What a disk has that is not mounted must not be made anew beside it.
            guard mailbox.uidNext == 1 else {
                throw Failure(.damaged, "the directory \(folder.path) of a mailbox is missing")
            }
            try folder.make()
        }
    }

    /// The content under which a message's octets are from now on, with a file of its own.
    mutating func keep(
        _ tx: borrowing WriteTransaction, _ content: NewContent, uid: Int64, flags: UInt64, date: InternalTime, now: Milliseconds
    ) throws -> ContentID {
        switch content.place {
        case .file(let arrival):
            let id = ContentID(rawValue: try tx.nextID(.blob))
            try MailContents.insertInFiles(tx, id, content)
            try MailFiles.insert(tx, arrival.file, size: arrival.size, of: id, uid, in: mailbox.id)
            return id
        case .held(let pieces):
            let id = ContentID(rawValue: try tx.nextID(.blob))
            let hashed = content.hashed(pieces)
            try MailContents.insertInFiles(tx, id, hashed)
            let file = name(Int64(content.size), Int64(content.size), flags: flags, now: now)
            try folder.write(file.base, date: date.seconds) { output in
                for piece in pieces { try piece.withUnsafeBufferPointer { try output.write($0) } }
            }
            try insert(tx, file, size: Int64(content.size), of: id, uid)
            return id
        case .staged:
            let isFirst = try MailContents.isStaged(tx.read, content)
            let id = try MailContents.keep(tx, content)
            let hash = try addFile(tx, of: id, size: Int64(content.size), uid: uid, flags: flags, date: date, now: now)
            // The octets waited in the database; now they are in the file.
            if isFirst, let hash { try MailContents.moveToFiles(tx, id, hash: hash) }
            return id
        case .stored(let id):
            _ = try addFile(tx, of: id, size: Int64(content.size), uid: uid, flags: flags, date: date, now: now)
            return id
        }
    }

    /// One more file of a content, which is another name of the same where that can be. Its hash, where the octets were written.
    mutating func addFile(
        _ tx: borrowing WriteTransaction, of content: ContentID, size: Int64, uid: Int64, flags: UInt64, date: InternalTime,
        now: Milliseconds
    ) throws -> [UInt8]? {
        if try MailFiles.isInFiles(tx.read, content) {
            let (reader, source) = try store.openFile(tx.read, of: content)
            let file = name(source.fileSize, size, flags: flags, now: now)
            if folder.link(reader.path, as: file.base) {
                try insert(tx, file, size: source.fileSize, of: content, uid)
                return nil
            }
        }
        let file = name(size, size, flags: flags, now: now)
        var hasher = SHA256.Hasher()
        try folder.write(file.base, date: date.seconds) { output in
            try store.forEachPiece(tx.read, of: content, 0..<Int(clamping: size)) { bytes in
                try output.write(bytes)
                hasher.update(UnsafeRawBufferPointer(bytes))
            }
        }
        try insert(tx, file, size: size, of: content, uid)
        return hasher.finish()
    }

    private mutating func insert(
        _ tx: borrowing WriteTransaction, _ file: MaildirName, size: Int64, of content: ContentID, _ uid: Int64
    ) throws {
        try MailFiles.insert(tx, file, size: size, of: content, uid, in: mailbox.id)
        pending.append(file)
    }

    /// What has no flags is in `new`, where other programs look for what has come.
    private func name(_ fileSize: Int64, _ size: Int64, flags: UInt64, now: Milliseconds) -> MaildirName {
        let base = MaildirName.fresh(seconds: now / 1000, fileSize: fileSize, size: size)
        let letters = MaildirKeywords([]).letters(flags, [])
        return letters.isEmpty
            ? MaildirName(base: base, place: .new, suffix: "")
            : MaildirName(base: base, place: .cur, suffix: MaildirName.suffix(letters))
    }

    /// - Parameter hasKeywords: some of the messages have keywords, whose letters are given at the next look.
    consuming func finish(_ tx: borrowing WriteTransaction, hasKeywords: Bool) throws {
        if hasKeywords { tx.afterCommit { [maildirs, mailbox] in maildirs.touch(mailbox.id) } }
        if pending.isEmpty { return }
        try folder.synchronize("tmp")
        tx.afterCommit { [maildirs, mailbox, folder, pending] in
            do {
                var places: Set<MaildirName.Place> = []
                for file in pending {
                    try folder.publish(file)
                    places.insert(file.place)
                }
                for place in places { try folder.synchronize(place.directory) }
            } catch {
                // Nothing is lost: row and file are durable, and the next look tries again, and tells of it.
                maildirs.touch(mailbox.id)
            }
        }
    }
}

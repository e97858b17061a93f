import CollectionStore
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
    /// Names of `tmp` are not durable yet.
    private var hasWritten = false

    /// Nil for a mailbox in the database.
    init?(_ tx: borrowing WriteTransaction, _ store: MailStore, _ mailbox: Mailbox) throws {
        guard let path = mailbox.maildir else { return nil }
        let maildirs = try store.openMaildirs()
        // What a disk has that is not mounted must not be made anew beside it.
        try store.openRoot(tx)
        self.store = store
        self.maildirs = maildirs
        self.mailbox = mailbox
        folder = maildirs.folder(path)
        if try !folder.isThereItself() {
            guard mailbox.uidNext == 1 else { throw folder.missing() }
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
            let size = Int64(content.size)
            if let written = written(content) {
                try MailContents.insertInFiles(tx, id, content.known(by: written.hash))
                try insert(tx, name(written.base, flags: flags), size: size, of: id, uid)
                return id
            }
            try MailContents.insertInFiles(tx, id, content.known(by: content.hash ?? MailBodies.hash(pieces)))
            let file = name(fresh(size, size, now: now), flags: flags)
            hasWritten = true
            try folder.write(file.base, date: date.seconds) { output in
                for piece in pieces { try piece.withUnsafeBufferPointer { try output.write($0) } }
            }
            try insert(tx, file, size: size, of: id, uid)
            return id
        case .staged:
            let isFirst = try MailContents.isStaged(tx.read, content)
            let kept = try MailContents.keep(tx, content)
            let hash: [UInt8]?
            var id = kept
            if let written = written(content) {
                // Of another account's, which was first.
                if !isFirst, try isElsewhere(tx.read, kept) { id = try MailContents.copyInFiles(tx, kept) }
                try insert(tx, name(written.base, flags: flags), size: Int64(content.size), of: id, uid)
                hash = written.hash
            } else {
                (id, hash) = try addFile(tx, of: kept, size: Int64(content.size), uid: uid, flags: flags, date: date, now: now)
            }
            // The octets waited in the database; now they are in the file.
            if isFirst, let hash { try MailContents.moveToFiles(tx, id, hash: hash) }
            return id
        case .stored(let id):
            return try addFile(tx, of: id, size: Int64(content.size), uid: uid, flags: flags, date: date, now: now).content
        }
    }

    /// Whether the octets are in files, and in none of this account.
    private func isElsewhere(_ tx: borrowing ReadTransaction, _ content: ContentID) throws -> Bool {
        try MailFiles.isInFiles(tx, content) && !MailFiles.isInFiles(tx, content, of: mailbox.owner)
    }

    /// What was written before the transaction, for this mailbox.
    private func written(_ content: NewContent) -> WrittenFile? {
        guard let file = content.file, file.mailbox == mailbox.id, file.folder == mailbox.maildir else { return nil }
        return file
    }

    /// One more file of a content, which is another name of the same where that can be, and its hash, where the octets were written. The
    /// content is another one where the octets are in a file of another account's: whose programs may change that one.
    mutating func addFile(
        _ tx: borrowing WriteTransaction, of content: ContentID, size: Int64, uid: Int64, flags: UInt64, date: InternalTime,
        now: Milliseconds
    ) throws -> (content: ContentID, hash: [UInt8]?) {
        hasWritten = true
        var target = content
        if try isElsewhere(tx.read, content) {
            target = try MailContents.copyInFiles(tx, content)
        } else if try MailFiles.isInFiles(tx.read, content) {
            let (reader, source) = try store.openFile(tx.read, of: content)
            let file = name(fresh(source.fileSize, size, now: now), flags: flags)
            if folder.link(reader.path, as: file.base) {
                try insert(tx, file, size: source.fileSize, of: content, uid)
                return (content, nil)
            }
        }
        let file = name(fresh(size, size, now: now), flags: flags)
        var proof = try ContentProof(tx.read, of: content)
        try folder.write(file.base, date: date.seconds) { output in
            try store.forEachPiece(tx.read, of: content, 0..<Int(clamping: size)) { bytes in
                try output.write(bytes)
                proof.feed(bytes)
            }
        }
        let hash: [UInt8]
        do {
            hash = try proof.finish()
        } catch {
            _ = try? folder.remove("tmp/\(file.base)")
            throw error
        }
        try insert(tx, file, size: size, of: target, uid)
        return (target, hash)
    }

    private mutating func insert(
        _ tx: borrowing WriteTransaction, _ file: MaildirName, size: Int64, of content: ContentID, _ uid: Int64
    ) throws {
        try MailFiles.insert(tx, file, size: size, of: content, uid, in: mailbox.id)
        pending.append(file)
    }

    /// What has no flags is in `new`, where other programs look for what has come.
    private func name(_ base: String, flags: UInt64) -> MaildirName {
        let letters = MaildirKeywords([]).letters(flags, [])
        return letters.isEmpty
            ? MaildirName(base: base, place: .new, suffix: "")
            : MaildirName(base: base, place: .cur, suffix: MaildirName.suffix(letters))
    }

    private func fresh(_ fileSize: Int64, _ size: Int64, now: Milliseconds) -> String {
        MaildirName.fresh(seconds: now / 1000, fileSize: fileSize, size: size)
    }

    /// - Parameter hasKeywords: some of the messages have keywords, whose letters are given at the next look.
    consuming func finish(_ tx: borrowing WriteTransaction, hasKeywords: Bool) throws {
        if hasKeywords { tx.afterCommit { [maildirs, mailbox] in maildirs.touch(mailbox.id) } }
        if pending.isEmpty { return }
        if hasWritten { try folder.synchronize("tmp") }
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

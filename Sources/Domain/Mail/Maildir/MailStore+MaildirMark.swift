import Bytes
import Database
import Directory
import Glibc

// The mark of the directory of all Maildirs: a file with a number that the database has too. A disk that is not mounted leaves a directory
// without it, in which nothing may be made, and nothing be taken for removed.
extension MailStore {
    /// Throws a `Failure` with what is to be done where the directory is not the one that has the mail. The first use marks it.
    func checkRoot(_ database: any Database) throws {
        let maildirs = try openMaildirs()
        if maildirs.isRootKnown { return }
        if try database.read({ tx in try isRootMarked(tx, maildirs) }) { return }
        try database.write { tx in try openRoot(tx) }
        guard try database.read({ tx in try isRootMarked(tx, maildirs) }) else {
            throw Failure(.unavailable, "another process marks \(maildirs.root)")
        }
    }

    func openRoot(_ tx: borrowing WriteTransaction) throws {
        let maildirs = try openMaildirs()
        if maildirs.isRootKnown { return }
        if try isRootMarked(tx.read, maildirs) { return }
        try MaildirFolder.makeDirectory(maildirs.root)
        // A mark that a transaction made which was undone is as good as a new one.
        let mark = try MaildirMark.read(maildirs.root) ?? MaildirMark.make(in: maildirs.root)
        try tx.execute(
            """
            INSERT INTO sequence (name, last) VALUES ($1, $2)
            ON CONFLICT (name) DO UPDATE SET last = excluded.last
            """, [.text(MaildirMark.row), .integer(mark)])
    }

    /// False: it is to be marked now, for there is no mail that could be elsewhere.
    func isRootMarked(_ tx: borrowing ReadTransaction, _ maildirs: Maildirs) throws -> Bool {
        let identity = MaildirMark.Identity(maildirs.root)
        let wanted = try tx.first("SELECT last FROM sequence WHERE name = $1", [.text(MaildirMark.row)]) { $0.integer(0) }
        let found = try MaildirMark.read(maildirs.root)
        if let wanted, let identity, found == wanted {
            maildirs.rootIsKnown(identity)
            return true
        }
        maildirs.rootIsLost()
        // Of several servers one may have its disk where another has none, from the first day.
        if wanted == nil || !maildirs.isShared {
            let used = try usedDirectories(tx)
            // In a directory without messages nothing can be lost.
            if used.isEmpty { return false }
            // Mail that is older than marks.
            if wanted == nil, used.contains(where: { maildirs.folder($0).isThere }) { return false }
        }
        let advice = wanted.map { "if this is the right directory: echo \($0) > \(maildirs.root)/\(MaildirMark.file)" }
        throw Failure(
            .unavailable,
            "\(maildirs.root) is not the directory that has the mail: mount its disk, or see the setting storage.maildirs"
                + (advice.map { "; " + $0 } ?? ""))
    }
}

extension MailStore {
    /// Some of those of mailboxes that have had messages.
    private func usedDirectories(_ tx: borrowing ReadTransaction) throws -> [String] {
        try tx.all("SELECT maildir FROM mailbox WHERE maildir IS NOT NULL AND uid_next > 1 LIMIT 100") { $0.text(0) }
    }
}

enum MaildirMark {
    static let file = "tegu-maildirs"
    /// In the table `sequence`: a number that is given once.
    static let row = "maildirs"

    /// Which directory a path is: another one where a disk is mounted or not.
    struct Identity: Sendable, Equatable {
        private var device: UInt64
        private var inode: UInt64

        init?(_ path: String) {
            var status = stat()
            guard stat(path, &status) == 0 else { return nil }
            device = UInt64(status.st_dev)
            inode = UInt64(status.st_ino)
        }
    }

    /// Nil: there is none, or it says nothing.
    static func read(_ root: String) throws -> Int64? {
        let path = "\(root)/\(file)"
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw Failure(systemCall: "open", path: path, code: errno)
        }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 32)
        let count = bytes.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, 0) }
        guard count >= 0 else { throw Failure(systemCall: "pread", path: path, code: errno) }
        return Int64(String(decoding: bytes.prefix(count).prefix { $0 > 0x20 }, as: UTF8.self))
    }

    /// Durably, for the database will have it.
    static func make(in root: String) throws -> Int64 {
        let number = Int64.random(in: 1 << 32 ..< Int64.max)
        let temporary = "\(root)/.\(file)-\(number)"
        do {
            let output = try MaildirFolder.Output(temporary)
            try Array("\(number)\n".utf8).withUnsafeBufferPointer { try output.write($0) }
            try output.finish()
        } catch {
            unlink(temporary)
            throw error
        }
        defer { unlink(temporary) }
        var made = number
        if Glibc.link(temporary, "\(root)/\(file)") != 0 {
            // Another process was faster; or what is there says nothing.
            if let theirs = try read(root) {
                made = theirs
            } else if Glibc.rename(temporary, "\(root)/\(file)") != 0 {
                throw Failure(systemCall: "rename", path: temporary, code: errno)
            }
        }
        try MaildirFolder.synchronize(directory: root)
        return made
    }
}

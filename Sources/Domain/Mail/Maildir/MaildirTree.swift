import Bytes
package import CollectionStore
package import Database
package import Directory
import Glibc

/// The names of an account's folders, as Maildir++ has them, in the account's directory: links to the directories of its mailboxes.
enum MaildirTree {
    /// Where the directories of mailboxes are, but for INBOX's, which is the account's.
    static let mailboxes = "mailboxes"

    enum Found: Equatable {
        /// To what.
        case link(String)
        /// One that another program has made.
        case folder
    }

    /// What stands in the account's directory under names of folders.
    static func list(_ account: String) throws -> [String: Found] {
        var found: [String: Found] = [:]
        for bytes in try DirectoryNames.of(account) where bytes.first == UInt8(ascii: ".") {
            // Another one is no name of Maildir++, and could not be told of as it is.
            guard let name = String(validating: bytes, as: UTF8.self) else { continue }
            let path = "\(account)/\(name)"
            if let target = target(of: path) {
                // Links of others are theirs.
                if target.hasPrefix("\(mailboxes)/") { found[name] = .link(target) }
            } else if (try? MaildirFolder.isItself("\(path)/cur")) == true {
                found[name] = .folder
            }
        }
        return found
    }

    private static func target(of path: String) -> String? {
        var buffer = [UInt8](repeating: 0, count: 512)
        let count = buffer.withUnsafeMutableBytes { bytes in
            bytes.baseAddress.map { readlink(path, $0.assumingMemoryBound(to: CChar.self), bytes.count) } ?? -1
        }
        return count > 0 ? String(utf8: buffer.prefix(count)) : nil
    }

    static func link(_ account: String, _ name: String, to target: String) throws {
        guard symlink(target, "\(account)/\(name)") == 0 || errno == EEXIST else {
            throw Failure(systemCall: "symlink", path: "\(account)/\(name)", code: errno)
        }
    }

    /// The directory of a mailbox in which there never was anything; false where there is something in it.
    static func removeEmpty(_ path: String) -> Bool {
        for part in ["new", "cur", "tmp", MaildirFolder.retained] { rmdir("\(path)/\(part)") }
        if rmdir(path) == 0 || errno == ENOENT { return true }
        unlink("\(path)/maildirfolder")
        return rmdir(path) == 0 || errno == ENOENT
    }

    /// How deep directories of other programs may lie in one of a mailbox that is removed.
    private static let depth = 100

    /// A directory with all that is in it, whatever octets names are; links are not followed, also where one takes a directory's place meanwhile.
    static func remove(_ path: String) throws {
        let slash = path.lastIndex(of: "/") ?? path.startIndex
        let above = open(String(path[..<slash]), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard above >= 0 else {
            if errno == ENOENT { return }
            throw Failure(systemCall: "open", path: path, code: errno)
        }
        defer { close(above) }
        try remove(Array(path[slash...].utf8.dropFirst()), in: above, path, depth: depth)
    }

    private static func remove(_ name: [UInt8], in directory: Int32, _ path: String, depth: Int) throws {
        let name = (name + [0]).map { CChar(bitPattern: $0) }
        if unlinkat(directory, name, 0) == 0 || errno == ENOENT { return }
        guard errno == EISDIR || errno == EPERM, depth > 0 else { throw Failure(systemCall: "unlinkat", path: path, code: errno) }
        let descriptor = openat(directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { throw Failure(systemCall: "openat", path: path, code: errno) }
        defer { close(descriptor) }
        // Of this directory, whatever has its name now.
        for inner in try DirectoryNames.of("/proc/self/fd/\(descriptor)") { try remove(inner, in: descriptor, path, depth: depth - 1) }
        guard unlinkat(directory, name, AT_REMOVEDIR) == 0 || errno == ENOENT else {
            throw Failure(systemCall: "unlinkat", path: path, code: errno)
        }
    }
}

extension MailStore {
    /// Makes the names of an owner's folders those of its mailboxes, and mailboxes of folders that other programs have made. Not within a
    /// transaction. What is to be told, a line each.
    @discardableResult
    package func arrangeFolders(_ database: any Database, of owner: PrincipalID, now: Milliseconds) throws -> [String] {
        guard let maildirs else { return [] }
        return try maildirs.inTurn(owner.rawValue) {
            let boxes = try database.read { tx in try MailboxRows.all(tx, of: owner).filter(\.isInMaildir) }
            if boxes.isEmpty { return [] }
            try checkRoot(database)
            let path = Maildirs.path(of: owner)
            let account = maildirs.folder(path)
            var lines: [String] = []
            if boxes.contains(where: { $0.maildir == path }) {
                if try !account.isThereItself() {
                    // A disk that is not mounted must not look like an account without mail.
                    guard boxes.allSatisfy({ $0.maildir != path || $0.uidNext == 1 }) else { throw account.missing() }
                    try account.make()
                }
            } else {
                // INBOX is in the database: a `new` here would have deliveries that nobody reads.
                if try !MaildirFolder.isItself(account.path) { try MaildirFolder.makeDirectory(account.path) }
                if account.removeEmptyParts() {
                    lines.append("nobody reads the mail in \(account.path): INBOX is in the database; `tegu mail import` takes it")
                }
            }
            for box in boxes where box.uidNext == 1 {
                let folder = maildirs.folder(box.maildir ?? "")
                if try !folder.isThereItself() { try folder.make() }
            }
            let found = try MaildirTree.list(account.path)
            for (name, kind) in found.sorted(by: { $0.key < $1.key }) where kind == .folder {
                if let line = try adopt(database, name, of: owner, in: account, now: now) { lines.append(line) }
            }
            try link(database, of: owner, in: account, path: path)
            return lines
        }
    }

    private func link(_ database: any Database, of owner: PrincipalID, in account: MaildirFolder, path: String) throws {
        var wanted: [String: String] = [:]
        for box in try database.read({ tx in try MailboxRows.all(tx, of: owner) }) where box.isSelectable && !box.isInbox {
            guard let maildir = box.maildir, maildir.hasPrefix("\(path)/") else { continue }
            wanted[MaildirFolderName.encode(box.name)] = String(maildir.dropFirst(path.count + 1))
        }
        let found = try MaildirTree.list(account.path)
        for (name, kind) in found {
            guard case .link(let target) = kind, wanted[name] != target else { continue }
            try account.remove(name)
        }
        for (name, target) in wanted where found[name] != .link(target) && found[name] != .folder {
            // Dovecot and Courier: what is no INBOX says so.
            let mark = open("\(account.path)/\(target)/maildirfolder", O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
            if mark >= 0 { close(mark) }
            try MaildirTree.link(account.path, name, to: target)
        }
    }

    /// A folder that another program has made. What is to be told where it cannot be a mailbox.
    private func adopt(
        _ database: any Database, _ name: String, of owner: PrincipalID, in account: MaildirFolder, now: Milliseconds
    ) throws -> String? {
        guard let decoded = MaildirFolderName.decode(name) else { return "the folder \(account.path)/\(name) has no name that can be read" }
        let box: Mailbox
        do {
            box = try database.write { tx in
                let stored = try MailboxName.stored(decoded, limits: limits)
                if let known = try MailboxRows.find(tx.read, of: owner, named: stored), known.isSelectable { return known }
                let made = try create(tx, stored, of: owner, now: now)
                try subscribe(tx, owner, to: MailboxReference(owner: owner, name: stored))
                return made
            }
        } catch let refusal as MailRefusal {
            return "the folder \(account.path)/\(name) cannot be a mailbox: \(refusal)"
        }
        // The one that was just made, also before a crash, has nothing in it. Another one with this name stays what it is.
        guard let maildirs, let path = box.maildir, box.uidNext == 1, !box.isInbox else {
            return "the folder \(account.path)/\(name) has the name of a mailbox that has messages"
        }
        let folder = maildirs.folder(path)
        try MaildirFolder.makeDirectory("\(account.path)/\(MaildirTree.mailboxes)")
        // Nothing but what was made with the mailbox: another process may have adopted the folder, and mail may have come.
        guard MaildirTree.removeEmpty(folder.path) else {
            try folder.make()
            return "the folder \(account.path)/\(name) has the name of a mailbox that has files"
        }
        guard Glibc.rename("\(account.path)/\(name)", folder.path) == 0 else {
            let code = errno
            try folder.make()
            // Another process has done it.
            if code == ENOENT { return nil }
            throw Failure(systemCall: "rename", path: "\(account.path)/\(name)", code: code)
        }
        try folder.make()
        try MaildirFolder.synchronize(directory: account.path)
        maildirs.touch(box.id)
        return nil
    }

    /// Removes the directories of mailboxes that are gone for good, at most so many.
    package func removeDirectories(_ database: any Database, limit: Int = 100) throws {
        guard let maildirs else { return }
        // What is on a disk that is not mounted would stay there.
        try checkRoot(database)
        let paths = try database.read { tx in
            try tx.all("SELECT path FROM mail_directory_gone ORDER BY path DESC LIMIT $1", [.integer(Int64(limit))]) { $0.text(0) }
        }
        var failure: (any Error)?
        for path in paths {
            do {
                try MaildirTree.remove(maildirs.folder(path).path)
            } catch {
                // The others' mail is to go all the same.
                failure = failure ?? error
                continue
            }
            try database.write { tx in
                _ = try tx.execute("DELETE FROM mail_directory_gone WHERE path = $1", [.text(path)])
            }
        }
        if let failure { throw failure }
    }
}

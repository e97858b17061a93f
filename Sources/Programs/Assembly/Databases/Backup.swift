import Bytes
import Database
import DatabaseSQLite
import Glibc

/// `tegu backup`: the whole of an installation with an embedded database as one archive, beside a server at work.
///
/// Large bodies are never changed, but the server removes those that the database has forgotten. So the database is copied first, then each
/// body that the copy names gets a second name; where one was gone already, the database is copied anew, and what has its second name stays. In the
/// end the archive has a state that was, with all its bodies.
package enum Backup {
    private static let attempts = 5

    /// What was written, in words.
    package static func run(_ settings: Settings, to path: String) throws -> String {
        var all: [(prefix: String, settings: Settings)] = [("", settings)]
        for storage in settings.storages { all.append(("storages/\(storage.name)/", settings.ofStorage(storage))) }
        let places = all.filter { $0.settings.database.isEmpty }.map { (prefix: $0.prefix, directory: DataDirectory($0.settings)) }
        guard !places.isEmpty else {
            throw CommandError(
                .impossible, "a PostgreSQL database is backed up by its own tools (docs/operations/backup.md)")
        }
        for place in places { try place.directory.mustExist() }
        guard access(path, F_OK) != 0 else { throw CommandError(.impossible, "\(path) is there already") }
        let part = path + ".part-\(getpid())"
        let descriptor = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw FileError("write", part) }
        defer { close(descriptor) }
        var told = ""
        do {
            let archive = TarWriter(descriptor: descriptor, path: path)
            for place in places {
                let stage = try BackupStage(place.directory)
                let names = try gather(place.directory, stage)
                try write(place.directory, stage, names, below: place.prefix, to: archive)
                told += place.prefix.isEmpty ? "\(path): " : place.prefix.dropLast() + ": "
                told += "the database and \(names.count) large bodies\n"
            }
            try archive.finish()
            guard rename(part, path) == 0 else { throw FileError("write", path) }
            try SmallFile.syncDirectory(of: path)
        } catch {
            unlink(part)
            throw error
        }
        for (prefix, directory) in places where directory.blobs != DataDirectory(directory.path).blobs {
            told += "to restore, put what is in its \(prefix)blobs/ into \(directory.blobs) (storage.files)\n"
        }
        for (prefix, settings) in all where !settings.database.isEmpty {
            told += "\(prefix.isEmpty ? "the configuration database" : String(prefix.dropLast())) is a PostgreSQL, and not in it: back it up by its own tools\n"
        }
        let mail = DataDirectory(settings).mail
        if access(mail, F_OK) == 0 {
            told += "mail that is in files is not in it: copy \(mail) now, after the database (docs/operations/backup.md)\n"
        }
        return told
    }

    /// A copy of the database, and the names of all bodies that it names, each of which is kept.
    private static func gather(_ directory: DataDirectory, _ stage: borrowing BackupStage) throws -> [String] {
        let files = try FileBlobStore(directory: directory.blobs)
        for _ in 0..<attempts {
            unlink(stage.database)
            try SQLiteTables.copyFile(directory.database, to: stage.database)
            let names = try bodies(in: stage.database)
            var missing = 0
            for name in names where try !stage.keep(name, files.path(of: name)) { missing += 1 }
            if missing == 0 { return names }
        }
        throw Failure(
            .damaged, "files that the database names are not in \(directory.blobs), or are removed again and again: run `tegu check`")
    }

    private static func bodies(in database: String) throws -> [String] {
        let tables = try SQLiteTables(path: database, isWriting: false)
        let blob = StoredTable(name: "blob", columns: [StoredTable.Column("file", .text)], key: ["id"])
        var names: [String] = []
        try tables.forEachRow(of: blob) { row in
            if case .text(let bytes)? = row.first { names.append(String(decoding: bytes, as: UTF8.self)) }
        }
        return names
    }

    private static func write(
        _ directory: DataDirectory, _ stage: borrowing BackupStage, _ names: [String], below prefix: String,
        to archive: borrowing TarWriter
    ) throws {
        if prefix.isEmpty {
            _ = try archive.addFile(directory.certificate, as: "cert.pem")
            _ = try archive.addFile(directory.key, as: "key.pem")
        } else {
            try archive.addDirectory("storages", modified: System.clock() / 1000)
            try archive.addDirectory(String(prefix.dropLast()), modified: System.clock() / 1000)
        }
        guard try archive.addFile(stage.database, as: prefix + "tegu.db") else { throw FileError("open", stage.database, code: ENOENT) }
        let now = System.clock() / 1000
        try archive.addDirectory("\(prefix)blobs", modified: now)
        var progress = Progress("files", total: names.count)
        var made: Set<Substring> = []
        for name in names.sorted() {
            let (outer, inner) = (name.prefix(2), name.dropFirst(2).prefix(2))
            if made.insert(outer).inserted { try archive.addDirectory("\(prefix)blobs/\(outer)", modified: now) }
            if made.insert(name.prefix(4)).inserted { try archive.addDirectory("\(prefix)blobs/\(outer)/\(inner)", modified: now) }
            guard try archive.addFile(stage.path(of: name), as: "\(prefix)blobs/\(outer)/\(inner)/\(name)") else {
                throw FileError("open", stage.path(of: name), code: ENOENT)
            }
            progress.advance()
        }
        progress.finish()
    }
}

/// A directory beside the large bodies, where a backup keeps what the server may remove meanwhile. It goes with this.
struct BackupStage: ~Copyable {
    private let path: String
    private let descriptor: Int32

    init(_ directory: DataDirectory) throws {
        let path = directory.blobs + "/.backup"
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw FileError("make the directory", path) }
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError("open", path) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw CommandError(.unavailable, "another backup is at work")
        }
        // What one that was killed has left.
        DataDirectory.empty(path)
        self.path = path
        self.descriptor = descriptor
    }

    deinit {
        DataDirectory.empty(path)
        rmdir(path)
        close(descriptor)
    }

    var database: String { path + "/tegu.db" }
    func path(of name: String) -> String { path + "/" + name }

    /// False where there is no such file any more.
    func keep(_ name: String, _ source: String) throws -> Bool {
        if link(source, path(of: name)) == 0 || errno == EEXIST { return true }
        if errno == ENOENT { return false }
        throw FileError("link", source)
    }
}

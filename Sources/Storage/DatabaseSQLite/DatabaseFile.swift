import Database
import Glibc

/// The file of a database, before SQLite opens it.
enum DatabaseFile {
    /// Makes an empty file that only this user can read; SQLite gives the log the same rights. A present file is left alone:
    /// to open and close it here would drop the locks that this process may have on it.
    static func create(at path: String) throws {
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        if descriptor < 0 {
            if errno == EEXIST { return }
            throw Failure(systemCall: "open", path: path, code: errno)
        }
        Glibc.close(descriptor)
        let parent = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        let directory = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else { throw Failure(systemCall: "open", path: parent, code: errno) }
        defer { Glibc.close(directory) }
        guard fsync(directory) == 0 else { throw Failure(systemCall: "fsync", path: parent, code: errno) }
    }
}

/// The directory of a temporary database.
enum TemporaryDirectory {
    static func make() throws -> String {
        let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array((parent + "/database-XXXXXX").utf8CString)
        let made = template.withUnsafeMutableBufferPointer { buffer in buffer.baseAddress.flatMap { mkdtemp($0) } }
        guard let made else {
            throw Failure(systemCall: "mkdtemp", path: parent, code: errno)
        }
        return String(cString: made)
    }

    /// Removes the directory and a database's files in it.
    static func remove(_ directory: String) {
        for suffix in ["", "-wal", "-shm", "-journal"] { unlink(directory + "/database" + suffix) }
        rmdir(directory)
    }
}

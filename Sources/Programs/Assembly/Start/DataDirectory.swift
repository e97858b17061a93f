import Bytes
import Glibc

/// The directory in which everything is kept, and the names in it.
package struct DataDirectory: Sendable, Equatable {
    package var path: String
    /// Large objects; their files are named by the database.
    package var blobs: String
    /// Maildirs, where mail is kept so.
    package var mail: String

    /// - Parameters:
    ///   - files: where large objects are, if not here.
    ///   - mail: where Maildirs are, if not here.
    package init(_ path: String, files: String = "", mail: String = "") {
        self.path = Self.withoutLastSlash(path)
        blobs = files.isEmpty ? self.path + "/blobs" : Self.withoutLastSlash(files)
        self.mail = mail.isEmpty ? self.path + "/mail" : Self.withoutLastSlash(mail)
    }

    package init(_ settings: Settings) { self.init(settings.dataDirectory, files: settings.storage.files, mail: settings.storage.maildirs) }

    private static func withoutLastSlash(_ path: String) -> String {
        var path = path
        while path.count > 1 && path.hasSuffix("/") { path.removeLast() }
        return path
    }

    package var database: String { path + "/tegu.db" }
    /// Bodies that are being received. What is here when no server runs is left over and worth nothing.
    package var spool: String { path + "/spool" }
    package var certificate: String { path + "/cert.pem" }
    package var key: String { path + "/key.pem" }
    var lockFile: String { path + "/serve.lock" }

    /// Makes what is missing, for the owner's eyes only, and proves that files can be written. Returns whether the
    /// directory was made now, and what the administrator should know.
    package func prepare() throws(DataDirectoryError) -> (isNew: Bool, warnings: [String]) {
        guard path.hasPrefix("/") else {
            throw DataDirectoryError("\(path) is no path from the root", "give one, such as /var/lib/tegu")
        }
        let isNew = try makeDirectory(path)
        for directory in [blobs, spool] { _ = try makeDirectory(directory) }
        try proveWritable()
        var warnings: [String] = []
        var status = stat()
        if stat(path, &status) == 0, status.st_mode & 0o077 != 0 {
            warnings.append("other users of this machine can look into \(path): chmod 700 \(path)")
        }
        return (isNew, warnings)
    }

    /// For commands that need what a server or `prepare` has made.
    ///
    /// - Parameter hasDatabase: whether the database is in it.
    package func mustExist(hasDatabase: Bool = true) throws(DataDirectoryError) {
        guard access(hasDatabase ? database : blobs, R_OK | W_OK) == 0 else {
            throw DataDirectoryError(
                "there is no \(hasDatabase ? "database" : "store of large objects") that can be used in \(path): \(String(cString: strerror(errno)))",
                "give the right --data-directory, start `tegu serve` once, and run this as the user that it runs as")
        }
    }

    /// Removes what a server that was killed has left in the spool. The lock proves that no other server is using it.
    package func emptySpool(_ lock: borrowing ServeLock) { Self.empty(spool) }

    /// Removes the files in a directory.
    static func empty(_ path: String) {
        for name in (try? DirectoryNames.read(path)) ?? [] { unlink("\(path)/\(String(utf8: name))") }
    }

    private func makeDirectory(_ directory: String) throws(DataDirectoryError) -> Bool {
        var isNew = false
        var end = directory.startIndex
        while end < directory.endIndex {
            let next = directory.index(after: end)
            end = directory[next...].firstIndex(of: "/") ?? directory.endIndex
            let part = String(directory[..<end])
            if part == "/" { continue }
            let isLast = end == directory.endIndex
            if mkdir(part, isLast ? 0o700 : 0o755) == 0 {
                isNew = isLast
            } else if errno != EEXIST {
                throw refused("make the directory", part)
            }
        }
        var status = stat()
        guard stat(directory, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw DataDirectoryError("\(directory) is no directory", "remove it, or give another --data-directory")
        }
        return isNew
    }

    private func proveWritable() throws(DataDirectoryError) {
        for directory in [path, blobs, spool] {
            let probe = directory + "/.probe-\(getpid())"
            let descriptor = open(probe, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else { throw refused("write to", directory) }
            close(descriptor)
            unlink(probe)
        }
    }

    private func refused(_ action: String, _ path: String) -> DataDirectoryError {
        let code = errno
        let advice =
            switch code {
            case EACCES, EPERM:
                "run `tegu` as the user that owns it, or: "
                    + "mkdir -p \(self.path) && chown \(Self.userName()) \(self.path)"
            case ENOSPC, EDQUOT: "make room on that disk"
            case EROFS: "give a --data-directory on a disk that can be written"
            default: "give another --data-directory, or mend the disk"
            }
        return DataDirectoryError(FileError(action, path, code: code).description, advice)
    }

    private static func userName() -> String {
        guard let entry = getpwuid(geteuid()), let name = entry.pointee.pw_name else { return "\(geteuid())" }
        return String(cString: name)
    }
}

/// A data directory that cannot be used, and what to do about it.
package struct DataDirectoryError: Error, Sendable, Equatable, CustomStringConvertible {
    package var problem: String
    package var advice: String

    package init(_ problem: String, _ advice: String) {
        self.problem = problem
        self.advice = advice
    }

    package var description: String { "\(problem); \(advice)" }
}

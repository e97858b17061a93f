import Bytes
import Glibc

/// Large bodies as files, two levels of directories deep: `<directory>/a1/b2/a1b2...`.
///
/// Files here are never changed once they have their name. A row that names a file is committed after the file is on
/// disk, and a file is removed after the commit that dropped its last row; so a crash can leave a file without a row, never
/// a row without a file.
package struct FileBlobStore: Sendable {
    package let directory: String

    /// Makes `directory` (0700) where it is missing; its parent must exist.
    package init(directory: String) throws {
        self.directory = directory
        if try Self.makeDirectory(directory) { try Self.synchronize(directory: Self.parent(of: directory)) }
    }

    /// Takes the finished file at `path`, and returns its name; from another file system it is copied. When it returns,
    /// bytes and name are durably on disk. When it throws, the file may still be at `path`; nothing else is left.
    package func adopt(path: String) throws -> String {
        try Self.synchronize(file: path)
        var random = SystemRandomNumberGenerator()
        let name = Self.name(random.next(), random.next())
        let target = try self.path(of: name)
        let inner = try makeDirectories(for: target)
        if rename(path, target) != 0 {
            guard errno == EXDEV else { throw Failure(systemCall: "rename", path: path, code: errno) }
            // A crash leaves a file that no row names.
            try FileCopy.copy(path, to: target)
            unlink(path)
        }
        do {
            try Self.synchronize(directory: inner)
        } catch {
            unlink(target)
            throw error
        }
        return name
    }

    /// Takes a copy of another store's file under its name. What a copy that was cut has left is begun anew. Durable when it returns.
    package func take(_ name: String, from other: FileBlobStore) throws {
        let target = try path(of: name)
        let inner = try makeDirectories(for: target)
        unlink(target)
        try FileCopy.copy(try other.path(of: name), to: target)
        try Self.synchronize(directory: inner)
    }

    /// The directory that the file is to be in.
    private func makeDirectories(for target: String) throws -> String {
        let inner = Self.parent(of: target)
        let outer = Self.parent(of: inner)
        if try Self.makeDirectory(outer) { try Self.synchronize(directory: directory) }
        if try Self.makeDirectory(inner) { try Self.synchronize(directory: outer) }
        return inner
    }

    /// Opens the body of `name`. A missing file is `Failure(.damaged)`.
    package func open(_ name: String) throws -> FileBlob { try FileBlob(path: path(of: name)) }

    package func path(of name: String) throws -> String {
        let bytes = Array(name.utf8)
        guard bytes.count == 32, bytes.allSatisfy({ $0.hexadecimalValue != nil }) else {
            throw Failure(.damaged, "no name of a stored file: \(name.prefix(64))")
        }
        return "\(directory)/\(String(decoding: bytes[..<2], as: UTF8.self))"
            + "/\(String(decoding: bytes[2..<4], as: UTF8.self))/\(name)"
    }

    /// Removes the file of `name`; false where there was none.
    @discardableResult
    package func remove(_ name: String) throws -> Bool {
        let path = try self.path(of: name)
        if unlink(path) == 0 { return true }
        if errno == ENOENT { return false }
        throw Failure(systemCall: "unlink", path: path, code: errno)
    }

    /// Calls `body` with the name of each file, in no order, for checks of consistency. What is not a stored file is passed over.
    package func forEachName(_ body: (String) throws -> Void) throws {
        for outer in try Self.entries(of: directory) where outer.utf8.count == 2 {
            for inner in try Self.entries(of: "\(directory)/\(outer)") where inner.utf8.count == 2 {
                for name in try Self.entries(of: "\(directory)/\(outer)/\(inner)")
                where name.utf8.count == 32 && name.hasPrefix(outer + inner) { try body(name) }
            }
        }
    }

    private static func name(_ high: UInt64, _ low: UInt64) -> String {
        var bytes: [UInt8] = []
        for word in [high, low] {
            for shift in stride(from: 56, through: 0, by: -8) { bytes.append(UInt8(truncatingIfNeeded: word >> shift)) }
        }
        return String(decoding: Hexadecimal.encode(bytes), as: UTF8.self)
    }

    private static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// True where the directory was not there.
    private static func makeDirectory(_ path: String) throws -> Bool {
        if mkdir(path, 0o700) == 0 { return true }
        if errno == EEXIST { return false }
        throw Failure(systemCall: "mkdir", path: path, code: errno)
    }

    private static func synchronize(file path: String) throws {
        try synchronize(path, flags: O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    }

    private static func synchronize(directory path: String) throws {
        try synchronize(path, flags: O_RDONLY | O_CLOEXEC | O_DIRECTORY)
    }

    private static func synchronize(_ path: String, flags: Int32) throws {
        let descriptor = Glibc.open(path, flags)
        guard descriptor >= 0 else { throw Failure(systemCall: "open", path: path, code: errno) }
        defer { Glibc.close(descriptor) }
        guard fsync(descriptor) == 0 else { throw Failure(systemCall: "fsync", path: path, code: errno) }
    }

    private static func entries(of path: String) throws -> [String] {
        do throws(DirectoryNames.Unreadable) {
            return try DirectoryNames.read(path).map { String(decoding: $0, as: UTF8.self) }
        } catch {
            if error.code == ENOENT || error.code == ENOTDIR { return [] }
            throw Failure(systemCall: error.call, path: path, code: error.code)
        }
    }
}

import Bytes
import Glibc

/// What the system said when a file could not be used.
package struct FileError: Error, Sendable, Equatable, CustomStringConvertible {
    package var path: String
    package var action: String
    package var code: Int32

    package init(_ action: String, _ path: String, code: Int32 = errno) {
        self.action = action
        self.path = path
        self.code = code
    }

    /// The system's words, e.g. "Permission denied".
    package var reason: String { String(cString: strerror(code)) }
    package var description: String { "cannot \(action) \(path): \(reason)" }
}

/// Whole files that are known to be small: settings, certificates.
enum SmallFile {
    /// Where a link leads, so that what it names is replaced, and not the link.
    static func followingLinks(_ path: String) -> String {
        guard let resolved = realpath(path, nil) else { return path }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    static func read(_ path: String, limit: Int) throws(FileError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError("read", path) }
        defer { close(descriptor) }
        var content: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = Glibc.read(descriptor, &piece, piece.count)
            if count == 0 { return content }
            if count < 0 {
                if errno == EINTR { continue }
                throw FileError("read", path)
            }
            content += piece[..<count]
            guard content.count <= limit else { throw FileError("read", path, code: EFBIG) }
        }
    }

    /// Writes a file that is either whole and on disk under its name, or not there: a file beside it, fsync, then its
    /// name. Does not replace a file that is there (EEXIST).
    static func create(_ path: String, _ content: [UInt8], mode: mode_t) throws(FileError) {
        let temporary = path + ".new"
        unlink(temporary)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw FileError("create", temporary) }
        do throws(FileError) {
            try write(descriptor, content[...], path: temporary)
            guard fsync(descriptor) == 0 else { throw FileError("write", temporary) }
            guard link(temporary, path) == 0 else { throw FileError("create", path) }
        } catch {
            close(descriptor)
            unlink(temporary)
            throw error
        }
        close(descriptor)
        unlink(temporary)
        try syncDirectory(of: path)
    }

    static func write(_ descriptor: Int32, _ content: ArraySlice<UInt8>, path: String) throws(FileError) {
        var rest = content
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw FileError("write", path) }
            rest = rest.dropFirst(count)
        }
    }

    static func syncDirectory(of path: String) throws(FileError) {
        let directory = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        let descriptor = open(directory.isEmpty ? "/" : directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError("open", directory) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw FileError("write", directory) }
    }
}

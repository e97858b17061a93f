package import CollectionStore
import DAVServer
import Glibc

/// `tegu export`: a whole collection as one file.
package enum ExportFile {
    /// Writes to standard output where `path` is nil; else the file appears whole or not at all, but what is no plain file, such
    /// as a pipe or a device, is written to as it is. The names of objects that are left out, being no calendar data, and how many
    /// are in.
    package static func run(
        _ installation: Installation, _ collection: Collection, to path: String?, progress: (Int) -> Void
    ) throws -> (leftOut: [String], count: Int) {
        let source = ExportSource(
            installation.database, installation.files, collection, timeZones: installation.timeZones)
        let path = path.map(SmallFile.followingLinks)
        let temporary = path.flatMap { isReplaceable($0) ? $0 + ".part-\(getpid())" : nil }
        let descriptor = temporary.map { open($0, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600) }
            ?? path.map { open($0, O_WRONLY | O_CLOEXEC) } ?? STDOUT_FILENO
        guard descriptor >= 0 else { throw FileError("write", path ?? "standard output") }
        do {
            var before = 0
            while let piece = try source.next() {
                try write(piece, to: descriptor, path)
                progress(source.count - before)
                before = source.count
            }
            if let path, temporary == nil {
                guard close(descriptor) == 0 else { throw FileError("write", path) }
            } else if let path, let temporary {
                guard fsync(descriptor) == 0, close(descriptor) == 0, rename(temporary, path) == 0 else {
                    throw FileError("write", path)
                }
            }
        } catch {
            if let temporary { unlink(temporary) }
            throw error
        }
        return (source.leftOut, source.count)
    }

    /// Whether it is not there, or a plain file.
    private static func isReplaceable(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) != 0 || status.st_mode & S_IFMT == S_IFREG
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32, _ path: String?) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw FileError("write", path ?? "standard output") }
            rest = rest.dropFirst(count)
        }
    }
}

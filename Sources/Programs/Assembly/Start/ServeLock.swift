import Bytes
import Glibc

/// Keeps a second server off a data directory. Commands that work beside the server do not take it: the database has
/// its own locks. The kernel lets go of it when the process ends, however it ends, so there is never a stale lock to
/// remove by hand.
package struct ServeLock: ~Copyable {
    private let descriptor: Int32

    package init(_ directory: DataDirectory) throws(DataDirectoryError) {
        let path = directory.lockFile
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw DataDirectoryError(
                FileError("open", path).description, "run `tegu serve` as the user that owns \(directory.path)")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            let holder = Self.holder(descriptor)
            close(descriptor)
            guard code == EWOULDBLOCK else {
                throw DataDirectoryError(
                    FileError("lock", path, code: code).description, "keep the data on a file system that has flock(2)")
            }
            throw DataDirectoryError(
                "another tegu\(holder) serves \(directory.path) already", "stop it, or give another --data-directory")
        }
        // The number is for people only; the lock is what counts.
        let text = [UInt8]("\(getpid())\n".utf8)
        if ftruncate(descriptor, 0) == 0 { _ = pwrite(descriptor, text, text.count, 0) }
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    private static func holder(_ descriptor: Int32) -> String {
        var text = [UInt8](repeating: 0, count: 20)
        let count = pread(descriptor, &text, text.count, 0)
        guard count > 0, let id = text[..<count].trimmingASCIIWhitespace.decimalValue else { return "" }
        return " (process \(id))"
    }
}

/// A data directory's lock, as long as somebody has this.
final class HeldLock {
    private let lock: ServeLock

    init(_ lock: consuming ServeLock) { self.lock = lock }
}

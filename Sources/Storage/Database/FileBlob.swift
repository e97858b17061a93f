import Glibc
import Synchronization

/// An open file of a `FileBlobStore`. It stays readable until it is closed, also when it is removed from the store meanwhile.
package final class FileBlob: Sendable {
    /// In bytes.
    package let size: Int64

    private let path: String
    // -1 once closed. The lock is held during a read, so that the number cannot become another file's meanwhile.
    private let descriptor: Mutex<Int32>

    init(path: String) throws {
        let opened = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard opened >= 0 else {
            if errno == ENOENT { throw Failure(.damaged, "the file \(path) is missing") }
            throw Failure(systemCall: "open", path: path, code: errno)
        }
        var status = stat()
        guard fstat(opened, &status) == 0 else {
            let code = errno
            Glibc.close(opened)
            throw Failure(systemCall: "fstat", path: path, code: code)
        }
        self.path = path
        size = Int64(status.st_size)
        descriptor = Mutex(opened)
    }

    deinit { close() }

    /// Up to `count` bytes from `offset` on: fewer only at the end of the file, none past it.
    package func read(offset: Int64, count: Int) throws -> [UInt8] {
        guard offset >= 0, offset < size, count > 0 else { return [] }
        let wanted = Int(min(Int64(count), size - offset))
        return try descriptor.withLock { descriptor in
            guard descriptor >= 0 else { throw Failure(.serverBug, "read of \(path) after it was closed") }
            return try [UInt8](unsafeUninitializedCapacity: wanted) { buffer, filled in
                while filled < wanted {
                    let rest = UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[filled...])
                    let taken = pread(descriptor, rest.baseAddress, wanted - filled, off_t(offset) + off_t(filled))
                    if taken > 0 {
                        filled += taken
                    } else if taken == 0 {
                        throw Failure(.damaged, "the file \(path) became shorter")
                    } else if errno != EINTR {
                        throw Failure(systemCall: "pread", path: path, code: errno)
                    }
                }
            }
        }
    }

    /// Gives the file back to the system; again is harmless.
    package func close() {
        descriptor.withLock { descriptor in
            if descriptor >= 0 { Glibc.close(descriptor) }
            descriptor = -1
        }
    }

    /// All of it. Only for bodies that are known to be of a size that memory can hold.
    package func readAll() throws -> [UInt8] { try read(offset: 0, count: Int(size)) }
}

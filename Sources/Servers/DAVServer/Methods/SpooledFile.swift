import Database
import Glibc

/// A body that was received into a file, read back into memory.
enum SpooledFile {
    static func read(_ path: String, size: Int) throws -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Failure(.serverBug, "a spooled body cannot be opened: errno \(errno)") }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: size)
        var filled = 0
        while filled < size {
            let count = bytes.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress.map { $0 + filled }, size - filled) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw Failure(.serverBug, "a spooled body is shorter than it was: errno \(errno)") }
            filled += count
        }
        return bytes
    }
}

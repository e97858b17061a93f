import Glibc
import NIOCore

/// A file that is being sent, closed when nobody sends it any more.
///
/// Invariant: `handle` is closed exactly once, in `deinit`; who sends from it keeps this object until the bytes are
/// out.
final class OpenFile: @unchecked Sendable {
    let handle: NIOFileHandle
    private let descriptor: CInt

    /// Nil where the file cannot be read or ends before `end`.
    init?(path: String, end: Int) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_size >= end else {
            Glibc.close(descriptor)
            return nil
        }
        self.descriptor = descriptor
        handle = NIOFileHandle(_deprecatedTakingOwnershipOfDescriptor: descriptor)
    }

    deinit { try? handle.close() }

    /// At most `count` bytes from `offset`; nil on an error or at the file's end.
    func read(at offset: Int, count: Int) -> [UInt8]? {
        var length = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            length = pread(descriptor, buffer.baseAddress, count, offset)
            initialized = max(0, length)
        }
        return length > 0 ? bytes : nil
    }
}

/// A range of a file, read piece by piece: where it cannot go from the page cache to the socket, because of TLS or
/// compression.
final class FileSource: HTTPBodySource, @unchecked Sendable {
    struct Truncated: Error {}

    private let file: OpenFile
    private var offset: Int
    private var remaining: Int

    init(_ file: OpenFile, offset: Int, count: Int) {
        self.file = file
        self.offset = offset
        remaining = count
    }

    func next() throws -> [UInt8]? {
        if remaining == 0 { return nil }
        guard let bytes = file.read(at: offset, count: min(remaining, 64 << 10)) else { throw Truncated() }
        offset += bytes.count
        remaining -= bytes.count
        return bytes
    }
}

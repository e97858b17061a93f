import Bytes
import Database
import Glibc

/// Files that are imported.
enum ImportReader {
    static func names(in path: String) throws -> [String] { try DirectoryNames.of(path).map { String(utf8: $0) } }

    static func beginning(of path: String) throws -> [UInt8] {
        var beginning: [UInt8] = []
        try forEachPiece(of: path, size: 512) { piece in
            beginning = Array(piece)
            return false
        }
        return beginning
    }

    /// Calls `body` with the file's bytes until it returns false.
    static func forEachPiece(
        of path: String, size: Int = 256 << 10, _ body: (UnsafeBufferPointer<UInt8>) throws -> Bool
    ) throws {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Failure(systemCall: "open", path: path, code: errno) }
        defer { close(descriptor) }
        let buffer = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: size)
        defer { buffer.deallocate() }
        while true {
            let count = read(descriptor, buffer.baseAddress, size)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw Failure(systemCall: "read", path: path, code: errno) }
            if count == 0 { return }
            if try !body(UnsafeBufferPointer(rebasing: buffer[..<count])) { return }
        }
    }

    static func size(of path: String) -> Int {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : 0
    }

    /// In seconds since 1970.
    static func modified(_ path: String) -> Int64? {
        var status = stat()
        return stat(path, &status) == 0 ? Int64(status.st_mtim.tv_sec) : nil
    }

    /// A small file whole; empty where it cannot be read.
    static func small(_ path: String) -> [UInt8] {
        var bytes: [UInt8] = []
        try? forEachPiece(of: path) { piece in
            bytes += piece
            return bytes.count < 16 << 20
        }
        return bytes
    }
}

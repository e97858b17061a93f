package import CollectionStore
import Cryptography
package import Database
import Glibc

/// The content of a file to be.
package enum FileContent {
    /// A file without a byte.
    package static let empty = MemberContent(place: .bytes([]), size: 0, etag: ETag.of([]), facts: MemberFacts())

    /// Takes a body into the store. `type`: its media type as sent. A large one is in the file store, on disk, when
    /// this returns; who then does not put it there must `discard` it.
    package static func make(_ body: FileBody, type: String?, files: FileBlobStore) throws -> MemberContent {
        let facts = MemberFacts(contentType: type.flatMap { $0.utf8.count <= 255 ? $0 : nil })
        switch body {
        case .bytes(let bytes):
            return MemberContent(place: .bytes(bytes), size: bytes.count, etag: ETag.of(bytes), facts: facts)
        case .spooled(let path, let size):
            let etag = ETag.of(digest: try digest(of: path))
            let name = try files.adopt(path: path)
            return MemberContent(place: .file(name), size: size, etag: etag, facts: facts)
        }
    }

    /// Removes what `make` put into the file store for a change that did not come about.
    package static func discard(_ content: MemberContent, files: FileBlobStore) {
        if case .file(let name) = content.place { _ = try? files.remove(name) }
    }

    private static func digest(of path: String) throws -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Failure(.serverBug, "a spooled body cannot be opened: errno \(errno)") }
        defer { close(descriptor) }
        var hasher = SHA256.Hasher()
        var buffer = [UInt8](repeating: 0, count: 256 * 1024)
        while true {
            let count = buffer.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
            if count == 0 { return hasher.finish() }
            if count < 0 {
                if errno == EINTR { continue }
                throw Failure(.serverBug, "a spooled body cannot be read: errno \(errno)")
            }
            hasher.update(buffer[..<count])
        }
    }
}

import FoundationEssentials
import Glibc
import Testing

/// A directory that is removed with all that is in it.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        var template = Array("/tmp/database-tests-XXXXXX".utf8CString)
        path = try #require(template.withUnsafeMutableBufferPointer { buffer in
            buffer.baseAddress.flatMap { mkdtemp($0) }.map { String(cString: $0) }
        })
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// Writes a file and returns its path.
    func file(_ name: String, _ bytes: [UInt8]) throws -> String {
        let target = path + "/" + name
        let stream = try #require(fopen(target, "w"))
        fwrite(bytes, 1, bytes.count, stream)
        fclose(stream)
        return target
    }
}

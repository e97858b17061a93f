import FoundationEssentials
import Glibc
import Testing

/// A directory for one database, that is removed with all that is in it.
final class TemporaryFolder: Sendable {
    let path: String
    var database: String { path + "/database" }

    init() throws {
        var template = Array("/tmp/sqlite-tests-XXXXXX".utf8CString)
        path = try #require(template.withUnsafeMutableBufferPointer { buffer in
            buffer.baseAddress.flatMap { mkdtemp($0) }.map { String(cString: $0) }
        })
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    func size(of suffix: String) -> Int {
        var status = stat()
        return stat(database + suffix, &status) == 0 ? Int(status.st_size) : 0
    }
}

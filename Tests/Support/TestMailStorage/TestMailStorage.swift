import Glibc
package import Mail

/// Where the mail of a test is: what the environment's TEST_MAIL names, so that suites run on both storages. What was made goes with it.
package final class TestMailStorage: Sendable {
    /// Nil: in the database.
    package let maildirs: Maildirs?
    private let directory: String?

    package static var current: MailStorage {
        getenv("TEST_MAIL").flatMap { MailStorage(rawValue: String(cString: $0)) } ?? .database
    }

    package init(_ storage: MailStorage = TestMailStorage.current) {
        guard storage == .maildir else {
            (maildirs, directory) = (nil, nil)
            return
        }
        let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(parent)/tegu-maildirs-XXXXXX".utf8CString)
        let isMade = mkdtemp(&template) != nil
        let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        precondition(isMade, "no directory can be made in \(parent)")
        directory = path
        maildirs = Maildirs(root: path)
    }

    deinit {
        if let directory { Self.remove(directory) }
    }

    /// Links are not followed.
    private static func remove(_ path: String) {
        var status = stat()
        if lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR, let stream = opendir(path) {
            while let entry = readdir(stream) {
                let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
                if name != "." && name != ".." { remove("\(path)/\(name)") }
            }
            closedir(stream)
        }
        Glibc.remove(path)
    }
}

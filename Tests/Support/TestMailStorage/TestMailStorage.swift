import Glibc
package import Mail
import TestDirectory

/// Where the mail of a test is: what the environment's TEST_MAIL names, so that suites run on both storages. What was made goes with it.
package final class TestMailStorage: Sendable {
    /// Nil: in the database.
    package let maildirs: Maildirs?
    private let directory: TemporaryDirectory?

    package static var current: MailStorage {
        getenv("TEST_MAIL").flatMap { MailStorage(rawValue: String(cString: $0)) } ?? .database
    }

    package init(_ storage: MailStorage = TestMailStorage.current) {
        guard storage == .maildir else {
            (maildirs, directory) = (nil, nil)
            return
        }
        let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        guard let made = try? TemporaryDirectory(in: parent) else { preconditionFailure("no directory can be made in \(parent)") }
        directory = made
        maildirs = Maildirs(root: made.path)
    }
}

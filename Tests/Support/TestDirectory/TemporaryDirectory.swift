import Bytes
import Glibc

/// A directory of a test, removed with all that is in it when the test has ended.
package final class TemporaryDirectory: Sendable {
    package let path: String

    package struct Failed: Error {
        package var reason: String
    }

    package init(in parent: String = "/tmp") throws {
        var template = Array("\(parent)/tegu-test-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Failed(reason: "mkdtemp in \(parent): \(errno)") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { Self.remove(path) }

    /// The names in it; none where it is gone.
    package var names: [String] {
        ((try? DirectoryNames.read(path)) ?? []).map { String(decoding: $0, as: UTF8.self) }
    }

    /// Writes under another name and renames, as certificate tools do: the inode changes. Returns the file's path.
    @discardableResult
    package func write(_ text: String, to name: String) -> String {
        let file = "\(path)/\(name)"
        let new = "\(path)/.new"
        guard let stream = fopen(new, "w") else { return file }
        fputs(text, stream)
        fclose(stream)
        rename(new, file)
        return file
    }

    /// Links are not followed.
    private static func remove(_ path: String) {
        var status = stat()
        if lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
            for name in (try? DirectoryNames.read(path)) ?? [] { remove("\(path)/" + String(decoding: name, as: UTF8.self)) }
        }
        Glibc.remove(path)
    }
}

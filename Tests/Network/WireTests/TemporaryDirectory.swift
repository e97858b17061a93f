import Glibc

/// A directory of a test, removed with what is in it when the test has ended.
final class TemporaryDirectory: Sendable {
    let path: String

    init() throws {
        var template = Array("/tmp/tegu-test-XXXXXX".utf8CString)
        struct Failed: Error {}
        guard mkdtemp(&template) != nil else { throw Failed() }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        for name in names { unlink("\(path)/\(name)") }
        rmdir(path)
    }

    var names: [String] {
        guard let stream = opendir(path) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names
    }

    /// Writes under another name and renames, as certificate tools do: the inode changes.
    func write(_ text: String, to name: String) {
        guard let file = fopen("\(path)/\(name).new", "w") else { return }
        fputs(text, file)
        fclose(file)
        rename("\(path)/\(name).new", "\(path)/\(name)")
    }
}

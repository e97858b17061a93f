import Glibc

/// A directory of one test, which goes with it.
final class TemporaryDirectory {
    let path: String

    init() throws {
        var template = Array("/tmp/tegu-test-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { throw UnreadableFile(path: "/tmp") }
        path = String(cString: made)
    }

    deinit { Self.remove(path) }

    func write(_ name: String, _ content: String) throws -> String {
        let file = path + "/" + name
        guard let stream = fopen(file, "w") else { throw UnreadableFile(path: file) }
        fputs(content, stream)
        fclose(stream)
        return file
    }

    private static func remove(_ path: String) {
        if let directory = opendir(path) {
            while let entry = readdir(directory) {
                let name = withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                }
                if name != "." && name != ".." { remove(path + "/" + name) }
            }
            closedir(directory)
        }
        Glibc.remove(path)
    }
}

/// Permission bits of a file.
func mode(_ path: String) -> mode_t {
    var status = stat()
    return stat(path, &status) == 0 ? status.st_mode & 0o777 : 0
}

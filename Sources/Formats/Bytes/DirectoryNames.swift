import Glibc

/// The names that a directory holds.
package enum DirectoryNames {
    /// A call of the system that failed, with what it left in `errno`.
    package struct Unreadable: Error {
        package var call: StaticString
        package var code: Int32
    }

    /// All names but `.` and `..`, in the order of the file system.
    ///
    /// - Parameter onlyFiles: without those that the file system says are something else, such as directories and links.
    package static func read(_ path: String, onlyFiles: Bool = false) throws(Unreadable) -> [[UInt8]] {
        guard let stream = opendir(path) else { throw Unreadable(call: "opendir", code: errno) }
        defer { closedir(stream) }
        var names: [[UInt8]] = []
        errno = 0
        while let entry = readdir(stream) {
            let name = name(of: entry)
            let kind = Int(entry.pointee.d_type)
            let isFile = kind == DT_REG || kind == DT_UNKNOWN
            if name != [0x2E], name != [0x2E, 0x2E], isFile || !onlyFiles { names.append(name) }
            errno = 0
        }
        guard errno == 0 else { throw Unreadable(call: "readdir", code: errno) }
        return names
    }

    /// An entry is only as long as its name: a copy of the field, which is declared with 256 bytes, would read past the end
    /// of what `readdir` has, and past that of the memory where it is the last.
    static func name(of entry: UnsafeMutablePointer<dirent>) -> [UInt8] {
        guard let offset = MemoryLayout<dirent>.offset(of: \.d_name) else { return [] }
        let start = UnsafeRawPointer(entry) + offset
        return [UInt8](UnsafeRawBufferPointer(start: start, count: strlen(start.assumingMemoryBound(to: CChar.self))))
    }
}

package import Bytes

extension DirectoryNames {
    /// As `read`, with a failure that can be logged.
    package static func of(_ path: String, onlyFiles: Bool = false) throws(Failure) -> [[UInt8]] {
        do throws(Unreadable) {
            return try read(path, onlyFiles: onlyFiles)
        } catch {
            throw Failure(systemCall: error.call, path: path, code: error.code)
        }
    }
}

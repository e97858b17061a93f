import Bytes
import Glibc

/// A file of the spool directory into which a request's body is written while it arrives.
///
/// Guard of its variables: one call at a time, each on a worker thread (`Exchange` sees to it).
final class Spool: @unchecked Sendable {
    /// Files with this prefix in the spool directory are the server's own.
    static let prefix = "upload-"

    let path: String
    private let limit: Int
    private let inflater: Inflater?
    private var descriptor: CInt = -1
    private(set) var size = 0

    /// - Parameter limit: of the bytes of the file, which differ from those sent where `coding` is removed.
    init(directory: String, name: String, limit: Int, coding: ContentCoding?) {
        path = "\(directory)/\(Self.prefix)\(name)"
        self.limit = limit
        inflater = coding.map { Inflater($0, limit: limit) }
    }

    deinit {
        if descriptor >= 0 { Glibc.close(descriptor) }
    }

    func write(_ bytes: [UInt8]) throws(HTTPRefusal) {
        if descriptor < 0 {
            descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
            if descriptor < 0 { throw Self.refusal(errno) }
        }
        let result = bytes.withUnsafeBytes { bytes -> Result<Void, HTTPRefusal> in
            do throws(HTTPRefusal) {
                guard let inflater else { return .success(try append(bytes)) }
                return .success(try inflater.inflate(bytes) { (inflated) throws(HTTPRefusal) in try append(inflated) })
            } catch {
                return .failure(error)
            }
        }
        try result.get()
    }

    /// After the last byte: the file is complete, though not yet safe from a loss of power.
    func finish() throws(HTTPRefusal) {
        try inflater?.finish()
        guard descriptor >= 0 else { return }
        let result = Glibc.close(descriptor)
        descriptor = -1
        // NFS and quotas tell of a full disk here.
        if result != 0 { throw Self.refusal(errno) }
    }

    /// Removes the file if it is still there.
    func remove() {
        if descriptor >= 0 { Glibc.close(descriptor) }
        descriptor = -1
        unlink(path)
    }

    private func append(_ bytes: UnsafeRawBufferPointer) throws(HTTPRefusal) {
        size += bytes.count
        guard size <= limit else { throw .bodyTooLong }
        var written = 0
        while written < bytes.count {
            let count = Glibc.write(descriptor, bytes.baseAddress.map { $0 + written }, bytes.count - written)
            if count < 0 && errno != EINTR { throw Self.refusal(errno) }
            written += max(0, count)
        }
    }

    private static func refusal(_ code: CInt) -> HTTPRefusal {
        code == ENOSPC || code == EDQUOT ? .storageFull : .failed
    }

    /// Removes what a run before has left behind.
    static func clean(directory: String) {
        for name in (try? DirectoryNames.read(directory)) ?? [] where name.starts(with: prefix.utf8) {
            unlink("\(directory)/\(String(decoding: name, as: UTF8.self))")
        }
    }
}

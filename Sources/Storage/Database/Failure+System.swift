import Glibc

extension Failure {
    /// A system call that failed; `code` is what it left in `errno`.
    package init(
        systemCall: StaticString, path: String, code: Int32, file: String = #fileID, line: Int = #line
    ) {
        let kind: Code
        switch code {
        case ENOSPC, EDQUOT: kind = .storageFull
        case EMFILE, ENFILE, ENOMEM, EIO, EROFS, EAGAIN: kind = .unavailable
        default: kind = .serverBug
        }
        self.init(kind, "\(systemCall) of \(path): \(String(cString: strerror(code)))", file: file, line: line)
    }
}

import CSQLite
import Database
import Glibc

extension Failure {
    /// The latest error of `handle`.
    init(_ handle: OpaquePointer?, doing what: String, file: String = #fileID, line: Int = #line) {
        let code = sqlite3_extended_errcode(handle)
        let message = sqlite3_errmsg(handle).map { String(cString: $0) } ?? ""
        self.init(
            sqlite: code, system: sqlite3_system_errno(handle), detail: "\(message) [\(code)] in: \(what)",
            file: file, line: line)
    }

    /// An extended result code of SQLite, and what the system had said where it was the system's.
    init(sqlite code: Int32, system: Int32, detail: String, file: String = #fileID, line: Int = #line) {
        self.init(Self.kind(of: code, system: system), detail, file: file, line: line)
    }

    private static func kind(of code: Int32, system: Int32) -> Code {
        switch code & 0xFF {
        case SQLITE_FULL:
            return .storageFull
        case SQLITE_IOERR:
            // The shared index of the log and the fsync have no code of their own for a full disk.
            let isFull = system == ENOSPC || system == EDQUOT || code == SQLITE_IOERR | 19 << 8
            return isFull ? .storageFull : .unavailable
        case SQLITE_CANTOPEN where system == ENOSPC || system == EDQUOT:
            return .storageFull
        case SQLITE_BUSY, SQLITE_LOCKED, SQLITE_NOMEM, SQLITE_INTERRUPT, SQLITE_PROTOCOL, SQLITE_CANTOPEN, SQLITE_PERM,
            SQLITE_AUTH, SQLITE_NOLFS:
            return .unavailable
        case SQLITE_READONLY:
            // The plain code is a statement that writes in a read; the extended ones are of the file.
            return code == SQLITE_READONLY ? .serverBug : .unavailable
        case SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_FORMAT:
            return .damaged
        case SQLITE_CONSTRAINT:
            // Seals are the only checks that the schema has.
            return code == SQLITE_CONSTRAINT | 1 << 8 ? .sealed : .constraint
        default:
            return .serverBug
        }
    }
}

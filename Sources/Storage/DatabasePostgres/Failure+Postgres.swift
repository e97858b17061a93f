import CPostgreSQL
import Database

/// What went wrong in a connection, with what the engine does about it.
struct Fault: Error {
    enum Kind {
        /// The statement is not to be tried again.
        case final
        /// Other transactions stood in the way: the transaction may succeed when it is run again.
        case conflict
        /// A row with this key is there now. In a database where writers do not wait for each other that is what a
        /// transaction meets that looked for the row before; run again, it finds it.
        case duplicate
        /// The server takes no writes: it is a standby by now, and another one is the primary.
        case readOnlyServer
        /// There is no connection any more.
        case lost
        /// The connection was lost at COMMIT, and it cannot be told in time whether that was made.
        case undecided
        /// The closure asked for more ids than there were.
        case lacksIDs
    }

    var kind: Kind
    var failure: Failure
    /// SQLSTATE; empty where it is not the server's.
    var state = ""
    /// Whether nobody's row was in the way, but what transactions had looked for (PostgreSQL: read/write dependencies).
    var isOfReads = false

    init(_ kind: Kind, _ failure: Failure) {
        self.kind = kind
        self.failure = failure
    }

    /// The error in `result`, or the connection's own where there is none.
    init(_ result: OpaquePointer?, on connection: OpaquePointer, doing what: String, isWrite: Bool = true) {
        let state = result.flatMap { PQresultErrorField($0, Int32(UInt8(ascii: "C"))) }.map { String(cString: $0) } ?? ""
        // The primary message only: the detail and the context may hold a client's data.
        let message = result.flatMap { PQresultErrorField($0, Int32(UInt8(ascii: "M"))) } ?? PQerrorMessage(connection)
        let isLost = PQstatus(connection) == CONNECTION_BAD
        self.init(
            sqlState: state, isLost: isLost, isWrite: isWrite,
            detail: "\(message.map { Self.line($0) } ?? "") [\(state.isEmpty ? "connection" : state)] in: \(what)")
        // Both kinds of conflict have one SQLSTATE, and the message is in the server's language.
        let file = result.flatMap { PQresultErrorField($0, Int32(UInt8(ascii: "F"))) }.map { String(cString: $0) }
        isOfReads = kind == .conflict && file == "predicate.c"
    }

    init(sqlState: String, isLost: Bool, isWrite: Bool = true, detail: String) {
        let code = Self.code(of: sqlState, isWrite: isWrite)
        let kind: Kind
        switch sqlState {
        case _ where isLost || sqlState.isEmpty: kind = .lost
        case "40001", "40P01": kind = .conflict
        case "23505": kind = .duplicate
        case "25006" where isWrite: kind = .readOnlyServer
        default: kind = .final
        }
        self.init(kind, Failure(kind == .lost ? .unavailable : code, detail))
        state = sqlState
    }

    /// Whether the server knows nothing of it: the transaction goes on without what met it.
    var isOfNode: Bool { kind == .lacksIDs || kind == .conflict && state.isEmpty }

    static let undefinedTable = "42P01"
    /// Of a statement, and of a lock that one waited for.
    static let timeouts: Set = ["57014", lockTimeout]
    static let lockTimeout = "55P03"

    /// PostgreSQL's documentation, appendix A: error codes.
    private static func code(of state: String, isWrite: Bool) -> Failure.Code {
        switch state {
        case "53100": return .storageFull
        case "XX001", "XX002": return .damaged
        // Time-outs of statements and locks, shutdowns, rights, I/O errors, no such database or schema.
        case "", "57014", "55P03", "55006", "42501", "58030", "3D000", "3F000": return .unavailable
        // Seals are the only checks that the schema has.
        case "23514": return .sealed
        case "25006": return isWrite ? .unavailable : .serverBug
        case _ where state.hasPrefix("23"): return .constraint
        case _ where ["08", "28", "40", "53", "57P", "25P03"].contains(where: { state.hasPrefix($0) }): return .unavailable
        default: return .serverBug
        }
    }

    /// libpq ends its messages with a line feed, and has one line for each host that it tried.
    private static func line(_ message: UnsafePointer<CChar>) -> String {
        String(cString: message).split(separator: "\n").joined(separator: "; ")
    }
}

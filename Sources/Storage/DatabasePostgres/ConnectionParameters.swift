import CPostgreSQL
import Database

/// The keywords that libpq is given: the administrator's, and ours where there is none of theirs.
struct ConnectionParameters: Sendable {
    private(set) var values: [(keyword: String, value: String)]

    /// - Parameter schema: where the tables are, instead of the user's own search path; for tests.
    init(_ options: PostgresOptions, schema: String? = nil) throws {
        var message: UnsafeMutablePointer<CChar>?
        let parsed = PQconninfoParse(options.connection, &message)
        defer {
            PQconninfoFree(parsed)
            PQfreemem(message)
        }
        // The message may show a password, so it is not told.
        guard let parsed else { throw Failure(.unavailable, "the connection to the database is not well written") }
        values = []
        var option = parsed
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val { values.append((String(cString: keyword), String(cString: value))) }
            option += 1
        }
        // All that a session needs goes with the start of the connection, so that it costs no round trip. JIT is for long
        // statements; in short ones it costs more than it gains.
        var session = "-c statement_timeout=\(options.statementMilliseconds) -c lock_timeout=\(options.lockMilliseconds)"
            + " -c idle_in_transaction_session_timeout=\(options.idleMilliseconds) -c jit=off"
            // Where an index leads to the row: a table of few rows would be read as a whole, and who has read all of it is in the way of all
            // that write into it (SERIALIZABLE).
            + " -c enable_seqscan=off"
            // The server notices a node whose machine is gone, and what it held is free.
            + " -c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3"
        if let schema { session += " -c search_path=\(schema)" }
        if let own = value(of: "options") { session += " " + own }
        set("options", session)
        set("client_encoding", "UTF8")
        for (keyword, value) in Self.defaults where self.value(of: keyword) == nil { set(keyword, value) }
    }

    /// A node that is gone must be noticed soon: a lost server answers nothing at all.
    private static let defaults = [
        ("application_name", "tegu"), ("target_session_attrs", "read-write"), ("connect_timeout", "5"),
        ("keepalives_idle", "5"), ("keepalives_interval", "2"), ("keepalives_count", "3"), ("tcp_user_timeout", "10000"),
    ]

    func value(of keyword: String) -> String? { values.first { $0.keyword == keyword }?.value }

    mutating func set(_ keyword: String, _ value: String) {
        values.removeAll { $0.keyword == keyword }
        values.append((keyword, value))
    }

    /// Calls `body` with the two lists as C has them, each with a null pointer at its end.
    func withPointers<Result>(
        _ body: (UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<UnsafePointer<CChar>?>?) -> Result
    ) -> Result {
        let texts = values.map { (Array($0.keyword.utf8CString), Array($0.value.utf8CString)) }
        // One block of memory for all texts, so that the pointers into it stay.
        var bytes: [CChar] = []
        var starts: [(Int, Int)] = []
        for (keyword, value) in texts {
            starts.append((bytes.count, bytes.count + keyword.count))
            bytes += keyword + value
        }
        return bytes.withUnsafeBufferPointer { bytes in
            let keywords = starts.map { start in bytes.baseAddress.map { UnsafePointer($0 + start.0) } } + [nil]
            let values = starts.map { start in bytes.baseAddress.map { UnsafePointer($0 + start.1) } } + [nil]
            return body(keywords, values)
        }
    }
}

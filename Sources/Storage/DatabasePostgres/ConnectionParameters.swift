import CPostgreSQL
import Database

/// The keywords that libpq is given: the administrator's, and ours where there is none of theirs.
struct ConnectionParameters: Sendable {
    private(set) var values: [(keyword: String, value: String)]
    /// What is to be set in each session that was made.
    private(set) var settings: [(name: String, value: String)] = []

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
        let own = value(of: "options")
        settings = Self.settings(options)
        // The administrator's words win over ours: both go with the start of the connection then. Poolers take no options there, so where there are
        // none of theirs ours come along with the first statement.
        var words = schema.map { ["-c search_path=\($0)"] } ?? []
        if let own {
            words += settings.map { "-c \($0.name)=\($0.value)" } + [own]
            settings = []
        }
        if !words.isEmpty { set("options", words.joined(separator: " ")) }
        set("client_encoding", "UTF8")
        for (keyword, value) in Self.defaults where self.value(of: keyword) == nil { set(keyword, value) }
    }

    private static func settings(_ options: PostgresOptions) -> [(name: String, value: String)] {
        [
            ("statement_timeout", "\(options.statementMilliseconds)"), ("lock_timeout", "\(options.lockMilliseconds)"),
            ("idle_in_transaction_session_timeout", "\(options.idleMilliseconds)"),
            // For long statements; in short ones it costs more than it gains.
            ("jit", "off"),
            // Where an index leads to the row: a table of few rows would be read as a whole, and who has read all of it is in the way of all
            // that write into it (SERIALIZABLE).
            ("enable_seqscan", "off"),
            // The server notices a node whose machine is gone, and what it held is free.
            ("tcp_keepalives_idle", "10"), ("tcp_keepalives_interval", "5"), ("tcp_keepalives_count", "3"),
        ]
    }

    /// A statement that sets `settings`; the columns of its row are of no use.
    var settingStatement: String? {
        if settings.isEmpty { return nil }
        return "SELECT " + settings.map { "set_config('\($0.name)', '\($0.value)', false)" }.joined(separator: ", ")
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

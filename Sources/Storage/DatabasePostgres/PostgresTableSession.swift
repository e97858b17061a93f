import CPostgreSQL
package import Database

/// A session beside those of whoever serves the database. What it writes is nobody else's row: it reads what is committed when each
/// statement begins, and waits for who has changed a row.
package final class PostgresTableSession: TableSession {
    package let tables: [String: StoredTable]
    private let session: Session
    private let values = ParameterBuffer()
    private var isOpen = false

    /// - Parameter schema: where the tables are, instead of the user's own search path; for tests.
    package init(_ options: PostgresOptions, schema: String? = nil) throws {
        let session = try Session.simple(ConnectionParameters(options, schema: schema))
        self.session = session
        try PostgresTables.query(
            "SET statement_timeout = 0; SET lock_timeout = '60s'; SET idle_in_transaction_session_timeout = 0", on: session)
        guard try PostgresTables.query("SELECT \(UseLock.shared)", on: session).first?.first == "t" else {
            throw Failure(.unavailable, UseLock.refusal)
        }
        tables = Dictionary(try PostgresTables.tables(on: session).map { ($0.name, $0) }) { first, _ in first }
    }

    package func begin(isWriting: Bool) throws {
        _ = try run(isWriting ? "BEGIN ISOLATION LEVEL READ COMMITTED" : "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY", [])
        isOpen = true
    }

    package func commit() throws {
        _ = try run("COMMIT", [])
        isOpen = false
    }

    package func rollback() {
        guard isOpen else { return }
        isOpen = false
        _ = try? run("ROLLBACK", [])
    }

    package func rows(
        _ sql: String, _ columns: [StoredTable.Column], _ parameters: [StoredValue]
    ) throws -> [[StoredValue]] {
        let result = try run(sql, parameters)
        defer { PQclear(result) }
        guard PQnfields(result) >= columns.count else { throw Failure(.serverBug, "fewer columns than are read: \(sql)") }
        return (0..<PQntuples(result)).map { row in
            columns.indices.map { index in
                let column = Int32(clamping: index)
                if PQgetisnull(result, row, column) == 1 { return .null }
                let bytes = Array(UnsafeRawBufferPointer(
                    start: PQgetvalue(result, row, column), count: Int(PQgetlength(result, row, column))))
                return switch columns[index].kind {
                case .integer: .integer(bytes.reduce(0) { $0 << 8 | Int64($1) })
                case .text: .text(bytes)
                case .bytes: .bytes(bytes)
                }
            }
        }
    }

    package func execute(_ sql: String, _ parameters: [StoredValue]) throws -> Int {
        let result = try run(sql, parameters)
        defer { PQclear(result) }
        return PQcmdTuples(result).flatMap { Int(String(cString: $0)) } ?? 0
    }

    /// With parameters and results in their binary form.
    private func run(_ sql: String, _ parameters: [StoredValue]) throws -> OpaquePointer? {
        let types = values.fill(parameters)
        let result = values.withPointers { count, pointers, lengths, formats in
            PQexecParams(session.handle, sql, count, types, pointers, lengths, formats, 1)
        }
        let status = PQresultStatus(result)
        guard status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK else {
            let fault = Fault(result, on: session.handle, doing: sql)
            PQclear(result)
            throw fault.failure
        }
        return result
    }
}

import CPostgreSQL
package import Database

/// A session beside those of whoever serves the database. What it writes is nobody else's row: it reads what is committed when each
/// statement begins, and waits for who has changed a row.
package final class PostgresTableSession: TableSession {
    package let tables: [String: StoredTable]
    private let session: Session
    private var isOpen = false

    /// - Parameter schema: where the tables are, instead of the user's own search path; for tests.
    package init(_ options: PostgresOptions, schema: String? = nil) throws {
        let session: Session
        do { session = try Session(try ConnectionParameters(options, schema: schema)) } catch let fault as Fault { throw fault.failure }
        self.session = session
        func query(_ sql: String) throws -> [[String]] {
            let result = PQexec(session.handle, sql)
            defer { PQclear(result) }
            let status = PQresultStatus(result)
            guard status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK else {
                throw Fault(result, on: session.handle, doing: sql).failure
            }
            return (0..<PQntuples(result)).map { row in
                (0..<PQnfields(result)).map { PQgetvalue(result, row, $0).map { String(cString: $0) } ?? "" }
            }
        }
        _ = try query("SET statement_timeout = 0; SET lock_timeout = '60s'; SET idle_in_transaction_session_timeout = 0")
        guard try query("SELECT \(UseLock.shared)").first?.first == "t" else { throw Failure(.unavailable, UseLock.refusal) }
        var found: [String: StoredTable] = [:]
        let columns = try query(
            """
            SELECT table_name, column_name, data_type FROM information_schema.columns
            WHERE table_schema = current_schema() ORDER BY table_name, ordinal_position
            """)
        for row in columns where !PostgresTables.own.contains(row[0]) {
            found[row[0], default: StoredTable(name: row[0], columns: [], key: [])].columns
                .append(StoredTable.Column(row[1], try PostgresTables.kind(row[2], row[0])))
        }
        let keys = try query(
            """
            SELECT c.relname, a.attname FROM pg_index i CROSS JOIN unnest(i.indkey) WITH ORDINALITY AS k (number, position)
            JOIN pg_class c ON c.oid = i.indrelid
            JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number
            WHERE i.indisprimary AND c.relnamespace = current_schema()::regnamespace ORDER BY c.relname, k.position
            """)
        for row in keys { found[row[0]]?.key.append(row[1]) }
        tables = found
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

    // Of pg_type.h.
    private static let (int8, text, bytea): (Oid, Oid, Oid) = (20, 25, 17)

    /// With parameters and results in their binary form.
    private func run(_ sql: String, _ parameters: [StoredValue]) throws -> OpaquePointer? {
        var types: [Oid] = []
        var values: [[UInt8]?] = []
        for parameter in parameters {
            switch parameter {
            case .null:
                types.append(0)
                values.append(nil)
            case .integer(let number):
                types.append(Self.int8)
                values.append(withUnsafeBytes(of: number.bigEndian) { Array($0) })
            case .text(let bytes):
                types.append(Self.text)
                values.append(bytes)
            case .bytes(let bytes):
                types.append(Self.bytea)
                values.append(bytes)
            }
        }
        // One buffer, so that all pointers stay: each value is followed by a byte that none has.
        var buffer: [UInt8] = []
        var places: [Int?] = []
        for value in values {
            places.append(value.map { _ in buffer.count })
            buffer += (value ?? []) + [0]
        }
        let lengths = values.map { Int32(clamping: $0?.count ?? 0) }
        let formats = [Int32](repeating: 1, count: values.count)
        let result = buffer.withUnsafeBytes { bytes -> OpaquePointer? in
            let start = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
            let pointers = places.map { place in place.flatMap { offset in start.map { $0 + offset } } }
            return PQexecParams(session.handle, sql, Int32(clamping: values.count), types, pointers, lengths, formats, 1)
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

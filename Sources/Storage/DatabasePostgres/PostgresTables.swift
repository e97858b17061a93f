import CPostgreSQL
package import Database

/// The tables of a PostgreSQL database, by COPY in its binary form. First it must have the database for itself, then `begin` what it does.
package final class PostgresTables: StoredTables {
    private let session: Session
    private let isWriting: Bool
    private var outgoing: [UInt8] = []
    private var isAlone = false

    private static let signature = Array("PGCOPY\n".utf8) + [0xFF, 0x0D, 0x0A, 0]
    private static let pieceSize = 1 << 18
    /// What only this engine has.
    private static let own: Set = ["schema_version", "commit_mark"]

    package init(_ options: PostgresOptions, isWriting: Bool) throws {
        self.isWriting = isWriting
        session = try .simple(ConnectionParameters(options))
        // It reads whole tables.
        try query(
            "SET statement_timeout = 0; SET lock_timeout = 0; SET idle_in_transaction_session_timeout = 0; SET enable_seqscan = on")
    }

    /// Takes the database for this session alone, until it ends; false where others use it. While it has it, no other process of this program
    /// can begin to: those that try are refused.
    package func takeAlone() throws -> Bool {
        if isAlone { return true }
        // Nodes of before this lock are known by their name only.
        let others = try query(
            """
            SELECT count(*) FROM pg_stat_activity
            WHERE datname = current_database() AND application_name = 'tegu' AND pid <> pg_backend_pid()
            """)
        isAlone = try others.first?.first == "0" && lock()
        return isAlone
    }

    func lock() throws -> Bool { try query("SELECT \(UseLock.alone)").first?.first == "t" }

    /// The state that is read is that of the first statement after it.
    package func begin() throws {
        try query(isWriting ? "BEGIN" : "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
    }

    package func tables() throws -> [StoredTable] { try Self.tables(on: session) }

    /// In the order of their names.
    static func tables(on session: Session) throws -> [StoredTable] {
        var found: [String: StoredTable] = [:]
        let columns = try query(
            """
            SELECT table_name, column_name, data_type FROM information_schema.columns
            WHERE table_schema = current_schema()
                AND table_name IN (SELECT tablename FROM pg_tables WHERE schemaname = current_schema())
            ORDER BY table_name, ordinal_position
            """, on: session)
        for row in columns where !own.contains(row[0]) {
            found[row[0], default: StoredTable(name: row[0], columns: [], key: [])].columns
                .append(StoredTable.Column(row[1], try kind(row[2], row[0])))
        }
        let keys = try query(
            """
            SELECT c.relname, a.attname FROM pg_index i CROSS JOIN unnest(i.indkey) WITH ORDINALITY AS k (number, position)
            JOIN pg_class c ON c.oid = i.indrelid
            JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number
            WHERE i.indisprimary AND c.relnamespace = current_schema()::regnamespace ORDER BY c.relname, k.position
            """, on: session)
        for row in keys { found[row[0]]?.key.append(row[1]) }
        return found.values.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }

    private static func kind(_ type: String, _ table: String) throws -> StoredTable.Kind {
        switch type {
        case "bigint": .integer
        case "text": .text
        case "bytea": .bytes
        default: throw Failure(.serverBug, "a column of the type \(type) in \(table)")
        }
    }

    package func rowCount(of table: StoredTable) throws -> Int {
        try query("SELECT count(*) FROM \(StoredTable.quoted(table.name))").first?.first.flatMap { Int($0) } ?? 0
    }

    // MARK: Reading

    package func forEachRow(of table: StoredTable, _ body: ([StoredValue]) throws -> Void) throws {
        let sql = "COPY (SELECT \(table.quotedColumns) FROM \(StoredTable.quoted(table.name)) ORDER BY \(table.quotedKey)) "
            + "TO STDOUT (FORMAT binary)"
        try begin(sql, PGRES_COPY_OUT)
        var reader = CopyReader(table)
        while true {
            var piece: UnsafeMutablePointer<CChar>?
            let count = PQgetCopyData(session.handle, &piece, 0)
            defer { PQfreemem(piece) }
            guard count > 0, let piece else { break }
            reader.append(UnsafeRawBufferPointer(start: piece, count: Int(count)))
            while let row = try reader.next() { try body(row) }
        }
        try end(sql)
        guard reader.isAtEnd else { throw Failure(.unavailable, "the rows of \(table.name) ended early") }
    }

    // MARK: Writing

    package func beginInsert(into table: StoredTable) throws {
        try query("DELETE FROM \(StoredTable.quoted(table.name))")
        try begin("COPY \(StoredTable.quoted(table.name)) (\(table.quotedColumns)) FROM STDIN (FORMAT binary)", PGRES_COPY_IN)
        outgoing = Self.signature + [UInt8](repeating: 0, count: 8)
    }

    package func insert(_ row: [StoredValue]) throws {
        append(Int16(clamping: row.count))
        for value in row {
            switch value {
            case .null: append(Int32(-1))
            case .integer(let number):
                append(Int32(8))
                append(number)
            case .text(let bytes), .bytes(let bytes):
                append(Int32(clamping: bytes.count))
                outgoing += bytes
            }
        }
        if outgoing.count >= Self.pieceSize { try flush() }
    }

    package func endInsert() throws {
        append(Int16(-1))
        try flush()
        guard PQputCopyEnd(session.handle, nil) == 1 else { throw failure(nil, "end a copy") }
        try end("COPY")
    }

    package func commit() throws {
        try query("COMMIT")
        if isWriting { try query("ANALYZE") }
    }

    private func append(_ number: some FixedWidthInteger) { withUnsafeBytes(of: number.bigEndian) { outgoing += $0 } }

    private func flush() throws {
        let result = outgoing.withUnsafeBytes {
            PQputCopyData(session.handle, $0.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(clamping: $0.count))
        }
        outgoing.removeAll(keepingCapacity: true)
        guard result == 1 else { throw failure(nil, "copy") }
    }

    // MARK: Statements

    private func begin(_ sql: String, _ status: ExecStatusType) throws {
        let result = PQexec(session.handle, sql)
        defer { PQclear(result) }
        guard PQresultStatus(result) == status else { throw failure(result, sql) }
    }

    private func end(_ sql: String) throws {
        var found: Failure?
        while let result = PQgetResult(session.handle) {
            if PQresultStatus(result) != PGRES_COMMAND_OK, found == nil { found = failure(result, sql) }
            PQclear(result)
        }
        if let found { throw found }
    }

    @discardableResult
    private func query(_ sql: String) throws -> [[String]] { try Self.query(sql, on: session) }

    @discardableResult
    static func query(_ sql: String, on session: Session) throws -> [[String]] {
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

    private func failure(_ result: OpaquePointer?, _ sql: String) -> Failure {
        Fault(result, on: session.handle, doing: sql).failure
    }
}

/// Rows out of COPY's binary form (PostgreSQL's documentation of COPY, "Binary Format").
struct CopyReader {
    private let table: StoredTable
    private var buffer: [UInt8] = []
    private var position = 0
    private var hasHeader = false
    private(set) var isAtEnd = false

    init(_ table: StoredTable) { self.table = table }

    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        if position > 1 << 20 || position == buffer.count {
            buffer.removeFirst(position)
            position = 0
        }
        buffer += bytes
    }

    /// Nil until there is a whole row.
    mutating func next() throws -> [StoredValue]? {
        var place = position
        func number(_ size: Int) -> Int? {
            guard buffer.count - place >= size else { return nil }
            let isNegative = buffer[place] >= 0x80
            let value = buffer[place..<(place + size)].reduce(isNegative ? -1 : 0 as Int64) { $0 << 8 | Int64($1) }
            place += size
            return Int(value)
        }
        if !hasHeader {
            guard buffer.count - place >= 19 else { return nil }
            place += 15
            guard let extra = number(4) else { return nil }
            guard extra >= 0 else { throw malformed }
            guard buffer.count - place >= extra else { return nil }
            place += extra
            hasHeader = true
            position = place
        }
        guard !isAtEnd, let count = number(2) else { return nil }
        if count == -1 {
            isAtEnd = true
            position = place
            return nil
        }
        guard count == table.columns.count else { throw malformed }
        var row: [StoredValue] = []
        row.reserveCapacity(count)
        for column in table.columns {
            guard let size = number(4) else { return nil }
            if size == -1 {
                row.append(.null)
                continue
            }
            guard size >= 0, column.kind != .integer || size == 8 else { throw malformed }
            guard buffer.count - place >= size else { return nil }
            switch column.kind {
            case .integer:
                guard let value = number(8) else { throw malformed }
                row.append(.integer(Int64(value)))
            case .text:
                row.append(.text(Array(buffer[place..<(place + size)])))
                place += size
            case .bytes:
                row.append(.bytes(Array(buffer[place..<(place + size)])))
                place += size
            }
        }
        position = place
        return row
    }

    private var malformed: Failure { Failure(.serverBug, "a copy of \(table.name) that is not understood") }
}

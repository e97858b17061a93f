import CSQLite
package import Database

/// The tables of a database file.
package final class SQLiteTables: StoredTables {
    private let handle: OpaquePointer
    private let isWriting: Bool
    private var insertion: RawStatement?

    /// - Parameters:
    ///   - isWriting: for a new file that only this process knows of: until `commit` it is not safe on the disk.
    ///   - keepsWritersOff: other writers wait until this is gone, or give up.
    package init(path: String, isWriting: Bool, keepsWritersOff: Bool = false) throws {
        var opened: OpaquePointer?
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE
        let result = sqlite3_open_v2(path.hasPrefix("/") ? path : "./" + path, &opened, flags, nil)
        guard result == SQLITE_OK, let opened else {
            let failure = Failure(opened, doing: "open \(path)")
            sqlite3_close_v2(opened)
            throw failure
        }
        handle = opened
        self.isWriting = isWriting
        sqlite3_busy_timeout(handle, 10_000)
        // One file without a log beside it, so that it can be given its name when it is done.
        if isWriting { try execute("PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL; PRAGMA cache_size = -65536") }
        // The lock of a writer cannot be had any more where only queries are allowed.
        try execute(isWriting || keepsWritersOff ? "BEGIN IMMEDIATE" : "BEGIN")
        if !isWriting { try execute("PRAGMA query_only = ON") }
    }

    deinit {
        insertion = nil
        sqlite3_close_v2(handle)
    }

    package func tables() throws -> [StoredTable] { try Self.tables(on: handle) }

    static func tables(on handle: OpaquePointer) throws -> [StoredTable] {
        let names = try texts(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite#_%' ESCAPE '#' ORDER BY name", on: handle)
        return try names.filter { $0 != "schema_version" }.map { name in
            var table = StoredTable(name: name, columns: [], key: [])
            var key: [(position: Int64, name: String)] = []
            let statement = try RawStatement("SELECT name, type, pk FROM pragma_table_info(?1) ORDER BY cid", on: handle)
            try statement.bind([.text(Array(name.utf8))])
            while try statement.step() {
                let column = statement.text(0)
                table.columns.append(StoredTable.Column(column, try Self.kind(statement.text(1), name)))
                if statement.integer(2) > 0 { key.append((statement.integer(2), column)) }
            }
            table.key = key.sorted { $0.position < $1.position }.map(\.name)
            return table
        }
    }

    private static func kind(_ type: String, _ table: String) throws -> StoredTable.Kind {
        switch type {
        case "BIGINT", "INTEGER": .integer
        case "TEXT": .text
        case "BLOB": .bytes
        default: throw Failure(.serverBug, "a column of the type \(type) in \(table)")
        }
    }

    package func rowCount(of table: StoredTable) throws -> Int {
        let statement = try RawStatement("SELECT count(*) FROM \(StoredTable.quoted(table.name))", on: handle)
        return try statement.step() ? Int(clamping: statement.integer(0)) : 0
    }

    package func forEachRow(of table: StoredTable, _ body: ([StoredValue]) throws -> Void) throws {
        let statement = try RawStatement(
            "SELECT \(table.quotedColumns) FROM \(StoredTable.quoted(table.name)) ORDER BY \(table.quotedKey)", on: handle)
        while try statement.step() {
            try body(
                try table.columns.indices.map { index in
                    guard let value = statement.value(index, table.columns[index].kind) else {
                        throw Failure(.damaged, "a value of another type in \(table.name).\(table.columns[index].name)")
                    }
                    return value
                })
        }
    }

    package func beginInsert(into table: StoredTable) throws {
        try execute("DELETE FROM \(StoredTable.quoted(table.name))")
        insertion = try RawStatement(table.insertion(of: table.columns), on: handle)
    }

    package func insert(_ row: [StoredValue]) throws {
        guard let insertion else { throw Failure(.serverBug, "no table to insert into") }
        try insertion.bind(row)
        _ = try insertion.step()
        insertion.reset()
    }

    package func endInsert() { insertion = nil }

    package func commit() throws { try execute("COMMIT") }

    /// The database as it is now, whole, in a new file; writers go on meanwhile.
    package static func copyFile(_ path: String, to target: String) throws {
        let source = try SQLiteTables(path: path, isWriting: false)
        // It has a transaction of its own.
        try source.execute("COMMIT; PRAGMA query_only = OFF")
        let statement = try RawStatement("VACUUM INTO ?1", on: source.handle)
        try statement.bind([.text(Array(target.utf8))])
        _ = try statement.step()
    }

    private static func texts(_ sql: String, on handle: OpaquePointer) throws -> [String] {
        let statement = try RawStatement(sql, on: handle)
        var texts: [String] = []
        while try statement.step() { texts.append(statement.text(0)) }
        return texts
    }

    private func execute(_ sql: String) throws {
        guard sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK else { throw Failure(handle, doing: sql) }
    }
}

/// A statement whose text is made of names in the catalogue.
final class RawStatement {
    private let handle: OpaquePointer
    private let connection: OpaquePointer
    private let sql: String

    init(_ sql: String, on connection: OpaquePointer) throws {
        var prepared: OpaquePointer?
        guard sqlite3_prepare_v2(connection, sql, -1, &prepared, nil) == SQLITE_OK, let prepared else {
            throw Failure(connection, doing: sql)
        }
        handle = prepared
        self.connection = connection
        self.sql = sql
    }

    deinit { sqlite3_finalize(handle) }

    func bind(_ values: [StoredValue]) throws {
        for (value, index) in zip(values, Int32(1)...) {
            let result =
                switch value {
                case .null: sqlite3_bind_null(handle, index)
                case .integer(let number): sqlite3_bind_int64(handle, index, number)
                // A null pointer, as an empty array may have, would be NULL.
                case .text(let bytes): (bytes + [0]).withUnsafeBytes {
                    tegu_sqlite_bind_text(
                        handle, index, $0.baseAddress?.assumingMemoryBound(to: CChar.self), sqlite3_uint64(bytes.count))
                }
                case .bytes(let bytes): (bytes + [0]).withUnsafeBytes {
                    tegu_sqlite_bind_blob(handle, index, $0.baseAddress, sqlite3_uint64(bytes.count))
                }
                }
            guard result == SQLITE_OK else { throw Failure(connection, doing: sql) }
        }
    }

    /// Whether there is a row.
    func step() throws -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default: throw Failure(connection, doing: sql)
        }
    }

    func reset() { sqlite3_reset(handle) }

    func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }
    func text(_ column: Int32) -> String { String(decoding: bytes(column), as: UTF8.self) }

    private func bytes(_ column: Int32) -> [UInt8] {
        guard let start = sqlite3_column_blob(handle, column) else { return [] }
        return [UInt8](UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column))))
    }

    /// Nil where it is stored as another type: SQLite lets columns have any.
    func value(_ index: Int, _ kind: StoredTable.Kind) -> StoredValue? {
        let column = Int32(clamping: index)
        return switch (sqlite3_column_type(handle, column), kind) {
        case (SQLITE_NULL, _): .null
        case (SQLITE_INTEGER, .integer): .integer(integer(column))
        case (SQLITE_TEXT, .text): .text(bytes(column))
        case (SQLITE_BLOB, .bytes), (SQLITE_TEXT, .bytes): .bytes(bytes(column))
        default: nil
        }
    }
}

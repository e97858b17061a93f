import CSQLite
package import Database

/// A connection to a database file beside those of whoever serves it.
package final class SQLiteTableSession: TableSession {
    package let tables: [String: StoredTable]
    private let handle: OpaquePointer
    private var statements: [String: RawStatement] = [:]
    private var isOpen = false

    /// Longer than a writer of the server takes.
    private static let waitMilliseconds: Int32 = 10_000
    private static let mostStatements = 200

    package init(path: String) throws {
        var opened: OpaquePointer?
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE
        guard sqlite3_open_v2(path, &opened, flags, nil) == SQLITE_OK, let opened else {
            let failure = Failure(opened, doing: "open \(path)")
            sqlite3_close_v2(opened)
            throw failure
        }
        handle = opened
        sqlite3_busy_timeout(opened, Self.waitMilliseconds)
        do {
            let found = try SQLiteTables.tables(on: opened)
            tables = Dictionary(found.map { ($0.name, $0) }) { first, _ in first }
        } catch {
            sqlite3_close_v2(opened)
            throw error
        }
        try run("PRAGMA synchronous = FULL; PRAGMA foreign_keys = OFF; PRAGMA trusted_schema = OFF")
    }

    deinit {
        statements = [:]
        sqlite3_close_v2(handle)
    }

    package func begin(isWriting: Bool) throws {
        try run(isWriting ? "BEGIN IMMEDIATE" : "BEGIN")
        isOpen = true
    }

    package func commit() throws {
        try run("COMMIT")
        isOpen = false
    }

    package func rollback() {
        guard isOpen else { return }
        isOpen = false
        sqlite3_exec(handle, "ROLLBACK", nil, nil, nil)
    }

    package func rows(
        _ sql: String, _ columns: [StoredTable.Column], _ parameters: [StoredValue]
    ) throws -> [[StoredValue]] {
        let statement = try prepared(sql)
        defer { statement.reset() }
        try statement.bind(parameters)
        var rows: [[StoredValue]] = []
        while try statement.step() {
            rows.append(
                try columns.indices.map { index in
                    guard let value = statement.value(index, columns[index].kind) else {
                        throw Failure(.damaged, "a value of another type in \(columns[index].name): \(sql)")
                    }
                    return value
                })
        }
        return rows
    }

    package func execute(_ sql: String, _ parameters: [StoredValue]) throws -> Int {
        let statement = try prepared(sql)
        defer { statement.reset() }
        try statement.bind(parameters)
        while try statement.step() {}
        return Int(sqlite3_changes(handle))
    }

    private func prepared(_ sql: String) throws -> RawStatement {
        if let statement = statements[sql] { return statement }
        if statements.count >= Self.mostStatements { statements = [:] }
        let statement = try RawStatement(sql, on: handle)
        statements[sql] = statement
        return statement
    }

    private func run(_ sql: String) throws {
        guard sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK else { throw Failure(handle, doing: sql) }
    }
}

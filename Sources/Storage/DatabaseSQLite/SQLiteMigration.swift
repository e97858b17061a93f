import Database

/// The migrations on SQLite.
struct SQLiteMigration: MigrationConnection {
    let connection: SQLiteConnection

    var dialect: Dialect { .sqlite }

    func recordedSchemaVersion() throws -> Int {
        var isThere = false
        try connection.run("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'schema_version'", []) { _ in
            isThere = true
            return false
        }
        guard isThere else { return 0 }
        var version = 0
        try connection.run("SELECT max(number) FROM schema_version", []) { row in
            version = Int(row.integer(0))
            return false
        }
        return version
    }

    func runScript(_ sql: String) throws -> Int {
        let before = connection.totalChanges
        try connection.execute(sql)
        return connection.totalChanges - before
    }

    func beginMigrations() throws { try connection.begin(.immediate) }

    func commit() throws { try connection.commit() }

    func rollback() { connection.rollback() }
}

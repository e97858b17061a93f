import Testing

@testable import Database

/// Notes what the runner does.
private final class RecordingConnection: MigrationConnection {
    let dialect: Dialect
    var version: Int
    var log: [String] = []
    var brokenScript: String?

    init(_ dialect: Dialect = .sqlite, version: Int = 0) {
        self.dialect = dialect
        self.version = version
    }

    func recordedSchemaVersion() throws -> Int { version }
    func runScript(_ sql: String) throws -> Int {
        if sql == brokenScript { throw Failure(.serverBug, "broken") }
        log.append(sql)
        return sql.utf8.count
    }
    func beginMigrations() throws { log.append("begin") }
    func commit() throws { log.append("commit") }
    func rollback() { log.append("rollback") }
}

@Suite("Migrations")
struct MigrationsTests {
    private let table = "CREATE TABLE IF NOT EXISTS schema_version (number BIGINT NOT NULL PRIMARY KEY)"
    private let migrations = [
        Migration(number: 2, name: "second", dialect: .postgres, sql: "second for PostgreSQL"),
        Migration(number: 1, name: "first", sql: "first"),
        Migration(number: 2, name: "second", dialect: .sqlite, sql: "second for SQLite"),
        Migration(number: 3, name: "third", dialect: .postgres, sql: "third"),
    ]

    @Test("a new database gets all migrations of its dialect, in order and in one transaction")
    func fresh() throws {
        let connection = RecordingConnection(.sqlite)
        #expect(try Migrations.apply(migrations, to: connection) == [1, 2, 3])
        #expect(connection.log == [
            "begin", table, "first", "second for SQLite", "INSERT INTO schema_version (number) VALUES (1)",
            "INSERT INTO schema_version (number) VALUES (2)", "INSERT INTO schema_version (number) VALUES (3)", "commit",
        ])
    }

    @Test("an older database gets what is missing")
    func older() throws {
        let connection = RecordingConnection(.postgres, version: 2)
        #expect(try Migrations.apply(migrations, to: connection) == [3])
        #expect(connection.log == ["begin", table, "third", "INSERT INTO schema_version (number) VALUES (3)", "commit"])
    }

    @Test("a database that is up to date is not locked")
    func current() throws {
        let connection = RecordingConnection(version: 3)
        #expect(try Migrations.apply(migrations, to: connection) == [])
        #expect(connection.log == [])
    }

    @Test("steps of an older database are told before and after, with the rows they wrote; those of a new one are not")
    func progress() throws {
        var told: [String] = []
        func note(_ progress: MigrationProgress) {
            switch progress {
            case .waits: told.append("waits")
            case .began(let step): told.append("\(step.number) begins")
            case .ended(let step, let rows, let time): told.append("\(step.number) \(rows) \(time >= .zero)")
            }
        }
        try Migrations.apply(migrations, to: RecordingConnection(.sqlite, version: 1), progress: note)
        #expect(told == ["2 begins", "2 \("second for SQLite".utf8.count) true"])
        told = []
        try Migrations.apply(migrations, to: RecordingConnection(.sqlite), progress: note)
        #expect(told == [])
    }

    @Test("a database of a newer program is refused and left alone")
    func newer() throws {
        let connection = RecordingConnection(version: 4)
        let failure = #expect(throws: Failure.self) { try Migrations.apply(migrations, to: connection) }
        #expect(failure?.code == .unavailable)
        #expect(failure?.detail.contains("newer") == true)
        #expect(connection.log == ["begin", "rollback"])
    }

    @Test("a migration that fails undoes all of them")
    func failing() throws {
        let connection = RecordingConnection(.sqlite)
        connection.brokenScript = "second for SQLite"
        #expect(throws: Failure.self) { try Migrations.apply(migrations, to: connection) }
        #expect(connection.log == ["begin", table, "first", "rollback"])
    }
}

package import Database
package import DatabasePostgres
import DatabaseSQLite
import Glibc

/// The engines that tests run on.
package enum TestEngine: String, CaseIterable, Sendable {
    case sqlite, postgres

    /// The one that the environment's TEST_ENGINE names. `make unit` runs the suites once on each.
    package static var current: TestEngine {
        getenv("TEST_ENGINE").flatMap { TestEngine(rawValue: String(cString: $0)) } ?? .sqlite
    }

    /// A database with the whole schema, that goes when it is closed.
    package func temporary() throws -> any Database {
        switch self {
        case .sqlite: try SQLiteDatabase.temporary()
        case .postgres: try PostgresDatabase.temporary(Self.postgresOptions())
        }
    }

    /// Tests that need PostgreSQL fail without it; they are never skipped.
    package static func postgresOptions() throws -> PostgresOptions {
        guard let connection = getenv("TEST_POSTGRES") else {
            throw Failure(
                .unavailable, "this test needs a PostgreSQL: run it by `Tests/with-postgres.sh swift test ...`, as "
                    + "`make unit` does, or name a database in TEST_POSTGRES")
        }
        var options = PostgresOptions(connection: String(cString: connection))
        // Many tests have a database each at the same time.
        options.connectionLimit = 4
        return options
    }
}

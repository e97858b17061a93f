/// One numbered step of the schema. Steps are append-only: what was released is never edited.
package struct Migration: Sendable, Equatable {
    package var number: Int
    package var name: String
    /// The only database that it is for; nil: all.
    package var dialect: Dialect?
    package var sql: String

    package init(number: Int, name: String, dialect: Dialect? = nil, sql: String) {
        self.number = number
        self.name = name
        self.dialect = dialect
        self.sql = sql
    }
}

/// What an engine gives to the migrations: one connection that nothing else uses meanwhile.
package protocol MigrationConnection {
    var dialect: Dialect { get }
    /// The highest number in `schema_version`; 0 where that table does not exist.
    func recordedSchemaVersion() throws -> Int
    /// Runs several statements, with the words of this database already in them; how many rows they changed.
    @discardableResult
    func runScript(_ sql: String) throws -> Int
    /// Begins a transaction in which no other migration can run.
    func beginMigrations() throws
    func commit() throws
    func rollback()
}

/// Brings a database to the schema that this program was written for.
package enum Migrations {
    /// Applies what is missing, all in one transaction; returns the numbers of what it applied.
    ///
    /// A database that a newer program has written is left alone: `Failure(.unavailable)`.
    ///
    /// - Parameter progress: is told of each step before and after it; of a new database's none.
    @discardableResult
    package static func apply(
        _ migrations: [Migration] = Schema.migrations, to connection: some MigrationConnection,
        progress: (MigrationProgress) -> Void = { _ in }
    ) throws -> [Int] {
        let newest = migrations.map(\.number).max() ?? 0
        if try connection.recordedSchemaVersion() == newest { return [] }
        try connection.beginMigrations()
        do {
            // Looked at again, for another program may have done it before this one had the lock.
            let plan = try plan(migrations, on: connection)
            guard plan.recorded <= newest else {
                throw Failure(.unavailable, "the database has schema \(plan.recorded), which is newer than this program's "
                    + "\(newest): run the program that wrote it, or a later one")
            }
            try connection.runScript(table)
            for step in plan.steps {
                let isTold = plan.recorded > 0
                if isTold { progress(.began(step)) }
                let begin = ContinuousClock.now
                let rows = try connection.runScript(connection.dialect.translated(step.sql))
                if isTold { progress(.ended(step, rows: rows, time: ContinuousClock.now - begin)) }
            }
            // One that only another engine needs counts as applied.
            let numbers = Set(migrations.map(\.number).filter { $0 > plan.recorded }).sorted()
            for number in numbers {
                try connection.runScript("INSERT INTO schema_version (number) VALUES (\(number))")
            }
            try connection.commit()
            return numbers
        } catch {
            connection.rollback()
            throw error
        }
    }

    private static let table = "CREATE TABLE IF NOT EXISTS schema_version (number BIGINT NOT NULL PRIMARY KEY)"
}

/// How far migrations are.
package enum MigrationProgress: Sendable {
    case began(Migration)
    /// `rows` were written anew; what only changes the tables writes none.
    case ended(Migration, rows: Int, time: Duration)
    /// Others use the tables for long: nothing is changed, and it is begun anew later.
    case waits
}

/// What opening a database with this program would do to its schema.
package struct MigrationPlan: Sendable, Equatable {
    /// The schema that it has; 0: none yet.
    package var recorded: Int
    /// What this program was written for.
    package var newest: Int
    /// What would be run, in this order, in one transaction.
    package var steps: [Migration]
}

extension Migrations {
    package static func plan(
        _ migrations: [Migration] = Schema.migrations, on connection: some MigrationConnection
    ) throws -> MigrationPlan {
        let recorded = try connection.recordedSchemaVersion()
        let steps = migrations.filter {
            $0.number > recorded && ($0.dialect == nil || $0.dialect == connection.dialect)
        }.sorted { $0.number < $1.number }
        return MigrationPlan(recorded: recorded, newest: migrations.map(\.number).max() ?? 0, steps: steps)
    }
}

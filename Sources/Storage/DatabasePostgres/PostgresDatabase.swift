// DatabasePostgres: a PostgreSQL database, through libpq. It owns connections, prepared statements, the retries of transactions
// that others stood in the way of, the outcome of commits whose answer was lost, the leases of ids, and all SQL that only
// PostgreSQL speaks. It must never know what a table of the schema means, but for `sequence` and `schema_version`.
//
// Invariants: what `write` returned was committed, as durably as the server is set to; it was run from its beginning on one
// snapshot, as if it were alone; a read cannot write; a connection that was lost is never used again; nobody waits
// without end.
//
// Start reading here, then PostgresConnection.swift and Session.swift.

import CPostgreSQL
package import Database
import Glibc
import Locks
import Threads

/// The engine for installations of several nodes.
package final class PostgresDatabase: Database {
    let options: PostgresOptions
    private let connector: Connector
    let leases = IDLeases()
    let turns: Turns
    let pool: ConnectionPool
    let notifier: Notifier
    private let isClosed = Guarded(false)
    /// Dropped with the last who uses it; for tests.
    private let temporarySchema: TemporarySchema?

    /// Connects, and brings the schema up to date.
    package convenience init(_ options: PostgresOptions, progress: (MigrationProgress) -> Void = { _ in }) throws {
        try self.init(options, migrations: Schema.migrations, temporarySchema: nil, progress: progress)
    }

    /// What `init` would do to the schema; nothing is changed.
    package static func plan(_ options: PostgresOptions) throws -> MigrationPlan {
        try Migrations.plan(on: PostgresMigration(ConnectionParameters(options)))
    }

    /// Brings the schema up to date for a copy: another session of this process has the database alone.
    package static func migrateAlone(_ options: PostgresOptions) throws {
        try complete(ConnectionParameters(options), Schema.migrations, isAlone: true)
    }

    private static func complete(
        _ parameters: ConnectionParameters, _ migrations: [Migration], isAlone: Bool,
        progress: (MigrationProgress) -> Void = { _ in }
    ) throws {
        let connection = try PostgresMigration(parameters, isAlone: isAlone)
        try Migrations.apply(migrations, to: connection, progress: progress)
        try connection.completeOwnTables()
    }

    /// In a schema of its own that goes when it is closed; for tests.
    package static func temporary(_ options: PostgresOptions) throws -> PostgresDatabase {
        try temporary(options, migrations: Schema.migrations)
    }

    static func temporary(_ options: PostgresOptions, migrations: [Migration]) throws -> PostgresDatabase {
        try PostgresDatabase(options, migrations: migrations, temporarySchema: TemporarySchema(options))
    }

    init(
        _ options: PostgresOptions, migrations: [Migration], temporarySchema: TemporarySchema?,
        progress: (MigrationProgress) -> Void = { _ in }
    ) throws {
        let parameters = try ConnectionParameters(options, schema: temporarySchema?.name)
        try Self.complete(parameters, migrations, isAlone: false, progress: progress)
        let connector = Connector(parameters)
        self.options = options
        self.connector = connector
        self.temporarySchema = temporarySchema
        turns = Turns(options)
        pool = ConnectionPool(options) { [leases, turns] in
            PostgresConnection(connector: connector, leases: leases, turns: turns, options)
        }
        notifier = Notifier(connector)
        let connection = try pool.take()
        defer { pool.putBack(connection) }
        do {
            _ = try connection.runAlone(CommitMark.cleaning, [])
        } catch where connection.session == nil || error.state == Fault.undefinedTable {
            // Nobody is served, or no write.
            throw error.failure
        } catch {
            // What is left of sessions that are no more is only untidy.
        }
    }

    deinit { close() }

    package func read<Result>(_ body: (borrowing ReadTransaction) throws -> Result) throws -> Result {
        let mark = try TransactionMark(self)
        defer { mark.remove() }
        let connection = try pool.take()
        defer { pool.putBack(connection) }
        connection.begin(.read)
        defer { connection.end() }
        let result = try body(ReadTransaction(connection: connection))
        // A body that went on after an error has not seen all that it asked for.
        if let fault = connection.fault { throw fault.failure }
        return result
    }

    package func integrityFaults() throws -> [String] {
        // The files of the database are its administrator's to check (pg_amcheck, data checksums); this is what it knows.
        try read { tx in
            let indexes = try tx.all("SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid") {
                "index \($0.text(0)) is not valid"
            }
            let checksums = try tx.all("""
                SELECT checksum_failures FROM pg_stat_database
                WHERE datname = current_database() AND checksum_failures > 0
                """) { "\($0.integer(0)) pages had a wrong checksum" }
            return indexes + checksums
        }
    }

    package func watchOthers(_ receive: @escaping @Sendable (ChangesElsewhere) -> Void) throws {
        try notifier.start(receive)
    }

    package var isInCharge: Bool { notifier.isInCharge }

    /// Waits for what runs, and closes. Must not be called in a transaction's closure.
    package func close() {
        let isFirst = isClosed.withLock { isClosed in
            defer { isClosed = true }
            return !isClosed
        }
        guard isFirst else { return }
        pool.close()
        notifier.stop()
        connector.close()
    }
}

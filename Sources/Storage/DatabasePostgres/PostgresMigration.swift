import CPostgreSQL
import Database

/// The migrations on PostgreSQL: a connection of their own, and an advisory lock that nodes which start at once wait for.
///
/// Old nodes are at work meanwhile. A step that waits for a table that somebody reads for long (a dump) has all those behind it that come later, so it
/// waits for a moment only, and all is begun anew.
struct PostgresMigration: MigrationConnection {
    private let session: Session
    private let isAlone: Bool
    private let lockMilliseconds: Int

    /// Others have used a table for longer than a step waits.
    struct TablesInUse: Error {
        let failure: Failure
    }

    /// - Parameter isAlone: whether another session of this process holds `UseLock` for itself.
    init(_ parameters: ConnectionParameters, isAlone: Bool = false, lockMilliseconds: Int = 0) throws {
        self.isAlone = isAlone
        self.lockMilliseconds = lockMilliseconds
        session = try .simple(parameters)
    }

    /// SQLite's, in which statements are written.
    private static let instr = """
        CREATE OR REPLACE FUNCTION instr(bytea, bytea) RETURNS integer LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
        AS 'SELECT position($2 IN $1)'
        """

    var dialect: Dialect { .postgres }

    func recordedSchemaVersion() throws -> Int {
        guard try run("SELECT to_regclass('schema_version')") != nil else { return 0 }
        return try run("SELECT max(number) FROM schema_version").flatMap { Int($0) } ?? 0
    }

    func runScript(_ sql: String) throws -> Int {
        // One by one, for each tells how many rows it changed; an error ends what was sent along.
        guard PQsendQuery(session.handle, sql) == 1 else { throw Fault(nil, on: session.handle, doing: "migrate").failure }
        var rows = 0
        var fault: Fault?
        while let result = PQgetResult(session.handle) {
            defer { PQclear(result) }
            switch PQresultStatus(result) {
            case PGRES_COMMAND_OK, PGRES_TUPLES_OK: rows += PQcmdTuples(result).flatMap { Int(String(cString: $0)) } ?? 0
            case PGRES_EMPTY_QUERY: break
            default: fault = fault ?? Fault(result, on: session.handle, doing: "migrate")
            }
        }
        if let fault, fault.state == Fault.lockTimeout { throw TablesInUse(failure: fault.failure) }
        if let fault { throw fault.failure }
        return rows
    }

    func beginMigrations() throws {
        // A migration takes its time. The number is any that nobody else has.
        try run("""
            BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL lock_timeout = 0; SET LOCAL statement_timeout = 0;
            SELECT pg_advisory_xact_lock(6046319104017); SET LOCAL lock_timeout = \(lockMilliseconds)
            """)
        if !isAlone, try run("SELECT \(UseLock.sharedInTransaction)") == "f" {
            throw Failure(.unavailable, UseLock.refusal)
        }
        try run(CommitMark.table)
        try run(Self.instr)
    }

    /// Makes the engine's own table and function where a database of the newest schema has none: backups may be without them.
    func completeOwnTables() throws {
        guard try run("SELECT CASE WHEN to_regclass('commit_mark') IS NULL OR to_regprocedure('instr(bytea,bytea)') IS NULL THEN 1 END") != nil
        else { return }
        try beginMigrations()
        try commit()
    }

    func commit() throws { try run("COMMIT") }

    func rollback() { _ = try? run("ROLLBACK") }

    /// The first column of the last statement's first row.
    @discardableResult
    private func run(_ sql: String) throws -> String? {
        let result = PQexec(session.handle, sql)
        defer { PQclear(result) }
        let status = result.map { PQresultStatus($0) }
        guard status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK else {
            throw Fault(result, on: session.handle, doing: "migrate").failure
        }
        guard PQntuples(result) > 0, PQgetisnull(result, 0, 0) == 0 else { return nil }
        return PQgetvalue(result, 0, 0).map { String(cString: $0) }
    }
}

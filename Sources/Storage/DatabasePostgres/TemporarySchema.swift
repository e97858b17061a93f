import CPostgreSQL
import Database

/// A schema with a name of its own, for one test; it goes with this.
final class TemporarySchema: Sendable {
    let name = "test_\(UInt64.random(in: 0 ... .max))"
    private let parameters: ConnectionParameters

    init(_ options: PostgresOptions) throws {
        parameters = try ConnectionParameters(options)
        try run("CREATE SCHEMA \(name)")
    }

    deinit { try? run("SET client_min_messages = error; DROP SCHEMA \(name) CASCADE") }

    private func run(_ sql: String) throws {
        let session: Session
        do { session = try Session(parameters) } catch { throw error.failure }
        let result = PQexec(session.handle, sql)
        defer { PQclear(result) }
        guard PQresultStatus(result) == PGRES_COMMAND_OK else {
            throw Fault(result, on: session.handle, doing: sql).failure
        }
    }
}

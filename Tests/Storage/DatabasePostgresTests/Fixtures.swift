import Database
import Glibc
import TestEngines
import Testing
import Locks

@testable import DatabasePostgres

let testMigrations = [
    Migration(number: 1, name: "test", sql: """
        CREATE TABLE sequence (name TEXT NOT NULL PRIMARY KEY, last BIGINT NOT NULL);
        CREATE TABLE item (id BIGINT NOT NULL PRIMARY KEY, name TEXT UNIQUE, data BLOB);
        """)
]

extension PostgresDatabase {
    /// - Parameter directory: of the socket, where it is not the server's own.
    static func testing(
        _ schema: TemporarySchema? = nil, directory: String? = nil, edit: (inout PostgresOptions) -> Void = { _ in }
    ) throws -> PostgresDatabase {
        let schema = try schema ?? TemporarySchema(TestEngine.postgresOptions())
        var options = try TestEngine.postgresOptions()
        if let directory { options.connection = "host=\(directory) user=tegu dbname=postgres" }
        edit(&options)
        return try PostgresDatabase(options, migrations: testMigrations, temporarySchema: schema)
    }

    var ids: [Int64] {
        get throws { try read { tx in try tx.all("SELECT id FROM item ORDER BY id") { $0.integer(0) } } }
    }

    /// Ends the server's process of each connection that another one of this database has.
    func endOthers(of schema: TemporarySchema) throws {
        try write { tx in
            try tx.execute("""
                SELECT pg_terminate_backend(a.pid, 5000) FROM pg_stat_activity a WHERE a.pid <> pg_backend_pid()
                    AND a.application_name = $1
                """, [.text(schema.name)])
        }
    }
}

extension WriteTransaction {
    func insert(_ id: Int64, _ name: String? = nil) throws {
        try execute("INSERT INTO item (id, name) VALUES ($1, $2)", [.integer(id), Value(name)])
    }
}

final class Collected<Element: Sendable>: Sendable {
    private let elements = Guarded<[Element]>([])

    var all: [Element] { elements.withLock { $0 } }

    func add(_ element: Element) { elements.withLock { $0.append(element) } }
}

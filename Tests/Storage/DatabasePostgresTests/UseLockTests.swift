import Database
import TestEngines
import Testing
import TestWaiting

@testable import DatabasePostgres

@Suite("A copy is alone with its database")
struct UseLockTests {
    private let schema: TemporarySchema
    private let options: PostgresOptions

    init() throws {
        schema = try TemporarySchema(TestEngine.postgresOptions())
        var options = try TestEngine.postgresOptions()
        options.connection += "&options=-csearch_path%3D\(schema.name)"
        self.options = options
    }

    /// Its URL gives its connections a name that no copy can know.
    private func node() throws -> PostgresDatabase {
        let name = schema.name
        return try .testing(schema) { $0.connection += "&application_name=\(name)" }
    }

    @Test("it is refused while a node has connections, whatever these are called", arguments: [false, true])
    func nodes(isWriting: Bool) throws {
        let node = try self.node()
        try node.write { tx in try tx.insert(1) }
        let tables = try PostgresTables(options, isWriting: isWriting)
        #expect(try !tables.lock())
        node.close()
        #expect(eventuallyOnThread { (try? tables.lock()) == true })
    }

    @Test("two copies of one database are one too many")
    func two() throws {
        let (one, other) = (try PostgresTables(options, isWriting: false), try PostgresTables(options, isWriting: true))
        #expect(try one.lock())
        #expect(try !other.lock())
        #expect(try one.lock())
    }

    @Test("a node that starts meanwhile, and one that must connect anew, are refused until it has ended")
    func meanwhile() throws {
        let node = try self.node()
        try node.write { tx in try tx.insert(1) }
        let killer = try PostgresDatabase.testing(schema)
        try killer.endOthers(of: schema)
        killer.close()
        var copy: PostgresTables? = try PostgresTables(options, isWriting: false)
        try #require(eventuallyOnThread { (try? copy?.lock()) == true })
        let attempts: [() throws -> Void] = [{ try node.write { tx in try tx.insert(2) } }, { _ = try self.node() }]
        for attempt in attempts {
            let failure = #expect(throws: Failure.self) { try attempt() }
            #expect(failure?.code == .unavailable)
            #expect(failure?.detail.contains("copied") == true)
        }
        let migration = [Migration(number: 2, name: "more", sql: "ALTER TABLE item ADD COLUMN more TEXT;")]
        #expect(throws: Failure.self) {
            try PostgresDatabase(options, migrations: testMigrations + migration, temporarySchema: nil)
        }
        copy = nil
        #expect(eventuallyOnThread { (try? node.ids) == [1] })
    }
}

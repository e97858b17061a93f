import Database
import DatabaseSQLite
import TestDirectory
import Testing

@testable import Assembly

@Suite("Several storages: settings, and what of an account is copied")
struct StorageSettingsTests {
    private static func problems(_ yaml: String) async throws -> [String] {
        do {
            _ = try await load(yaml)
            return []
        } catch let error as SettingsError {
            return error.problems
        }
    }

    private static func load(_ yaml: String) async throws -> Settings {
        let directory = try TemporaryDirectory()
        return try await Settings.load(
            file: directory.write(yaml, to: "tegu.yaml"), environment: ["TEGU_DATA_DIRECTORY": "/srv/tegu"])
    }

    @Test("storages are read in the order of their names, each with places of its own")
    func places() async throws {
        let settings = try await Self.load(
            """
            domain: example.org
            storages:
              west: {database: "postgresql://west/tegu", files: /srv/west, connections: 3}
              east: {directory: /srv/east}
              archive: {connections: 2}
            """)
        #expect(settings.storages.map(\.name) == ["archive", "east", "west"])
        let parts = settings.storages.map { settings.ofStorage($0) }
        #expect(parts.map { DataDirectory($0).database } == ["/srv/tegu/storages/archive/tegu.db", "/srv/east/tegu.db", "/srv/tegu/storages/west/tegu.db"])
        #expect(parts.map(\.database) == ["", "", "postgresql://west/tegu"])
        #expect(parts.map { DataDirectory($0).blobs } == ["/srv/tegu/storages/archive/blobs", "/srv/east/blobs", "/srv/west"])
        #expect(Set(parts.map { DataDirectory($0).mail }) == ["/srv/tegu/mail"])
        #expect(parts.map(\.storage.connections) == [2, 8, 3])
        #expect(parts.allSatisfy { $0.storages.isEmpty && $0.domain == "example.org" })
    }

    @Test("what is wrong is told", arguments: [
        ("storages: {default: {directory: /srv/a}}", "storages.default.directory"),
        ("storages: {a: {directory: /srv/x}, b: {directory: /srv/x}}", "have one /srv/x"),
        ("storages: {a: {database: \"postgresql://h/d\"}, b: {database: \"postgresql://h/d\"}}", "have one database"),
        ("storages: {a: {files: /srv/tegu/blobs}}", "the storages default and a have one /srv/tegu/blobs"),
        ("storages: {a: {databas: x}}", "storages.a.database"),
    ])
    func wrong(_ yaml: String, _ words: String) async throws {
        #expect(try await Self.problems(yaml).contains { $0.contains(words) })
    }

    @Test("every table of the schema is known as an account's or as none's")
    func tables() throws {
        let directory = try TemporaryDirectory()
        let database = try SQLiteDatabase(path: directory.path + "/tegu.db")
        defer { database.close() }
        let session = try SQLiteTableSession(path: directory.path + "/tegu.db")
        #expect(Set(session.tables.keys) == AccountTables.all)
        // What pages, owners and references name is there.
        for part in AccountTables.ofCollections + AccountTables.ofMailboxes + AccountTables.ofAccounts {
            let columns = Set(try session.table(part.name).columns.map(\.name))
            #expect(columns.contains(part.owner) && part.page.map(columns.contains) != false, "\(part.name)")
        }
    }
}

import Database
import FoundationEssentials
import Glibc
import TestEngines
import Testing
import Locks
import Threads

@testable import DatabasePostgres
@testable import DatabaseSQLite

/// What a domain refuses with; no `Failure`.
struct Refusal: Error, Equatable {
    var number = 0
}

/// A place for one database, which can be opened more than once, as several processes do.
final class TestStore: Sendable {
    /// One table, so that these tests do not hang on the real schema.
    private static let migrations = [
        Migration(number: 1, name: "test", sql: """
            CREATE TABLE sequence (name TEXT NOT NULL PRIMARY KEY, last BIGINT NOT NULL);
            CREATE TABLE item (id BIGINT NOT NULL PRIMARY KEY, name TEXT UNIQUE, data BLOB, number BIGINT);
            """)
    ]

    let engine: TestEngine
    let folder: String
    let schema: TemporarySchema?

    init(_ engine: TestEngine) throws {
        self.engine = engine
        var template = Array("/tmp/engine-tests-XXXXXX".utf8CString)
        let made = template.withUnsafeMutableBufferPointer { $0.baseAddress.flatMap { mkdtemp($0) } }
        folder = String(cString: try #require(made))
        schema = engine == .postgres ? try TemporarySchema(TestEngine.postgresOptions()) : nil
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    /// - Parameter connections: how many transactions may read at once.
    func open(connections: Int = 4) throws -> any Database {
        KeptDatabase(database: try openAlone(Self.migrations, connections: connections), store: self)
    }

    /// A session for statements that are made of names, beside those who have it open.
    func session() throws -> any TableSession {
        switch engine {
        case .sqlite: try SQLiteTableSession(path: folder + "/database")
        case .postgres: try PostgresTableSession(TestEngine.postgresOptions(), schema: schema?.name)
        }
    }

    /// By a program with these migrations. The caller keeps the store.
    func openAlone(
        _ migrations: [Migration], connections: Int = 4, progress: (MigrationProgress) -> Void = { _ in }
    ) throws -> any Database {
        switch engine {
        case .sqlite:
            var options = SQLiteOptions()
            options.readerLimit = connections
            options.isDurable = false
            return try SQLiteDatabase(
                path: folder + "/database", options: options, migrations: migrations, temporaryDirectory: nil, progress: progress)
        case .postgres:
            var options = try TestEngine.postgresOptions()
            options.connectionLimit = connections
            return try PostgresDatabase(options, migrations: migrations, temporarySchema: schema, progress: progress)
        }
    }
}

/// Keeps the store as long as the database.
private final class KeptDatabase: Database {
    let database: any Database
    let store: TestStore

    init(database: any Database, store: TestStore) {
        self.database = database
        self.store = store
    }

    deinit { database.close() }

    func read<Result>(_ body: (borrowing ReadTransaction) throws -> Result) throws -> Result { try database.read(body) }
    func write<Result>(_ body: (borrowing WriteTransaction) throws -> Result) throws -> Result { try database.write(body) }
    func integrityFaults() throws -> [String] { try database.integrityFaults() }
    func close() { database.close() }
}

extension Database {
    func insert(_ id: Int64, _ name: String? = nil, data: [UInt8]? = nil) throws {
        try write { tx in try tx.insert(id, name, data: data) }
    }

    var ids: [Int64] {
        get throws { try read { tx in try tx.all("SELECT id FROM item ORDER BY id") { $0.integer(0) } } }
    }
}

extension WriteTransaction {
    func insert(_ id: Int64, _ name: String? = nil, data: [UInt8]? = nil) throws {
        try execute("INSERT INTO item (id, name, data) VALUES ($1, $2, $3)", [.integer(id), Value(name), Value(data)])
    }
}

/// Runs `body` on `count` threads at once and waits for all.
func onThreads(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) throws {
    let threads = try (0..<count).map { number in try SystemThread.start { body(number) } }
    for thread in threads { pthread_join(thread, nil) }
}

/// What several threads add to.
final class Collected<Element: Sendable>: Sendable {
    private let elements = Guarded<[Element]>([])

    var all: [Element] { elements.withLock { $0 } }

    func add(_ element: Element) { elements.withLock { $0.append(element) } }
}

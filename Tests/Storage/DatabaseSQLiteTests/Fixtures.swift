import Database
import Glibc
import Synchronization
import Threads

@testable import DatabaseSQLite

/// What a domain refuses with; no `Failure`.
struct Refusal: Error, Equatable {
    var number = 0
}

/// One table, so that these tests do not hang on the real schema.
let testMigrations = [
    Migration(number: 1, name: "test", sql: """
        CREATE TABLE sequence (name TEXT NOT NULL PRIMARY KEY, last BIGINT NOT NULL);
        CREATE TABLE item (id BIGINT NOT NULL PRIMARY KEY, name TEXT UNIQUE, data BLOB);
        """)
]

extension SQLiteDatabase {
    static func testing(_ path: String, _ options: SQLiteOptions = SQLiteOptions()) throws -> SQLiteDatabase {
        try SQLiteDatabase(path: path, options: options, migrations: testMigrations, temporaryDirectory: nil)
    }

    var waitingWriters: Int { writer.waitingCount }

    /// As many pages as there may be: a full disk.
    func setPageLimit(_ pages: Int) throws {
        var outcome: Result<Void, any Error> = .success(())
        try writer.pause { connection in
            outcome = Result { try connection.execute("PRAGMA max_page_count = \(pages)") }
        }
        try outcome.get()
    }

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
    private let elements = Mutex<[Element]>([])

    var all: [Element] { elements.withLock { $0 } }

    func add(_ element: Element) { elements.withLock { $0.append(element) } }
}

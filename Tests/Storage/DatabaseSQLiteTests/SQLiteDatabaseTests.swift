import Database
import Glibc
import Testing

@testable import DatabaseSQLite

@Suite("The database file")
struct SQLiteDatabaseTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test("a new database is readable by its user only, has the schema, and is opened again")
    func fresh() throws {
        let previous = umask(0)
        defer { umask(previous) }
        for _ in 0..<2 {
            let database = try SQLiteDatabase(path: folder.database)
            #expect(try database.read { tx in try tx.first("SELECT max(number) FROM schema_version") { $0.integer(0) } }
                == Int64(Schema.migrations.map(\.number).max() ?? 0))
            try database.write { tx in
                _ = try tx.execute("INSERT INTO sequence (name, last) VALUES ('x', 1) ON CONFLICT DO NOTHING")
            }
            for suffix in ["", "-wal", "-shm"] {
                var status = stat()
                #expect(stat(folder.database + suffix, &status) == 0)
                #expect(status.st_mode & 0o777 == 0o600)
            }
            #expect(try database.integrityFaults() == [])
            database.close()
        }
    }

    @Test("ids of tables are SQLite's own keys")
    func rowids() throws {
        let database = try SQLiteDatabase(path: folder.database)
        let plan = try database.read { tx in
            try tx.all("EXPLAIN QUERY PLAN SELECT * FROM blob WHERE id = 1") { $0.text(3) }
        }
        #expect(plan == ["SEARCH blob USING INTEGER PRIMARY KEY (rowid=?)"])
    }

    @Test("a database of a newer program is refused")
    func newer() throws {
        let newer = testMigrations + [Migration(number: 2, name: "more", sql: "CREATE TABLE more (id BIGINT);")]
        try SQLiteDatabase(
            path: folder.database, options: SQLiteOptions(), migrations: newer, temporaryDirectory: nil).close()
        let failure = #expect(throws: Failure.self) { try SQLiteDatabase.testing(folder.database) }
        #expect(failure?.code == .unavailable)
        #expect(failure?.detail.contains("newer") == true)
    }

    @Test("an older database is brought up to date, or left as it was where that fails")
    func older() throws {
        let database = try SQLiteDatabase.testing(folder.database)
        try database.insert(1)
        database.close()
        func open(_ sql: String) throws -> SQLiteDatabase {
            try SQLiteDatabase(
                path: folder.database, options: SQLiteOptions(),
                migrations: testMigrations + [Migration(number: 2, name: "more", sql: sql)], temporaryDirectory: nil)
        }
        #expect(throws: Failure.self) { try open("ALTER TABLE item RENAME TO thing; CREATE TABLE item (nonsense") }
        let unchanged = try SQLiteDatabase.testing(folder.database)
        #expect(try unchanged.ids == [1])
        unchanged.close()
        let changed = try open("ALTER TABLE item ADD COLUMN more TEXT;")
        #expect(try changed.read { tx in try tx.first("SELECT count(more) FROM item") { $0.integer(0) } } == 0)
    }

    @Test("a missing directory, a file that is no database")
    func unusable() throws {
        #expect(throws: Failure.self) { try SQLiteDatabase.testing(folder.path + "/nowhere/database") }
        let file = try #require(fopen(folder.database, "w"))
        fputs(String(repeating: "This is no database. ", count: 1000), file)
        fclose(file)
        let failure = #expect(throws: Failure.self) { try SQLiteDatabase.testing(folder.database) }
        #expect(failure?.code == .damaged)
    }

    @Test("a database that cannot have a log is refused at the start, for no commit in it would be safe")
    func noLog() throws {
        // A database in memory has none.
        let failure = #expect(throws: Failure.self) {
            try SQLiteConnection(path: ":memory:", role: .writer, options: SQLiteOptions())
        }
        #expect(failure?.code == .unavailable)
        #expect(failure?.detail.contains("memory") == true)
    }

    @Test("several that make one new database at once, as processes may, all have it", arguments: 1...20)
    func madeAtOnce(_ round: Int) throws {
        let failures = Collected<String>()
        try onThreads(8) { [folder] thread in
            do {
                let database = try SQLiteDatabase.testing(folder.database)
                try database.insert(Int64(thread))
                database.close()
            } catch {
                failures.add("\(error)")
            }
        }
        #expect(failures.all == [])
        #expect(try SQLiteDatabase.testing(folder.database).ids == (0..<8).map { Int64($0) })
    }

    @Test("damage in the file is found")
    func damage() throws {
        let database = try SQLiteDatabase.testing(folder.database)
        for id in 1...200 { try database.insert(Int64(id), "name \(id)", data: [UInt8](repeating: 1, count: 500)) }
        database.close()
        let file = try #require(fopen(folder.database, "r+"))
        // Several pages, for one alone may have little on it.
        fseek(file, 8192 * 6 + 100, SEEK_SET)
        fwrite([UInt8](repeating: 0xFF, count: 30_000), 1, 30_000, file)
        fclose(file)
        let damaged = try SQLiteDatabase.testing(folder.database)
        #expect(try damaged.integrityFaults() != [])
    }

    @Test("a full database refuses with storageFull, reads go on, and writes succeed when there is room again")
    func full() throws {
        var options = SQLiteOptions()
        options.checkpointBytes = 1
        let database = try SQLiteDatabase.testing(folder.database, options)
        try database.setPageLimit(64)
        var stored: [Int64] = []
        var codes: Set<Failure.Code> = []
        for id in 1...100 {
            do {
                try database.insert(Int64(id), data: [UInt8](repeating: 2, count: 20_000))
                stored.append(Int64(id))
            } catch let failure as Failure {
                codes.insert(failure.code)
            }
        }
        #expect(codes == [.storageFull])
        #expect(stored.count > 5 && stored.count < 100)
        #expect(try database.ids == stored)
        #expect(try database.integrityFaults() == [])
        try database.setPageLimit(1_000_000)
        try database.insert(1000, data: [UInt8](repeating: 2, count: 200_000))
        #expect(try database.ids == stored + [1000])
    }

    @Test("the log does not grow without end under writers that never pause")
    func logSize() throws {
        var options = SQLiteOptions()
        options.checkpointBytes = 200_000
        options.restartBytes = 1_000_000
        let database = try SQLiteDatabase.testing(folder.database, options)
        try onThreads(4) { thread in
            for turn in 0..<150 {
                try? database.insert(Int64(thread * 1000 + turn), data: [UInt8](repeating: 3, count: 20_000))
            }
        }
        #expect(try database.ids.count == 600)
        // 12 MB went through it.
        #expect(folder.size(of: "-wal") < 6_000_000)
        database.close()
        #expect(folder.size(of: "-wal") == 0)
        #expect(folder.size(of: "") > 12_000_000)
    }

    @Test("a temporary database goes with its directory")
    func temporary() throws {
        let database = try SQLiteDatabase.temporary()
        let path = try #require(try database.read { tx in
            try tx.first("SELECT file FROM pragma_database_list WHERE name = 'main'") { $0.text(0) }
        })
        #expect(access(path, F_OK) == 0)
        database.close()
        #expect(access(path, F_OK) != 0)
        #expect(access(String(path.dropLast("/database".count)), F_OK) != 0)
    }
}

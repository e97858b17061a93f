import Bytes
import Database
import DatabasePostgres
import DatabaseSQLite
import Glibc

/// Where a database is: the URL of a PostgreSQL, or the data directory that has the file.
enum DatabasePlace {
    case embedded(DataDirectory)
    case postgres(PostgresOptions)

    init(_ text: String) throws {
        if text.contains("://") {
            guard ["postgresql://", "postgres://"].contains(where: { text.hasPrefix($0) }) else {
                throw CommandError(.usage, "a database is a URL such as postgresql://user@host/name, or a data directory")
            }
            self = .postgres(PostgresOptions(connection: text))
        } else {
            guard text.hasPrefix("/") else { throw CommandError(.usage, "\(text) is no path from the root") }
            self = .embedded(DataDirectory(text))
        }
    }

    init(_ settings: Settings) {
        self = settings.database.isEmpty
            ? .embedded(DataDirectory(settings)) : .postgres(PostgresOptions(connection: settings.database))
    }

    func plan() throws -> MigrationPlan {
        switch self {
        case .embedded(let directory):
            try directory.mustExist()
            return try SQLiteDatabase.plan(path: directory.database)
        case .postgres(let options): return try PostgresDatabase.plan(options)
        }
    }

    /// Brings the schema up to date.
    func migrate() throws {
        switch self {
        case .embedded(let directory): try SQLiteDatabase(path: directory.database).close()
        case .postgres(let options): try PostgresDatabase(options).close()
        }
    }
}

/// A database that is copied from, which nobody writes meanwhile.
struct CopySource: ~Copyable {
    let tables: any StoredTables
    private let lock: ServeLock?

    init(_ place: DatabasePlace) throws {
        // What a server writes after the copy would be lost.
        let lock = try Self.lock(place)
        try place.migrate()
        let tables = try Self.open(place)
        self.lock = lock
        self.tables = tables
    }

    private static func lock(_ place: DatabasePlace) throws -> ServeLock? {
        guard case .embedded(let directory) = place else { return nil }
        try directory.mustExist()
        return try ServeLock(directory)
    }

    private static func open(_ place: DatabasePlace) throws -> any StoredTables {
        switch place {
        case .embedded(let directory): return try SQLiteTables(path: directory.database, isWriting: false)
        case .postgres(let options):
            let tables = try PostgresTables(options, isWriting: false)
            try mustBeAlone(tables)
            return tables
        }
    }

    static func mustBeAlone(_ tables: any StoredTables) throws {
        var others = 0
        // Those that this process has closed just now take a moment to go.
        for _ in 0..<40 {
            guard let count = try tables.otherConnections(), count > 0 else { return }
            others = count
            usleep(50_000)
        }
        throw CommandError(.unavailable, "\(others) connections of other nodes use the database: stop `tegu serve` on all of them")
    }
}

/// A database that is copied to. A file gets its name when it is whole; in PostgreSQL it is one transaction.
struct CopyTarget {
    let tables: any StoredTables
    private let file: (temporary: String, final: String)?

    init(_ place: DatabasePlace) throws {
        switch place {
        case .embedded(let directory):
            _ = try directory.prepare()
            guard access(directory.database, F_OK) != 0 else {
                throw CommandError(.impossible, "\(directory.database) is there already")
            }
            let temporary = directory.database + ".copy"
            for suffix in ["", "-wal", "-shm", "-journal"] { unlink(temporary + suffix) }
            try SQLiteDatabase(path: temporary).close()
            file = (temporary, directory.database)
            tables = try SQLiteTables(path: temporary, isWriting: true)
        case .postgres(let options):
            try place.migrate()
            file = nil
            tables = try PostgresTables(options, isWriting: true)
            try CopySource.mustBeAlone(tables)
            for table in try tables.tables() where ["principal", "collection", "mailbox"].contains(table.name) {
                guard try tables.rowCount(of: table) == 0 else {
                    throw CommandError(.impossible, "the database is not empty: it has rows in \(table.name)")
                }
            }
        }
    }

    /// What was not published goes.
    func discard() {
        guard let file else { return }
        for suffix in ["", "-journal"] { unlink(file.temporary + suffix) }
    }

    /// After the commit.
    func publish() throws {
        guard let file else { return }
        let directory = String(file.final.prefix(upTo: file.final.lastIndex(of: "/") ?? file.final.startIndex))
        guard rename(file.temporary, file.final) == 0 else { throw FileError("rename", file.temporary) }
        try DurableDirectory.synchronize(directory)
    }
}

enum DurableDirectory {
    /// Makes sure that the names in it are on the disk.
    static func synchronize(_ path: String) throws {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError("open", path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw FileError("synchronize", path) }
    }
}

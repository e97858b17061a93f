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
    func migrate(progress: (MigrationProgress) -> Void = { _ in }) throws {
        switch self {
        case .embedded(let directory): try SQLiteDatabase(path: directory.database, progress: progress).close()
        case .postgres(let options): try PostgresDatabase(options, progress: progress).close()
        }
    }
}

extension PostgresTables {
    /// In the transaction of a copy, with nobody else in the database until this is gone. Nothing is changed before that is sure.
    static func alone(_ options: PostgresOptions, isWriting: Bool) throws -> PostgresTables {
        let tables = try PostgresTables(options, isWriting: isWriting)
        var isAlone = try tables.takeAlone()
        // Those that end just now take a moment to go.
        for _ in 0..<40 where !isAlone {
            usleep(50_000)
            isAlone = try tables.takeAlone()
        }
        guard isAlone else {
            throw CommandError(.unavailable, "nodes or commands use the database: stop `tegu serve` on all of them")
        }
        try PostgresDatabase.migrateAlone(options)
        try tables.begin()
        return tables
    }
}

/// A database that is copied from, which nobody writes meanwhile: what is written after the copy has begun would be lost.
struct CopySource: ~Copyable {
    let tables: any StoredTables
    private let lock: HeldLock?

    init(_ place: DatabasePlace) throws {
        switch place {
        case .embedded(let directory):
            try directory.mustExist()
            let lock = HeldLock(try ServeLock(directory))
            try place.migrate()
            // Commands do not take the server's lock.
            tables = try SQLiteTables(path: directory.database, isWriting: false, keepsWritersOff: true)
            self.lock = lock
        case .postgres(let options):
            tables = try PostgresTables.alone(options, isWriting: false)
            lock = nil
        }
    }
}

/// A database that is copied to. A file gets its name when it is whole; in PostgreSQL it is one transaction.
struct CopyTarget: ~Copyable {
    let tables: any StoredTables
    private let file: (temporary: String, final: String)?
    /// A server that started meanwhile would make a database of its own.
    private let lock: HeldLock?

    init(_ place: DatabasePlace) throws {
        switch place {
        case .embedded(let directory):
            _ = try directory.prepare()
            let lock = HeldLock(try ServeLock(directory))
            // A log that is left of another database would be played into the copy.
            for suffix in ["", "-wal", "-shm", "-journal"] where access(directory.database + suffix, F_OK) == 0 {
                throw CommandError(.impossible, "\(directory.database)\(suffix) is there already")
            }
            let temporary = directory.database + ".copy"
            for suffix in ["", "-wal", "-shm", "-journal"] { unlink(temporary + suffix) }
            try SQLiteDatabase(path: temporary).close()
            let opened = try SQLiteTables(path: temporary, isWriting: true)
            file = (temporary, directory.database)
            tables = opened
            self.lock = lock
        case .postgres(let options):
            let tables = try PostgresTables.alone(options, isWriting: true)
            for table in try tables.tables() where ["principal", "collection", "mailbox"].contains(table.name) {
                guard try tables.rowCount(of: table) == 0 else {
                    throw CommandError(.impossible, "the database is not empty: it has rows in \(table.name)")
                }
            }
            file = nil
            self.tables = tables
            lock = nil
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
        // A rename would replace what has come there meanwhile.
        guard link(file.temporary, file.final) == 0 else { throw FileError("make", file.final) }
        unlink(file.temporary)
        try SmallFile.syncDirectory(of: file.final)
    }
}

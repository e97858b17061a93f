package import Database
import DatabasePostgres
import DatabaseSQLite
import Glibc

/// A data directory with its database and its file store open: what the server and every command work on.
package struct Installation: Sendable {
    package let settings: Settings
    package let directory: DataDirectory
    package let database: any Database
    package let files: FileBlobStore
    /// Whether the data directory was made by this opening.
    package let isNew: Bool
    /// What the administrator should know.
    package let warnings: [String]

    /// - Parameter creating: Whether what is missing is made (the server, `demo`), or is an error (the other commands).
    package static func open(_ settings: Settings, creating: Bool) throws -> Installation {
        let directory = DataDirectory(settings.dataDirectory)
        var state: (isNew: Bool, warnings: [String]) = (false, [])
        let isEmbedded = settings.database.isEmpty
        if creating { state = try directory.prepare() } else { try directory.mustExist(hasDatabase: isEmbedded) }
        let database = isEmbedded ? try embedded(settings, directory) : try remote(settings)
        return Installation(
            settings: settings, directory: directory, database: database,
            files: try FileBlobStore(directory: directory.blobs), isNew: state.isNew, warnings: state.warnings)
    }

    private static func embedded(_ settings: Settings, _ directory: DataDirectory) throws -> any Database {
        var options = SQLiteOptions()
        options.readerLimit = settings.storage.readers
        options.cacheKibibytes = settings.storage.cacheSize >> 10
        options.mappedBytes = settings.storage.mapSize
        return try SQLiteDatabase(path: directory.database, options: options)
    }

    private static func remote(_ settings: Settings) throws -> any Database {
        var options = PostgresOptions(connection: settings.database)
        options.connectionLimit = settings.storage.connections
        return try PostgresDatabase(options)
    }

    package func close() { database.close() }
}

/// The clock and the randomness of the process; what is tested gets its own.
package enum System {
    /// Milliseconds since 1970 in UTC.
    package static let clock: @Sendable () -> Int64 = {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }

    /// From the kernel.
    package static let random: @Sendable (Int) -> [UInt8] = { count in
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }
}

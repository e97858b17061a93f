package import CivilTime
import CollectionStore
package import DAVServer
package import Database
import DatabasePostgres
import DatabaseSQLite
import Directory
import Glibc
import Logging
package import Mail

/// A data directory with its database and its file store open: what the server and every command work on.
package struct Installation: Sendable {
    package private(set) var settings: Settings
    package let directory: DataDirectory
    package let database: any Database
    package let files: FileBlobStore
    package let mail: MailStore
    /// The system's.
    package let timeZones: TimeZoneDatabase
    package let timeZoneRelease: String
    /// Whether the data directory was made by this opening.
    package let isNew: Bool
    /// What the administrator should know.
    package let warnings: [String]
    /// The other databases; in one of them there are none.
    package private(set) var storages = Storages([])

    /// What is found in stored bytes.
    package var projection: ObjectProjection { ObjectProjection(timeZones: timeZones) }

    /// What an older program has stored is indexed before this returns.
    ///
    /// - Parameter creating: Whether what is missing is made (the server, `demo`), or is an error (the other commands).
    /// - Parameter notice: Is called before and after work that takes its time.
    package static func open(
        _ settings: Settings, creating: Bool,
        notice: (String) -> Void = { ConsoleOutput.writeError("tegu: \($0)\n") }
    ) throws -> Installation {
        var installation = try openDatabase(settings, creating: creating, notice: notice)
        do {
            if settings.isDomainGuessed, let domain = try installation.database.read({ tx in try LocalDirectory.firstDomain(tx) }) {
                installation.settings.takeDomain(ofFirstStart: domain)
            }
            let settings = installation.settings
            // Before anything is written, this database is known not to be another's storage.
            if settings.storages.isEmpty {
                try StorageIdentity.mustBeConfiguration(installation.database)
            } else {
                installation.storages = try Storages.open(
                    settings, of: installation.database, creating: creating, notice: notice)
            }
            try installation.index(notice: notice)
            return installation
        } catch {
            installation.close()
            throw error
        }
    }

    /// The database and the directories of one storage, of which nothing more is done yet.
    static func openDatabase(_ settings: Settings, creating: Bool, notice: (String) -> Void) throws -> Installation {
        let directory = DataDirectory(settings)
        var state: (isNew: Bool, warnings: [String]) = (false, [])
        let isEmbedded = settings.database.isEmpty
        if creating { state = try directory.prepare() } else { try directory.mustExist(hasDatabase: isEmbedded) }
        let database = isEmbedded
            ? try embedded(settings, directory) { notice($0.sentence) } : try remote(settings) { notice($0.sentence) }
        let zones = SystemTimeZones(precedence: settings.calendars.timeZones)
        return Installation(
            settings: settings, directory: directory, database: database,
            files: try FileBlobStore(directory: directory.blobs), mail: mailStore(settings, directory), timeZones: zones.database, timeZoneRelease: zones.release,
            isNew: state.isNew, warnings: state.warnings + zones.warnings)
    }

    /// What an older program has stored is indexed before this returns.
    func index(notice: (String) -> Void) throws {
        let indexed = try IndexRebuild.prepare(
            database, files: files, timeZones: timeZoneRelease, facts: projection.facts,
            begin: { notice("the index of times and texts is made anew: this may take some minutes") })
        if let indexed { notice("\(indexed.objects) objects are indexed") }
    }

    private static func mailStore(_ settings: Settings, _ directory: DataDirectory) -> MailStore {
        let rules = settings.storage.mail
        let maildirs = Maildirs(root: directory.mail, isShared: !settings.database.isEmpty) { domain in
            MailStorageRule.storage(of: domain, by: rules)
        }
        return MailStore(limits: mailLimits(settings), maildirs: maildirs)
    }

    private static func mailLimits(_ settings: Settings) -> MailLimits {
        var limits = MailLimits()
        limits.messageSize = settings.limits.message
        limits.retainedSize = Int64(clamping: settings.limits.retainedMail)
        return limits
    }

    private static func embedded(
        _ settings: Settings, _ directory: DataDirectory, _ progress: (MigrationProgress) -> Void
    ) throws -> any Database {
        var options = SQLiteOptions()
        options.readerLimit = settings.storage.readers
        options.cacheKibibytes = settings.storage.cacheSize >> 10
        options.mappedBytes = settings.storage.mapSize
        let logger = Logger(label: "tegu.database")
        options.checkpointFailed = { failure in
            // Nothing is lost by it; the next step tries again, and the log grows until then.
            logger.error("the database's log could not be copied into the database", metadata: ["failure": "\(failure)"])
        }
        return try SQLiteDatabase(path: directory.database, options: options, progress: progress)
    }

    private static func remote(_ settings: Settings, _ progress: (MigrationProgress) -> Void) throws -> any Database {
        var options = PostgresOptions(connection: settings.database)
        options.connectionLimit = settings.storage.connections
        do {
            return try PostgresDatabase(options, progress: progress)
        } catch let failure as Failure where failure.code == .unavailable {
            throw Failure(.unavailable, "the database cannot be used (setting database): \(failure.detail)")
        }
    }

    package func close() {
        for part in storages.parts { part.installation.close() }
        database.close()
    }
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

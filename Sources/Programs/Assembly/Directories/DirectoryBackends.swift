import Bytes
import Directory
import DirectoryLDAP
import GlobalAddressList

/// The directories of the settings, ready to be asked.
enum DirectoryBackends {
    private static let passwordLimit = 64 << 10

    /// Nil where all principals are of this database. Nothing is asked yet: a directory that is down stops no start.
    static func make(_ settings: Settings) throws(SettingsError) -> Directories? {
        if settings.directories.isEmpty { return nil }
        var sources: [Directories.Source] = []
        for directory in settings.directories {
            let configuration = try configuration(of: directory)
            sources.append(Directories.Source(
                LDAPDirectory(configuration, wallClock: System.clock), precedesLocal: directory.precedesLocal,
                concurrency: directory.signIns, groupInterval: directory.groupInterval.milliseconds))
        }
        return Directories(
            sources, localDomain: settings.domain,
            isReserved: { tx, name, link throws in try ListedPrincipals.isReserved(tx, name, for: link) },
            make: { tx, new, now throws in try Accounts.add(tx, new, now: now) })
    }

    static func configuration(of directory: DirectorySettings) throws(SettingsError) -> LDAPConfiguration {
        var configuration = LDAPConfiguration(name: directory.name)
        configuration.servers = directory.servers
        configuration.security = directory.security
        configuration.caFile = directory.caFile
        configuration.bindName = directory.bindName
        configuration.bindPassword = try password(of: directory)
        configuration.base = directory.base
        configuration.userBase = directory.userBase
        configuration.groupBase = directory.groupBase
        configuration.roomBase = directory.roomBase
        configuration.domains = directory.domains
        configuration.map = directory.map
        configuration.connectTime = directory.connectTime.milliseconds
        configuration.operationTime = directory.operationTime.milliseconds
        configuration.listTime = directory.listTime.milliseconds
        configuration.pageSize = directory.pageSize
        configuration.entryLimit = directory.entryLimit
        configuration.connections = directory.connections
        return configuration
    }

    private static func password(of directory: DirectorySettings) throws(SettingsError) -> [UInt8] {
        if directory.bindPasswordFile.isEmpty { return [UInt8](directory.bindPassword.utf8) }
        let content: [UInt8]
        do throws(FileError) {
            content = try SmallFile.read(directory.bindPasswordFile, limit: passwordLimit)
        } catch {
            throw SettingsError(["directories.\(directory.name).bind-password-file: \(error)"])
        }
        let line = content.prefix { $0 != 0x0A && $0 != 0x0D }
        guard !line.isEmpty else {
            throw SettingsError(["directories.\(directory.name).bind-password-file: \(directory.bindPasswordFile) has no password on its first line"])
        }
        return [UInt8](line)
    }
}

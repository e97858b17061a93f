import Bytes

/// One storage of the settings beside the default one: everything below `storages.NAME`.
package struct StorageSettings: NamedSettings, Equatable {
    package var name: String
    /// Empty: a file in its directory.
    package var database = ""
    /// Empty: `storages/NAME` in the data directory.
    package var directory = ""
    package var connections = 8
    /// Empty: in its directory.
    package var files = ""

    package init(name: String) { self.name = name }

    /// What the default storage is called where storages are named.
    package static let defaultName = "default"
    static var reservedName: String { defaultName }
}

/// The settings of a storage, as `DirectorySettingTable` has those of a directory.
enum StorageSettingTable {
    typealias Row = NamedSettingRow<StorageSettings>

    static let prefix = "storages."

    static let rows: [Row] = [
        row(
            "database", .database(
                "", \.database,
                "A PostgreSQL database, as `database` names one, and not that one: each storage is a database of its own."
            ).byDefault("the file `tegu.db` in the storage's directory"), \.database, \.database),
        row(
            "directory", .path("", \.dataDirectory, "Where the storage's file and large bodies are.")
                .byDefault("`storages/NAME` in the data directory"), \.dataDirectory, \.directory),
        row(
            "connections", .number("", \.storage.connections, 1...256, "As `storage.connections`."), \.storage.connections, \.connections),
        row(
            "files", .path("", \.storage.files, "As `storage.files`; no two storages have one.")
                .byDefault("`blobs` in the storage's directory"), \.storage.files, \.files),
    ]

    /// Read as the setting of the default storage is that it is like.
    private static func row<Value>(
        _ key: String, _ definition: SettingDefinition, _ from: SettingDefinition.Path<Value>,
        _ to: any WritableKeyPath<StorageSettings, Value> & Sendable
    ) -> Row {
        Row(
            key: key, expected: definition.expected, byDefault: definition.defaultText, meaning: definition.meaning,
            isSecret: definition.isSecret
        ) { text, storage in
            var settings = Settings()
            guard definition.set(text, &settings) else { return false }
            storage[keyPath: to] = settings[keyPath: from]
            return true
        }
    }
}

extension SettingDefinition {
    /// The setting of a storage that `key` (`storages.NAME.KEY`) names; nil where there is none.
    static func ofStorage(_ key: String) -> SettingDefinition? {
        of(key, below: StorageSettingTable.prefix, StorageSettingTable.rows, in: \.storages)
    }
}

extension Settings {
    /// To all its databases that are servers; nil where one is a file, whose transactions wait together for one disk.
    var remoteConnections: Int? {
        if database.isEmpty || storages.contains(where: \.database.isEmpty) { return nil }
        return storages.reduce(storage.connections) { $0 + $1.connections }
    }

    /// The settings under which one storage is opened: those of the program, with its own places.
    package func ofStorage(_ storage: StorageSettings) -> Settings {
        var settings = self
        settings.database = storage.database
        settings.dataDirectory = storage.directory.isEmpty ? "\(dataDirectory)/storages/\(storage.name)" : storage.directory
        settings.storage.connections = storage.connections
        settings.storage.files = storage.files
        // Directories of mail are named by ids that no two storages have: all are in one, and an account that moves finds them there.
        settings.storage.maildirs = DataDirectory(self).mail
        settings.storages = []
        return settings
    }

    /// Places that two storages have: one would take what is the other's for what nobody needs.
    func commonPlaces() -> [String] {
        var problems: [String] = []
        var seen: [String: String] = [:]
        let all = [(StorageSettings.defaultName, self)] + storages.map { ($0.name, ofStorage($0)) }
        for (name, settings) in all {
            let directory = DataDirectory(settings)
            let places = Set([settings.database.isEmpty ? directory.database : settings.database, directory.blobs])
            for place in places {
                let shown = place.contains("://") ? "database" : place
                if let other = seen[place] { problems.append("the storages \(other) and \(name) have one \(shown): give each its own") }
                seen[place] = name
            }
        }
        return problems
    }
}

import Bytes
import Directory
package import DirectoryLDAP
import Wire

/// One directory of the settings: everything below `directories.NAME`.
package struct DirectorySettings: NamedSettings, Equatable {
    package var name: String
    package var preset = DirectoryPreset.openLDAP
    package var servers: [LDAPServerURL] = []
    package var security = LDAPConfiguration.Security.tls
    package var caFile = ""
    package var bindName = ""
    package var bindPassword = ""
    package var bindPasswordFile = ""
    package var base = ""
    package var userBase = ""
    package var groupBase = ""
    package var roomBase = ""
    package var domains: [String] = []
    /// `domains` is the server's own: none was given.
    var takesServerDomain = false
    package var position = 100
    package var precedesLocal = false
    package var connectTime: Duration = .seconds(3)
    package var operationTime: Duration = .seconds(10)
    package var listTime: Duration = .seconds(120)
    package var pageSize = 500
    package var entryLimit = 200_000
    package var connections = 8
    package var signIns = 4
    package var groupInterval: Duration = .seconds(5 * 60)
    /// What differs from the preset's map, in the order in which it was given.
    package var mapChanges: [MapChange] = []

    package init(name: String) { self.name = name }

    /// One attribute or filter of the map. Applied when all settings are read, so that it does not matter whether the
    /// preset stands before or after it.
    package struct MapChange: Sendable, Equatable {
        package var key: String
        package var value: String
    }

    /// This database.
    static var reservedName: String { LocalBackend.reservedName }

    /// The preset's map with the changes.
    package var map: AttributeMap {
        var map = preset.map
        for change in mapChanges { _ = DirectoryMapSettings.apply(change.key, change.value, to: &map) }
        return map
    }
}

/// The settings of a directory: one row each, for reading and for the documentation. Their names in the file are
/// `directories.NAME.` and the row's key.
enum DirectorySettingTable {
    typealias Row = NamedSettingRow<DirectorySettings>

    static let prefix = "directories."

    static let rows: [Row] = connection + people + limits + DirectoryMapSettings.rows

    private static let connection: [Row] = [
        Row(
            key: "preset", expected: "one of " + DirectoryPreset.allCases.map(\.rawValue).joined(separator: ", "),
            byDefault: "openldap", meaning: "What kind of directory it is: which attributes mean what (docs/directories.md)."
        ) { text, settings in
            guard let preset = DirectoryPreset(rawValue: text.lowercased()) else { return false }
            settings.preset = preset
            return true
        },
        Row(
            key: "servers", expected: "ldaps://host[:port] or ldap://host[:port], several with commas between",
            byDefault: "must be given", meaning: "Its servers, in the order in which they are tried.", isList: true
        ) { text, settings in
            let servers = list(text).map { LDAPServerURL($0) }
            settings.servers = servers.compactMap { $0 }
            return !servers.isEmpty && !servers.contains(nil)
        },
        Row(
            key: "security", expected: "tls or none", byDefault: "tls",
            meaning: "tls: StartTLS on `ldap:` servers, and certificates are checked. none: passwords go over the net in the "
                + "clear; for a server on this machine only."
        ) { text, settings in
            guard let security = LDAPConfiguration.Security(rawValue: text.lowercased()) else { return false }
            settings.security = security
            return true
        },
        text("ca-file", \.caFile, "a path", "the system's authorities", "The authorities that may have signed the servers' certificates, in PEM."),
        text("bind-dn", \.bindName, "a distinguished name", "none: searches are anonymous", "Who searches: an account that may read people and groups."),
        text("bind-password", \.bindPassword, "a password", "none", "Its password."),
        text("bind-password-file", \.bindPasswordFile, "a path", "none", "A file with its password on the first line, instead."),
        place("base", \.base, "must be given", "Below this all searches are made."),
        place("user-base", \.userBase, "`base`", "Where people are."),
        place("group-base", \.groupBase, "`base`", "Where groups are."),
        place("room-base", \.roomBase, "`base`", "Where rooms and other things that can be booked are."),
    ]

    private static let people: [Row] = [
        Row(
            key: "domains", expected: "mail domains such as example.org, several with commas between",
            byDefault: "`domain`", meaning: "The domains of its users' sign-in names and addresses.", isList: true
        ) { text, settings in
            let domains = list(text).map { HostName.normalized($0) }
            settings.domains = domains.compactMap { $0 }
            return !domains.isEmpty && !domains.contains(nil)
        },
        number("position", \.position, 0...10_000, "Directories of one domain are asked in this order, then by name."),
        Row(
            key: "before-local", expected: "true or false", byDefault: "false",
            meaning: "Whether it is asked before this database: a local user whom it has too becomes its, with all that is theirs."
        ) { text, settings in
            guard let value = SettingDefinition.boolean(text) else { return false }
            settings.precedesLocal = value
            return true
        },
    ]

    private static let limits: [Row] = [
        time("connect-time", \.connectTime, .milliseconds(100) ... .seconds(60), "How long a connection with TLS may take."),
        time("operation-time", \.operationTime, .milliseconds(100) ... .seconds(120), "How long a search for somebody or a bind may take."),
        time("list-time", \.listTime, .seconds(1) ... .seconds(3_600), "How long a search for everybody may take."),
        number("page-size", \.pageSize, 0...10_000, "Entries of one page of such a search; 0: without pages."),
        number("entry-limit", \.entryLimit, 1...10_000_000, "People, groups or rooms that are read at most."),
        time(
            "group-interval", \.groupInterval, .zero ... .seconds(86_400),
            "After how long the groups of somebody who is at work here are asked for again: so long a change there may take to "
                + "count. 0s: its groups are not followed, and cannot be granted anything."),
        number("connections", \.connections, 1...256, "Connections open at once."),
        number("sign-ins", \.signIns, 1...256, "Sign-ins that it is asked for at once; as many more wait, and those above are answered 503."),
    ]

    private typealias Path<Value> = any WritableKeyPath<DirectorySettings, Value> & Sendable

    private static func text(
        _ key: String, _ path: Path<String>, _ expected: String, _ byDefault: String, _ meaning: String
    ) -> Row {
        Row(key: key, expected: expected, byDefault: byDefault, meaning: meaning) { text, settings in
            guard !text.isEmpty, text.utf8.count <= 4_096, !text.utf8.contains(where: { $0 < 0x20 }) else { return false }
            settings[keyPath: path] = text
            return true
        }
    }

    /// Active Directory has other names too, such as `<GUID=…>` (MS-ADTS §3.1.1.3.1.2.4).
    private static func place(_ key: String, _ path: Path<String>, _ byDefault: String, _ meaning: String) -> Row {
        var row = text(key, path, "a distinguished name", byDefault, meaning)
        let set = row.set
        row.set = { text, settings in
            (DistinguishedName(text) != nil || text.hasPrefix("<")) && set(text, &settings)
        }
        return row
    }

    private static func number(_ key: String, _ path: Path<Int>, _ range: ClosedRange<Int>, _ meaning: String) -> Row {
        Row(
            key: key, expected: "a whole number from \(range.lowerBound) to \(range.upperBound)",
            byDefault: "\(DirectorySettings(name: "")[keyPath: path])", meaning: meaning
        ) { text, settings in
            guard let number = [UInt8](text.utf8).decimalValue, range ~= number else { return false }
            settings[keyPath: path] = number
            return true
        }
    }

    private static func time(
        _ key: String, _ path: Path<Duration>, _ range: ClosedRange<Duration>, _ meaning: String
    ) -> Row {
        Row(
            key: key, expected: "a time from \(TimeSpan.text(range.lowerBound)) to \(TimeSpan.text(range.upperBound))",
            byDefault: TimeSpan.text(DirectorySettings(name: "")[keyPath: path]), meaning: meaning
        ) { text, settings in
            guard let time = TimeSpan.parse(text), range ~= time else { return false }
            settings[keyPath: path] = time
            return true
        }
    }

    static func list(_ text: String) -> [String] {
        text.split(separator: ",").map { String($0.trimmingBlanks) }.filter { !$0.isEmpty && $0 != "none" }
    }
}

extension SettingDefinition {
    /// The setting of a directory that `key` (`directories.NAME.KEY`) names; nil where there is none.
    static func ofDirectory(_ key: String) -> SettingDefinition? {
        of(key, below: DirectorySettingTable.prefix, DirectorySettingTable.rows, in: \.directories)
    }
}

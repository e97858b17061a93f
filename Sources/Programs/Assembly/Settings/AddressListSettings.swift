import Bytes
import DirectoryLDAP
import GlobalAddressList

extension Settings.GAL {
    /// One unit of the settings: everything below `gal.units.NAME`.
    package struct Unit: NamedSettings, Equatable {
        /// The book of all who are in no unit.
        static var reservedName: String { AddressLists.bookName }

        package var name: String
        /// Empty: the server's.
        package var domain = ""
        /// What people see as its book's name; empty: its name.
        package var title = ""
        /// Who is at or below one of these places.
        package var places: [String] = []
        /// All of these directories.
        package var directories: [String] = []

        package init(name: String) { self.name = name }
    }
}

extension Settings {
    /// How the list of one domain is made: what `gal.domains.DOMAIN` says, and `gal` for all else.
    package func gal(of domain: String) -> GAL {
        var settings = Settings()
        settings.gal = gal
        for change in gal.domainChanges where change.domain == domain {
            // Looked at when it was read.
            _ = AddressListSettingTable.ofDomain[change.key]?.set(change.value, &settings)
        }
        return settings.gal
    }

    /// Whether any domain has a list.
    package var hasAddressLists: Bool { gal.isEnabled || gal.domainChanges.contains { gal(of: $0.domain).isEnabled } }

    func addressListProblems() -> [String] {
        let domains = Set([domain] + directories.flatMap(\.domains))
        var problems: [String] = []
        for change in gal.domainChanges where !domains.contains(change.domain) {
            problems.append("gal.domains.\(change.domain): neither this server nor a directory has this domain")
        }
        for unit in gal.units {
            let place = "gal.units.\(unit.name)"
            if unit.places.isEmpty && unit.directories.isEmpty {
                problems.append("\(place) has nobody: give `below` or `directories`")
            }
            if !unit.domain.isEmpty && !domains.contains(unit.domain) {
                problems.append("\(place).domain: neither this server nor a directory has the domain \(unit.domain)")
            }
            let names = Set(directories.map(\.name) + [GAL.localDirectory])
            for name in unit.directories where !names.contains(name) {
                problems.append("\(place).directories: there is no directory \(name)")
            }
        }
        return problems
    }
}

/// The settings of lists by domain and by unit.
enum AddressListSettingTable {
    typealias Row = NamedSettingRow<Settings.GAL.Unit>

    static let domainPrefix = "gal.domains."
    static let unitPrefix = "gal.units."

    /// The settings of `gal` that a domain can have for itself: all but those of time, by their names below it.
    static let ofDomain: [String: SettingDefinition] = Dictionary(
        uniqueKeysWithValues: SettingDefinition.all
            .filter { $0.key.hasPrefix("gal.") && !$0.key.hasSuffix("interval") }
            .map { (String($0.key.dropFirst("gal.".count)), $0) })

    static let ofUnit: [Row] = [
        Row(
            key: "name", expected: "a text of one line", byDefault: "the unit's name", meaning: "What people see as the name of its book."
        ) { text, unit in
            guard 1...200 ~= text.utf8.count, !text.utf8.contains(where: { $0 < 0x20 }) else { return false }
            unit.title = text
            return true
        },
        Row(key: "domain", expected: "a name such as example.org", byDefault: "`domain`", meaning: "The domain of its people.") { text, unit in
            guard let name = HostName.normalized(text) else { return false }
            unit.domain = name
            return true
        },
        Row(
            key: "below", expected: "distinguished names, several with semicolons between", byDefault: "none",
            meaning: "Whoever is at or below one of these places of a directory is in the unit, and not in the domain's list."
        ) { text, unit in
            let places = text.split(separator: ";").map { String($0.trimmingBlanks) }.filter { !$0.isEmpty }
            guard !places.isEmpty, places.allSatisfy({ DistinguishedName($0) != nil }) else { return false }
            unit.places = places
            return true
        },
        Row(
            key: "directories", expected: "names of directories, several with commas between", byDefault: "none",
            meaning: "All of these directories are in the unit; `local` is this database.", isList: true
        ) { text, unit in
            unit.directories = DirectorySettingTable.list(text)
            return !unit.directories.isEmpty
        },
    ]
}

extension SettingDefinition {
    /// The setting of a domain's or a unit's list that `key` names; nil where there is none.
    static func ofAddressList(_ key: String) -> SettingDefinition? {
        ofListOfDomain(key) ?? of(key, below: AddressListSettingTable.unitPrefix, AddressListSettingTable.ofUnit, in: \.gal.units)
    }

    private static func ofListOfDomain(_ key: String) -> SettingDefinition? {
        guard key.hasPrefix(AddressListSettingTable.domainPrefix) else { return nil }
        let rest = key.dropFirst(AddressListSettingTable.domainPrefix.count)
        // Domains have dots; no setting's name ends as another one with a dot before it does.
        guard let (own, definition) = AddressListSettingTable.ofDomain.first(where: { rest.hasSuffix("." + $0.key) }),
            let domain = HostName.normalized(String(rest.dropLast(own.utf8.count + 1)))
        else { return nil }
        return SettingDefinition(
            key: key, expected: definition.expected, meaning: definition.meaning, defaultText: definition.defaultText
        ) { text, settings in
            var scratch = Settings()
            guard definition.set(text, &scratch) else { return false }
            settings.gal.domainChanges.append(.init(domain: domain, key: own, value: text))
            return true
        }
    }
}

import Bytes

/// What there may be several of in the settings, each under a name of its own: everything below `PREFIX.NAME`.
protocol NamedSettings: Sendable {
    /// A name that means something else.
    static var reservedName: String { get }
    var name: String { get }
    init(name: String)
}

extension NamedSettings {
    static func isName(_ text: String) -> Bool {
        text != reservedName && 1...32 ~= text.utf8.count
            && text.utf8.allSatisfy { $0.isASCIIDigit || $0.isASCIILetter || $0 == 0x2D || $0 == 0x5F }
    }
}

/// One setting below such a name, for reading and for the documentation.
struct NamedSettingRow<Target: NamedSettings>: Sendable {
    var key: String
    var expected: String
    var byDefault: String
    var meaning: String
    var isList = false
    var isSecret = false
    var set: @Sendable (String, inout Target) -> Bool
}

extension SettingDefinition {
    /// The setting that `key` (`PREFIX.NAME.KEY`) names; nil where there is none. Whose name comes first is made by it.
    static func of<Target>(
        _ key: String, below prefix: String, _ rows: [NamedSettingRow<Target>], in path: Path<[Target]>
    ) -> SettingDefinition? {
        guard key.hasPrefix(prefix) else { return nil }
        let parts = key.dropFirst(prefix.count).split(separator: ".", maxSplits: 1)
        guard parts.count == 2, Target.isName(String(parts[0])), let row = rows.first(where: { $0.key == parts[1] }) else { return nil }
        let name = String(parts[0])
        return SettingDefinition(
            key: key, expected: row.expected, meaning: row.meaning, defaultText: row.byDefault, isList: row.isList, isSecret: row.isSecret
        ) { text, settings in
            let index = settings[keyPath: path].firstIndex { $0.name == name } ?? settings[keyPath: path].endIndex
            if index == settings[keyPath: path].endIndex { settings[keyPath: path].append(Target(name: name)) }
            return row.set(text, &settings[keyPath: path][index])
        }
    }
}

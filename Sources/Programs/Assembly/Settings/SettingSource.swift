import Configuration
import Glibc
import Synchronization

/// One of the three places where settings are given. Each has a reader of its own, so that an error can say where a
/// value is from.
struct SettingSource {
    private let reader: ConfigReader
    private let prefix: [String]
    /// The names that were given here, as they were written.
    let names: [String]
    /// The setting that a name stands for; nil for one that is none.
    let definition: @Sendable (String) -> SettingDefinition?
    /// Completes "unknown setting x …" and "x … is y".
    let origin: @Sendable (String) -> String
    /// What an unknown name is compared with.
    let candidates: [String]

    enum Value: Equatable {
        case text(String)
        case list([String])
        /// There, but of a form that no setting has.
        case unreadable
    }

    func value(of definition: SettingDefinition) -> Value {
        let key = ConfigKey(prefix + definition.key.split(separator: ".").map(String.init))
        if let text = reader.string(forKey: key) { return .text(text) }
        if let list = reader.stringArray(forKey: key) { return .list(list) }
        return .unreadable
    }
}

extension SettingSource {
    private static let byKey = Dictionary(uniqueKeysWithValues: SettingDefinition.all.map { ($0.key, $0) })
    private static let byFlag = Dictionary(uniqueKeysWithValues: SettingDefinition.all.map { ($0.flagName, $0) })
    private static let byVariable = Dictionary(
        uniqueKeysWithValues: SettingDefinition.all.map { ($0.environmentName, $0) })

    /// Variables that name no setting but are the program's own.
    static let configVariable = "TEGU_CONFIG"

    static func environment(_ variables: [String: String]) -> SettingSource {
        let own = variables.filter { $0.key.hasPrefix("TEGU_") && $0.key != configVariable && !isForeign($0.key) }
        return SettingSource(
            reader: ConfigReader(provider: EnvironmentVariablesProvider(environmentVariables: own)), prefix: ["tegu"],
            names: own.keys.sorted(), definition: { byVariable[$0] },
            origin: { byVariable[$0] == nil ? "in the environment" : "in the environment variable \($0)" },
            candidates: SettingDefinition.all.map(\.environmentName))
    }

    /// Kubernetes and Docker tell every container of a service named `tegu` where that is.
    private static func isForeign(_ variable: String) -> Bool {
        variable.hasPrefix("TEGU_SERVICE_") || variable == "TEGU_PORT" || variable.hasPrefix("TEGU_PORT_")
    }

    /// `flags` by flag name (`http-tls-listen`) or key.
    static func flags(_ flags: [String: String]) -> SettingSource {
        var values: [AbsoluteConfigKey: ConfigValue] = [:]
        for (name, value) in flags {
            guard let definition = byFlag[name] ?? byKey[name] else { continue }
            let key = AbsoluteConfigKey(definition.key.split(separator: ".").map(String.init))
            values[key] = ConfigValue(.string(value), isSecret: false)
        }
        return SettingSource(
            reader: ConfigReader(provider: InMemoryProvider(name: "flags", values: values)), prefix: [],
            names: flags.keys.sorted(), definition: { byFlag[$0] ?? byKey[$0] },
            origin: { byFlag[$0] == nil ? "on the command line" : "on the command line (--\($0))" },
            candidates: SettingDefinition.all.map(\.flagName))
    }

    /// The longest file of settings.
    private static let fileLimit = 1 << 20

    static func file(_ path: String) async throws(SettingsError) -> SettingSource {
        let content: [UInt8]
        do throws(FileError) {
            content = try SmallFile.read(path, limit: fileLimit)
        } catch {
            throw SettingsError(["the configuration file cannot be used: \(error)"])
        }
        let seen = Names()
        let provider: any ConfigProvider
        if isEmpty(content) {
            provider = InMemoryProvider(values: [:])
        } else {
            do {
                // The provider gives no list of its keys, but it asks for each whether it is a secret.
                let options = YAMLSnapshot.ParsingOptions(
                    secretsSpecifier: .dynamic { name, _ in
                        seen.list.withLock { $0.append(name) }
                        return false
                    })
                provider = try await FileProvider<YAMLSnapshot>(
                    parsingOptions: options,
                    config: ConfigReader(
                        provider: InMemoryProvider(values: ["filePath": ConfigValue(.string(path), isSecret: false)])))
            } catch {
                throw SettingsError(["the configuration file \(path) is not YAML that can be read: \(Self.told(error, without: content))"])
            }
        }
        let given = seen.list.withLock { $0 }
        // `a.b: 1` and `a: {b: 1}` are one key.
        if let double = given.first(where: { name in given.filter { $0 == name }.count > 1 }) {
            throw SettingsError(["\(double) stands twice in \(path)"])
        }
        let reader = ConfigReader(providers: [provider])
        let names = given.filter { !isEmptySection($0, of: reader) }.sorted()
        return SettingSource(
            reader: reader, prefix: [], names: names,
            definition: { byKey[$0] ?? SettingDefinition.ofDirectory($0) ?? SettingDefinition.ofStorage($0) ?? SettingDefinition.ofAddressList($0) }, origin: { _ in "in \(path)" },
            candidates: SettingDefinition.all.map(\.key)
                + keys(given, below: DirectorySettingTable.prefix, DirectorySettingTable.rows.map(\.key))
                + keys(given, below: StorageSettingTable.prefix, StorageSettingTable.rows.map(\.key))
                + keys(given, below: AddressListSettingTable.unitPrefix, AddressListSettingTable.ofUnit.map(\.key)))
    }

    /// What the parser says, on one line, without the lines of the file that it shows: there may be a password in them.
    private static func told(_ error: any Error, without content: [UInt8]) -> String {
        func lines(_ text: String) -> [Substring] { text.split(whereSeparator: \.isNewline).map(\.trimmingBlanks).filter { !$0.isEmpty } }
        let own = Set(lines(String(decoding: content, as: UTF8.self)))
        return lines("\(error)").filter { line in
            !own.contains(line) && line != "Context:" && !line.allSatisfy { $0 == "^" }
        }.joined(separator: " ")
    }

    /// `http:` with nothing below it, as is left where all of it has been made comments.
    private static func isEmptySection(_ name: String, of reader: ConfigReader) -> Bool {
        let sections = SettingDefinition.all.map(\.key)
            + [DirectorySettingTable.prefix, StorageSettingTable.prefix, AddressListSettingTable.unitPrefix]
        guard sections.contains(where: { $0.hasPrefix(name + ".") }) else { return false }
        return ["", "~", "null"].contains(reader.string(forKey: ConfigKey(name.split(separator: ".").map(String.init))))
    }

    /// The settings of all directories, or storages, that are named, so that a misspelt one is recognised.
    private static func keys(_ given: [String], below prefix: String, _ keys: [String]) -> [String] {
        let names = Set(given.filter { $0.hasPrefix(prefix) }.compactMap {
            $0.dropFirst(prefix.count).split(separator: ".").first.map(String.init)
        })
        return names.sorted().prefix(100).flatMap { name in keys.map { "\(prefix)\(name).\($0)" } }
    }

    private final class Names: Sendable {
        let list = Mutex<[String]>([])
    }

    /// Comments only: no document to YAML, but all defaults to an administrator.
    private static func isEmpty(_ content: [UInt8]) -> Bool {
        content.split(separator: 0x0A).allSatisfy { line in
            let text = line.drop { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
            return text.isEmpty || text.first == 0x23 || text.elementsEqual("---".utf8)
        }
    }
}

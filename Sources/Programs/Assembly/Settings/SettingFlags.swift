/// Takes the settings out of a command line, so that each can be given as a flag and no command has to list them.
package struct SettingFlags: Sendable, Equatable {
    /// By flag name, for `Settings.load`.
    package private(set) var flags: [String: String] = [:]
    /// All other arguments, in their order.
    package private(set) var rest: [String] = []

    private static let byName = Dictionary(uniqueKeysWithValues: SettingDefinition.all.map { ($0.flagName, $0) })

    /// Understands `--http-xml-limit 1MiB`, `--http-xml-limit=1MiB` and, for what is true or false,
    /// `--http-compression` alone, which is true, and `--http-compression=false`. What stands after `--` is left alone,
    /// and so are all other flags.
    package init(_ arguments: [String]) throws(SettingsError) {
        var index = 0
        while index < arguments.count {
            let argument = arguments[index]
            index += 1
            if argument == "--" {
                rest += arguments[(index - 1)...]
                return
            }
            let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard argument.hasPrefix("--"), let name = parts.first.map({ String($0.dropFirst(2)) }),
                let definition = Self.byName[name]
            else {
                rest.append(argument)
                continue
            }
            if parts.count == 2 {
                flags[name] = parts[1]
            } else if definition.isBoolean {
                let isSaid = index < arguments.count && SettingDefinition.boolean(arguments[index]) != nil
                flags[name] = isSaid ? arguments[index] : "true"
                if isSaid { index += 1 }
            } else if index < arguments.count, !arguments[index].hasPrefix("--") {
                flags[name] = arguments[index]
                index += 1
            } else {
                throw SettingsError(["--\(name) needs a value: expected \(definition.expected)"])
            }
        }
    }
}

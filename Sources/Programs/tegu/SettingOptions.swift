import ArgumentParser
import Assembly
import Glibc

/// The options that all commands have: where the settings are, and any setting as a flag.
struct SettingOptions: ParsableArguments {
    @Option(help: "The settings file (YAML).")
    var config: String?

    @Argument(parsing: .allUnrecognized, help: .hidden)
    var settingFlags: [String] = []

    func load() async throws -> Settings {
        var environment: [String: String] = [:]
        var entry = environ
        while let text = entry.pointee {
            let parts = String(cString: text).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { environment[String(parts[0])] = String(parts[1]) }
            entry += 1
        }
        let flags = try SettingFlags(settingFlags)
        if let unknown = flags.rest.first { throw ValidationError("Unknown option or argument “\(unknown)”.") }
        return try await Settings.load(file: config, environment: environment, flags: flags.flags)
    }
}

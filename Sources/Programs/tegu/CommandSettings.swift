import ArgumentParser
import Assembly
import Glibc
import Synchronization

/// Where a command finds its settings: `--config`, the environment, and the flags that were taken out of the arguments.
struct CommandSettings: ParsableArguments {
    /// Set once, before any command runs.
    static let flags = Flags()

    @Option(help: ArgumentHelp("The settings file (YAML). Without it: TEGU_CONFIG, or \(Settings.defaultFile).", valueName: "file"))
    var config: String?

    func load() async throws -> Settings {
        var environment: [String: String] = [:]
        var entry = environ
        while let text = entry.pointee {
            let parts = String(cString: text).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { environment[String(parts[0])] = String(parts[1]) }
            entry += 1
        }
        return try await Settings.load(file: config, environment: environment, flags: Self.flags.load())
    }

    /// The settings file that is read, or would be if it were there.
    var file: String { config ?? getenv("TEGU_CONFIG").map { String(cString: $0) } ?? Settings.defaultFile }

    /// The data directory of the settings, which must be there.
    func open() async throws -> Installation { try Installation.open(try await load(), creating: false) }

    final class Flags: Sendable {
        private let flags = Mutex<[String: String]>([:])
        func store(_ new: [String: String]) { flags.withLock { $0 = new } }
        func load() -> [String: String] { flags.withLock { $0 } }
    }
}

import ArgumentParser
import Assembly

struct StorageCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "storage", abstract: "Say in which of several databases accounts are.",
        subcommands: [List.self, Assign.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the storages, and what is in them.")
        @OptionGroup var settings: CommandSettings
        @Flag(help: "As JSON, for programs.") var json = false
        func run() async throws {
            ConsoleOutput.write(try StorageOperations(try await settings.open()).list(asJSON: json))
        }
    }

    struct Assign: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say where new accounts of a domain are, or an account that has nothing yet.")
        @OptionGroup var settings: CommandSettings
        @Argument(help: "A domain, or an account (name@domain).") var what: String
        @Argument(help: "The storage; 'default': the configuration database.") var storage: String
        func run() async throws {
            ConsoleOutput.write(try StorageOperations(try await settings.open()).assign(what, to: storage) + "\n")
        }
    }
}

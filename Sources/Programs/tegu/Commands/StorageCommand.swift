import ArgumentParser
import Assembly

struct StorageCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "storage", abstract: "Say in which of several databases accounts are.",
        subcommands: [List.self, Assign.self, Move.self])

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

    struct Move: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Move an account, or all of a domain, to another storage, while it is served.",
            discussion: """
                It can be stopped at any point and begun anew. At the end of each account nothing of it can be changed for some \
                seconds at most. What it had before is removed when those who were reading there have had their time.
                """)
        @OptionGroup var settings: CommandSettings
        @Argument(help: "An account (name@domain), or a domain.") var what: String
        @Argument(help: "The storage; 'default': the configuration database.") var storage: String
        @Option(help: "Seconds for which who reads at the old place may go on: 10 at least.") var grace = 30

        func validate() throws {
            guard 10...3_600 ~= grace else { throw ValidationError("--grace is from 10 to 3600 seconds.") }
        }

        func run() async throws {
            let operations = StorageOperations(try await settings.open())
            let names = what.contains("@") ? [what] : try operations.accounts(of: what)
            ConsoleOutput.write(try operations.move(names, to: storage, grace: grace) + "\n")
        }
    }
}

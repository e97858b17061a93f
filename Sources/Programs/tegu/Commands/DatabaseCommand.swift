import ArgumentParser
import Assembly

struct DatabaseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "db", abstract: "Bring the database's schema up to date, and copy a database.",
        subcommands: [Migrate.self, Copy.self])

    struct Migrate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Bring the database to this program's schema, as `tegu serve` does when it starts.")
        @OptionGroup var settings: CommandSettings
        @Flag(help: "Print the statements that would be run, and change nothing.") var plan = false
        func run() async throws {
            let loaded = try await settings.load()
            ConsoleOutput.write(try plan ? DatabaseOperations.plan(loaded) : DatabaseOperations.migrate(loaded))
        }
    }

    struct Copy: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Copy a whole database to another engine, and read it back to see that it is the same.",
            discussion: """
                A database is a URL such as postgresql://user@host/name, or the data directory of an embedded one. The target must \
                be empty. No server may be at work on either. Large bodies are files: see docs/operations/cluster.md.
                """)
        @Argument(help: "Where from.") var from: String
        @Argument(help: "Where to.") var to: String
        func run() async throws { ConsoleOutput.write(try DatabaseOperations.copy(from: from, to: to)) }
    }
}

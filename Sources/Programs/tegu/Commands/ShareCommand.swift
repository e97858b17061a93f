import ArgumentParser
import Assembly

struct ShareCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "share", abstract: "Say who may do what with a calendar, a book or a folder.",
        discussion: """
            A path is that of the URL, such as /calendars/anna@example.org/calendar/. It may be a whole home \
            (/calendars/anna@example.org/) or a folder (/files/anna@example.org/plans/).
            """,
        subcommands: [Add.self, List.self, Remove.self])

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Share something, or change how it is shared.",
            discussion: "It stands in the sharee's own home when their client looks there next.")
        @OptionGroup var settings: CommandSettings
        @Argument(help: "What.") var path: String
        @Argument(help: "With whom: a user, a group, signed-in (all of the owner's domain) or everybody.") var who: String
        @Option(help: "reader, free-busy, editor or co-owner.") var role = "reader"
        @Option(help: "The last day on which it counts, such as 2027-12-31.") var until: String?
        func run() async throws {
            ConsoleOutput.write(try ShareOperations(try await settings.open()).add(path, to: who, role: role, until: until) + "\n")
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List with whom something is shared.")
        @OptionGroup var settings: CommandSettings
        @Argument(help: "What.") var path: String
        @Flag(help: "As JSON, for programs.") var json = false
        func run() async throws {
            ConsoleOutput.write(try ShareOperations(try await settings.open()).list(path, asJSON: json))
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Share something no longer.")
        @OptionGroup var settings: CommandSettings
        @Argument(help: "What.") var path: String
        @Argument(help: "With whom it was shared.") var who: String
        func run() async throws {
            ConsoleOutput.write(try ShareOperations(try await settings.open()).remove(path, from: who) + "\n")
        }
    }
}

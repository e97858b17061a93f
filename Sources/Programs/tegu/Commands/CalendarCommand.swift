import ArgumentParser
import Assembly

struct CalendarCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "calendar", abstract: "List, make, remove and bound a user's calendars.",
        subcommands: [
            List.self, Add.self, Remove.self, VisibleRange.self, Subscribe.self, Refresh.self, BirthdaysSwitch.self,
        ])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List a user's calendars.")
        @OptionGroup var settings: CommandSettings
        @Argument(help: "Whose.") var user: String
        @Flag(help: "As JSON, for programs.") var json = false
        func run() async throws {
            ConsoleOutput.write(try CollectionOperations.calendars(try await settings.open()).list(user, asJSON: json))
        }
    }

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Make a calendar.")
        @OptionGroup var settings: CommandSettings
        @Argument(help: "Whose.") var user: String
        @Argument(help: "The last part of its URL.") var name: String
        @Option(help: "What people see.") var displayName: String?
        @Option(help: "Its colour, as #rrggbb.") var color: String?
        @Option(help: "What it takes, such as VEVENT,VTODO; without it everything.") var components: String?
        func run() async throws {
            ConsoleOutput.write(try CollectionOperations.calendars(try await settings.open()).add(
                user, name, title: displayName, color: color, components: components) + "\n")
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Move a calendar to the trash.")
        @OptionGroup var settings: CommandSettings
        @Argument(help: "Whose.") var user: String
        @Argument(help: "The last part of its URL.") var name: String
        func run() async throws {
            ConsoleOutput.write(try CollectionOperations.calendars(try await settings.open()).remove(user, name) + "\n")
        }
    }

    struct VisibleRange: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "visible-range",
            abstract: "Bound how far into the past and the future a calendar shows its objects, or tell how far it does.",
            discussion: "What is stored stays as it is. Without an option nothing is changed.")
        @OptionGroup var settings: CommandSettings
        @Argument(help: "Whose.") var user: String
        @Argument(help: "The last part of its URL.") var name: String
        @Option(help: "How many days of the past are shown, or all.") var past: String?
        @Option(help: "How many days of the future are shown, or all.") var future: String?
        func run() async throws {
            ConsoleOutput.write(try VisibleRangeOperation(try await settings.open()).run(
                user, name, past: past, future: future) + "\n")
        }
    }
}

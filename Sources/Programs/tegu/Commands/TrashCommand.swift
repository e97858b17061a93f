import ArgumentParser
import Assembly

struct TrashCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trash", abstract: "See and restore what was deleted.", subcommands: [List.self, Restore.self, Rewind.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List a user's deleted objects and collections, the latest first.")
        @OptionGroup var settings: CommandSettings
        @Argument(help: "Whose.") var user: String
        @Flag(help: "As JSON, for programs.") var json = false
        func run() async throws { ConsoleOutput.write(try StoreOperations(try await settings.open()).trash(of: user, asJSON: json)) }
    }

    struct Restore: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Bring an object or a collection back to where it was.")
        @OptionGroup var settings: CommandSettings
        @Argument(help: "Whose.") var user: String
        @Argument(help: "Its number in the list.") var id: Int64
        func run() async throws { ConsoleOutput.write(try StoreOperations(try await settings.open()).restore(id, of: user) + "\n") }
    }

    struct Rewind: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Bring a calendar, a book or a folder back to what it held at a time.",
            discussion: "What came since is in the trash then. Clients learn of all of it as of any change.")
        @OptionGroup var settings: CommandSettings
        @Argument(help: "Its path: /calendars/USER/NAME/, /contacts/USER/NAME/ or /files/USER/ with folders.") var path: String
        @Option(help: "The time, such as 2027-12-31T18:00:00Z or 2027-12-31T21:00+03:00.") var to: String
        @Flag(help: "Only tell what would be changed.") var plan = false
        func run() async throws {
            ConsoleOutput.write(try RewindOperation(try await settings.open()).run(path, to: to, isPlan: plan) + "\n")
        }
    }
}

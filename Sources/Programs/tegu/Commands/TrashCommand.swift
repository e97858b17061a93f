import ArgumentParser
import Assembly

struct TrashCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trash", abstract: "See and restore what was deleted.", subcommands: [List.self, Restore.self])

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
}

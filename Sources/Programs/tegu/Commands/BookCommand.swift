import ArgumentParser
import Assembly

struct BookCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "book", abstract: "List, make and remove a user's address books.",
        subcommands: [List.self, Add.self, Remove.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List a user's address books.")
        @OptionGroup var settings: CommandSettings
        @Argument(help: "Whose.") var user: String
        @Flag(help: "As JSON, for programs.") var json = false
        func run() async throws {
            ConsoleOutput.write(try CollectionOperations.books(try await settings.open()).list(user, asJSON: json))
        }
    }

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Make an address book.")
        @OptionGroup var settings: CommandSettings
        @Argument(help: "Whose.") var user: String
        @Argument(help: "The last part of its URL.") var name: String
        @Option(help: "What people see.") var displayName: String?
        func run() async throws {
            ConsoleOutput.write(try CollectionOperations.books(try await settings.open()).add(
                user, name, title: displayName) + "\n")
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Move an address book to the trash.")
        @OptionGroup var settings: CommandSettings
        @Argument(help: "Whose.") var user: String
        @Argument(help: "The last part of its URL.") var name: String
        func run() async throws {
            ConsoleOutput.write(try CollectionOperations.books(try await settings.open()).remove(user, name) + "\n")
        }
    }
}

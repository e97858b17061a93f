import ArgumentParser
import Assembly

/// `tegu user app-password`.
struct AppPasswordCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "app-password", abstract: "Passwords for single programs and devices of a user.",
        subcommands: [Add.self, List.self, Revoke.self])

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make one up and print it: this once, for it is kept nowhere.")
        @OptionGroup var settings: CommandSettings
        @Argument(help: "name@domain, or name in the server's domain.") var user: String
        @Option(help: "What it is for, such as “Anna's phone”.") var name: String
        @Option(help: "What it may be used for: dav, imap or smtp; may be given several times. Without it: all.")
        var scope: [String] = []
        @Option(help: "The last day on which it signs in (UTC), as 2027-12-31. Without it: it has no end.") var until: String?

        func run() async throws {
            ConsoleOutput.write(try AppPasswordOperations(try await settings.open()).add(user, name: name, scopes: scope, until: until) + "\n")
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List a user's, with their last use.", discussion: "The last use is exact to an hour.")
        @OptionGroup var settings: CommandSettings
        @Argument(help: "name@domain, or name in the server's domain.") var user: String
        @Flag(help: "As JSON, for programs.") var json = false

        func run() async throws {
            ConsoleOutput.write(try AppPasswordOperations(try await settings.open()).list(user, asJSON: json))
        }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "End one.", discussion: "It signs in nowhere any more within five seconds, and mail connections that are open with it end within ten.")
        @OptionGroup var settings: CommandSettings
        @Argument(help: "name@domain, or name in the server's domain.") var user: String
        @Argument(help: "Its name.") var name: String

        func run() async throws {
            ConsoleOutput.write(try AppPasswordOperations(try await settings.open()).revoke(user, name: name) + "\n")
        }
    }
}

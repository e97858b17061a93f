import ArgumentParser
import Assembly

struct DirectoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "directory", abstract: "List and test the directories of the settings.",
        subcommands: [List.self, Test.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the directories in the order in which they are asked at sign-in.")

        @OptionGroup var settings: CommandSettings

        func run() async throws {
            let loaded = try await settings.load()
            // It can be asked before the first start.
            let installation = try? Installation.open(loaded, creating: false)
            defer { installation?.close() }
            ConsoleOutput.write(try DirectoryOperations(loaded).list(installation))
        }
    }

    struct Test: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Ask a directory as the server would, and show each query and what became of the entries.",
            discussion: "Without --user: how many people, groups and rooms there are, and the first of each.")

        @OptionGroup var settings: CommandSettings
        @Argument(help: "The directory's name in the settings.") var name: String
        @Option(help: "Show this user and their groups.") var user: String?
        @Flag(help: "Check the user's password too, read from standard input.") var passwordStdin = false

        func run() async throws {
            if passwordStdin && user == nil { throw ValidationError("--password-stdin needs --user") }
            let password = passwordStdin ? [UInt8]((readLine() ?? "").utf8) : nil
            let isGood = try DirectoryOperations(try await settings.load()).test(name, user: user, password: password)
            if !isGood { throw ExitOnly(code: .someRefused) }
        }
    }
}

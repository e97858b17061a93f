import ArgumentParser
import Assembly

struct GALCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gal", abstract: "Look after the Global Address List.", subcommands: [Status.self, Refresh.self])

    struct Status: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show the lists and their directories: how many entries each has, and what is left out and why.")
        @OptionGroup var settings: CommandSettings
        @Flag(help: "As JSON, for programs.") var json = false
        func run() async throws {
            ConsoleOutput.write(try GALOperations(try await settings.open()).status(asJSON: json))
        }
    }

    struct Refresh: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Ask the directories now for what changed.")
        @OptionGroup var settings: CommandSettings
        @Flag(help: "Read all entries, which finds those that are gone.") var compare = false
        func run() async throws {
            let isGood = try GALOperations(try await settings.open()).refresh(comparing: compare)
            if !isGood { throw ExitOnly(code: .someRefused) }
        }
    }
}

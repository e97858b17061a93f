import ArgumentParser
import Assembly

struct ExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write a whole calendar or address book as one file.")

    @OptionGroup var settings: CommandSettings
    @Argument(help: "/calendars/USER/NAME/ or /contacts/USER/NAME/") var path: String
    @Option(name: .shortAndLong, help: "The file; without it: standard output.") var output: String?

    func run() async throws {
        let isComplete = try TransferOperations(try await settings.open()).exportFile(path, to: output)
        if !isComplete { throw ExitOnly(code: .someRefused) }
    }
}

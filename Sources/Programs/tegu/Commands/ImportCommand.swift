import ArgumentParser
import Assembly

struct ImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Take a whole .ics or .vcf file into a calendar or an address book.",
        discussion: """
            By UID: what is there with the same bytes is left, what has other bytes is replaced. What cannot be taken is told, a \
            line each, and the rest goes on.
            """)

    @OptionGroup var settings: CommandSettings
    @Argument(help: "/calendars/USER/NAME/ or /contacts/USER/NAME/") var path: String
    @Argument(help: "The file; - for standard input.") var file: String

    func run() async throws {
        let outcome = try TransferOperations(try await settings.open()).importFile(file, into: path)
        if outcome.refused > 0 { throw ExitOnly(code: .someRefused) }
    }
}

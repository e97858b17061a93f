import ArgumentParser
import Assembly

struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Check the database, and what is kept beside objects against their bytes.")
    @OptionGroup var settings: CommandSettings
    func run() async throws {
        if try StoreOperations(try await settings.open()).check() > 0 { throw ExitOnly(code: .damaged) }
    }
}

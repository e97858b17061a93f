import ArgumentParser
import Assembly

struct ReindexCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reindex", abstract: "Make what is kept beside objects anew from their bytes.")
    @OptionGroup var settings: CommandSettings
    func run() async throws {
        if try StoreOperations(try await settings.open()).reindex() > 0 { throw ExitOnly(code: .damaged) }
    }
}

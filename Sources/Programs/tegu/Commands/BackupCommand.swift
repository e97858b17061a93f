import ArgumentParser
import Assembly

struct BackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup", abstract: "Write everything to one archive (tar), beside a server at work. For the embedded database.")
    @OptionGroup var settings: CommandSettings
    @Argument(help: "The archive, which must not be there yet.") var file: String
    func run() async throws { ConsoleOutput.write(try Backup.run(try await settings.load(), to: file)) }
}

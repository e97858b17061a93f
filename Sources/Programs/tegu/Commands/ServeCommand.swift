import ArgumentParser
import Assembly

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Serve until SIGTERM. Makes what is missing at the first start.",
        discussion: "Settings, each also in the file and in the environment (docs/settings.md):\n\n" + SettingsDocumentation.help())

    @OptionGroup var settings: CommandSettings

    func run() async throws { try await Serve.run(settings.load()) }
}

import ArgumentParser
import Assembly

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Serve until SIGTERM. Makes what is missing at the first start.")

    @OptionGroup var options: SettingOptions

    func run() async throws {
        try await Serve.run(options.load())
    }
}

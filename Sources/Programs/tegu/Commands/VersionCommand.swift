import ArgumentParser
import Assembly

struct VersionCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "version", abstract: "Print the program's version and its libraries'.")
    func run() async throws { ConsoleOutput.write(Version.text) }
}

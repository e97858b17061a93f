import ArgumentParser
import Assembly

struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo", abstract: "Make a demo organisation: users, calendars, tasks, address books and files.",
        discussion: "Where it is there already, nothing is changed.")
    @OptionGroup var settings: CommandSettings
    @Option(help: "The password of all demo users; without it one is made up.") var password: String?
    func run() async throws { try DemoOperation.run(try await settings.load(), password: password) }
}

import ArgumentParser
import Assembly
import Glibc

/// The program.
@main
struct Tegu: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tegu", abstract: "Calendars, address books and files for an organisation.",
        subcommands: [ServeCommand.self])
}

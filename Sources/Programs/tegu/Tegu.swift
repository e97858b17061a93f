import ArgumentParser
import Assembly
import Glibc

/// The program. Settings are taken out of the arguments first, so that each can be given to every command as a flag.
@main
struct Tegu: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tegu",
        abstract: "Calendars, address books and files for an organisation.",
        discussion: """
            Every setting (docs/settings.md) can be given as a flag: http.tls.listen is --http-tls-listen. Those that commands \
            need mostly are --data-directory and --config FILE.
            """,
        subcommands: [
            ServeCommand.self, DemoCommand.self, UserCommand.self, GroupCommand.self, CalendarCommand.self, BookCommand.self,
            ShareCommand.self, MailCommand.self, StorageCommand.self, ImportCommand.self, ExportCommand.self, TrashCommand.self, CheckCommand.self,
            ReindexCommand.self, DatabaseCommand.self, BackupCommand.self, DNSCommand.self, DirectoryCommand.self, GALCommand.self,
            VersionCommand.self,
        ])

    static func main() async {
        do {
            let flags = try SettingFlags(Array(CommandLine.arguments.dropFirst()))
            CommandSettings.flags.store(flags.flags)
            var command = try parseAsRoot(flags.rest)
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
            // A server has done what it is for, whoever read its first lines.
            if !(command is ServeCommand), let failure = ConsoleOutput.failure { throw failure }
        } catch {
            finish(error)
        }
    }

    private static func finish(_ error: any Error) -> Never {
        let code = CommandFailure.exitCode(of: error)
        if let text = CommandFailure.text(of: error) {
            if !text.isEmpty { ConsoleOutput.writeError("tegu: \(text)\n") }
        } else {
            // Help that was asked for, or a command line that is not understood: ArgumentParser has the words.
            let text = fullMessage(for: error)
            let line = text.hasSuffix("\n") ? text : text + "\n"
            if code == .ok { ConsoleOutput.write(line) } else { ConsoleOutput.writeError(line) }
        }
        Glibc.exit(code.rawValue)
    }
}

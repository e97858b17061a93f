import ArgumentParser
import Assembly

struct TrashCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trash", abstract: "See and restore what was deleted.", subcommands: [List.self, Restore.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List a user's deleted objects and collections, the latest first.")
        @OptionGroup var settings: CommandSettings
        @Argument(help: "Whose.") var user: String
        func run() async throws { ConsoleOutput.write(try StoreOperations(try await settings.open()).trash(of: user)) }
    }

    struct Restore: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Bring an object or a collection back to where it was.")
        @OptionGroup var settings: CommandSettings
        @Argument(help: "Whose.") var user: String
        @Argument(help: "Its number in the list.") var id: Int64
        func run() async throws { ConsoleOutput.write(try StoreOperations(try await settings.open()).restore(id, of: user) + "\n") }
    }
}

struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Check the database, and what is kept beside objects against their bytes.")
    @OptionGroup var settings: CommandSettings
    func run() async throws {
        if try StoreOperations(try await settings.open()).check() > 0 { throw ExitOnly(code: .damaged) }
    }
}

struct ReindexCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reindex", abstract: "Make what is kept beside objects anew from their bytes.")
    @OptionGroup var settings: CommandSettings
    func run() async throws {
        if try StoreOperations(try await settings.open()).reindex() > 0 { throw ExitOnly(code: .damaged) }
    }
}

struct DNSCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dns", abstract: "Print the DNS records by which clients find the server, or check them.")
    @OptionGroup var settings: CommandSettings
    @Argument(help: "The domain of the users' addresses.") var domain: String
    @Option(help: "The server's name; without it: host-name of the settings.") var host: String?
    @Option(help: "The port that clients reach.") var port: UInt16?
    @Flag(help: "Compare with what the DNS says now.") var check = false
    func run() async throws {
        let isGood = try DNSOperation.run(try await settings.load(), domain: domain, host: host, port: port, checks: check)
        if !isGood { throw ExitOnly(code: .someRefused) }
    }
}

struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo", abstract: "Make a demo organisation: users, calendars, tasks, address books and files.",
        discussion: "Where it is there already, nothing is changed.")
    @OptionGroup var settings: CommandSettings
    @Option(help: "The password of all demo users; without it one is made up.") var password: String?
    func run() async throws { try DemoOperation.run(try await settings.load(), password: password) }
}

struct VersionCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "version", abstract: "Print the program's version and its libraries'.")
    func run() async throws { ConsoleOutput.write(Version.text) }
}

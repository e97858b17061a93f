import ArgumentParser
import Assembly

struct DirectoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "directory", abstract: "List, test, add and remove the directories of the settings.",
        subcommands: [List.self, Test.self, Add.self, Remove.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the directories in the order in which they are asked at sign-in.")

        @OptionGroup var settings: CommandSettings

        func run() async throws {
            let loaded = try await settings.load()
            // It can be asked before the first start.
            let installation = try? Installation.open(loaded, creating: false)
            defer { installation?.close() }
            ConsoleOutput.write(try DirectoryOperations(installation?.settings ?? loaded).list(installation))
        }
    }

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Test a directory and add it to the configuration file.",
            discussion: "Any setting of a directory (docs/settings.md) can be given by --set KEY=VALUE.")

        @OptionGroup var settings: CommandSettings
        @Argument(help: "Its name in the settings.") var name: String
        @Option(help: "What kind it is, such as active-directory or openldap.") var preset: String?
        @Option(help: "ldaps://host or ldap://host; may be given several times, in the order in which they are tried.")
        var server: [String] = []
        @Option(help: "Below this all searches are made.") var base: String?
        @Option(help: "Who searches.") var bindDN: String?
        @Option(help: "A file with the password on its first line.") var bindPasswordFile: String?
        @Option(help: "The mail domain of its users; may be given several times.") var mailDomain: [String] = []
        @Option(help: "Another setting, as KEY=VALUE; may be given several times.") var set: [String] = []
        @Flag(help: "Add it without asking it.") var noTest = false

        func run() async throws {
            var values: [String] = []
            if let preset { values.append("preset=\(preset)") }
            if !server.isEmpty { values.append("servers=\(server.joined(separator: ","))") }
            if let base { values.append("base=\(base)") }
            if let bindDN { values.append("bind-dn=\(bindDN)") }
            if let bindPasswordFile { values.append("bind-password-file=\(bindPasswordFile)") }
            if !mailDomain.isEmpty { values.append("domains=\(mailDomain.joined(separator: ","))") }
            let changes = DirectoryChanges(try await settings.load(), file: settings.file)
            ConsoleOutput.write(try await changes.add(name, values + set, isTested: !noTest) + "\n")
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take a directory out of the configuration file; nothing of its users is removed.")

        @OptionGroup var settings: CommandSettings
        @Argument(help: "Its name in the settings.") var name: String

        func run() async throws {
            let changes = DirectoryChanges(try await settings.load(), file: settings.file)
            ConsoleOutput.write(try await changes.remove(name) + "\n")
        }
    }

    struct Test: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Ask a directory as the server would, and show each query and what became of the entries.",
            discussion: "Without --user: how many people, groups and rooms there are, and the first of each.")

        @OptionGroup var settings: CommandSettings
        @Argument(help: "The directory's name in the settings.") var name: String
        @Option(help: "Show this user and their groups.") var user: String?
        @Flag(help: "Check the user's password too, read from standard input.") var passwordStdin = false

        func run() async throws {
            if passwordStdin && user == nil { throw ValidationError("--password-stdin needs --user") }
            let password = passwordStdin ? [UInt8]((readLine() ?? "").utf8) : nil
            let isGood = try DirectoryOperations(try await settings.load()).test(name, user: user, password: password)
            if !isGood { throw ExitOnly(code: .someRefused) }
        }
    }
}

import ArgumentParser
import Assembly
import Bytes

struct UserCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user", abstract: "Make, list, change and remove users, rooms, other resources and functional mailboxes.",
        subcommands: [Add.self, List.self, Set.self, Password.self, AppPasswordCommand.self, Remove.self])

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a user with a calendar, a task list, an address book and a file tree.")

        @OptionGroup var settings: CommandSettings
        @Argument(help: "name@domain, or name in the server's domain.") var name: String
        @Option(help: "user, room, resource or mailbox (a functional one). Nobody signs in to the last three: share their calendars and mailboxes.")
        var kind = "user"
        @Option(help: "What people see.") var displayName = ""
        @Option(help: "A further mail address; may be given several times.") var alias: [String] = []
        @Flag(help: "May administer the server.") var administrator = false
        @Option(help: "Room for all that is theirs, such as 5GiB; without it there is no limit.") var quota: String?
        @OptionGroup var password: NewPassword

        func validate() throws {
            guard UserOperations.kinds.contains(kind) else {
                throw ValidationError("--kind is one of " + UserOperations.kinds.joined(separator: ", ") + ".")
            }
            if kind != "user", administrator || password.passwordStdin || password.oneTime {
                throw ValidationError("Nobody signs in to a \(kind): it has no password, and administers nothing.")
            }
        }

        func run() async throws {
            let made = try UserOperations(try await settings.open()).add(
                name, kind: kind, displayName: displayName, aliases: alias, isAdministrator: administrator, quota: quota,
                password: password.source)
            ConsoleOutput.write(made + "\n")
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the users.")

        @OptionGroup var settings: CommandSettings
        @Flag(help: "As JSON, for programs.") var json = false

        func run() async throws {
            ConsoleOutput.write(try UserOperations(try await settings.open()).list(asJSON: json))
        }
    }

    struct Set: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Change what is known of a user, a room, another resource or a functional mailbox.")

        @OptionGroup var settings: CommandSettings
        @Argument(help: "name@domain, or name in the server's domain.") var name: String
        @Option(help: "What people see.") var displayName: String?
        @Option(help: "A further mail address; may be given several times.") var alias: [String] = []
        @Option(help: "An address that is to be theirs no more; may be given several times.") var removeAlias: [String] = []
        @Flag(inversion: .prefixedNo, help: "Whether nobody can sign in; what is there stays.") var disabled: Bool?
        @Flag(inversion: .prefixedNo, help: "Whether address lists and searches do not show it.") var hidden: Bool?
        @Option(help: "Room for all that is theirs, such as 5GiB; none: no limit.") var quota: String?

        func run() async throws {
            var change = UserOperations.Change()
            change.displayName = displayName
            (change.addedAliases, change.removedAliases) = (alias, removeAlias)
            (change.isDisabled, change.isHidden) = (disabled, hidden)
            change.quota = quota.map { $0 == "none" ? "" : $0 }
            ConsoleOutput.write(try UserOperations(try await settings.open()).set(name, change) + "\n")
        }
    }

    struct Password: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Set a user's password.",
            discussion: "It is asked for twice on a terminal. Clients that are signed in must know it from then on.")

        @OptionGroup var settings: CommandSettings
        @Argument(help: "name@domain, or name in the server's domain.") var name: String
        @OptionGroup var password: NewPassword

        func run() async throws {
            let said = try UserOperations(try await settings.open()).setPassword(name, from: password.source)
            ConsoleOutput.write(said + "\n")
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Remove a user with all calendars, books and files, for good.")

        @OptionGroup var settings: CommandSettings
        @Argument(help: "name@domain, or name in the server's domain.") var name: String
        @Flag(help: "Do not ask.") var yes = false

        func run() async throws {
            let users = UserOperations(try await settings.open())
            if !yes { try users.confirmRemoval(of: name) }
            ConsoleOutput.write(try users.remove(name) + "\n")
        }
    }

    /// Where a new password comes from.
    struct NewPassword: ParsableArguments {
        @Flag(help: "Read the password from standard input.") var passwordStdin = false
        @Flag(help: "Make up a password and print it once, without asking; it is valid until another is set.") var oneTime = false

        func validate() throws {
            if passwordStdin && oneTime { throw ValidationError("--password-stdin and --one-time exclude each other.") }
        }

        var source: PasswordEntry.Source { passwordStdin ? .standardInput : oneTime ? .madeUp : .terminal }
    }
}

import ArgumentParser
import Assembly

struct GroupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "group", abstract: "Make, list and remove groups, and say who is in them.",
        subcommands: [Add.self, List.self, Remove.self, Import.self, Member.self])

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Make a group without members.")
        @OptionGroup var settings: CommandSettings
        @Argument(help: "name@domain, or name in the server's domain.") var name: String
        @Option(help: "What people see.") var displayName = ""
        @Option(help: "A mail address; may be given several times.") var address: [String] = []
        func run() async throws {
            ConsoleOutput.write(try GroupOperations(try await settings.open()).add(
                name, displayName: displayName, addresses: address) + "\n")
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the groups.")
        @OptionGroup var settings: CommandSettings
        @Flag(help: "As JSON, for programs.") var json = false
        func run() async throws {
            ConsoleOutput.write(try GroupOperations(try await settings.open()).list(asJSON: json))
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Remove a group.", discussion: "Its members stay; what was granted to it is granted no more.")
        @OptionGroup var settings: CommandSettings
        @Argument(help: "The group.") var name: String
        func run() async throws { ConsoleOutput.write(try GroupOperations(try await settings.open()).remove(name) + "\n") }
    }

    struct Import: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make all groups of a directory known, so that they can be shared with.",
            discussion: "A group of which somebody has signed in is known by itself, and `tegu share add` finds one by its name.")
        @OptionGroup var settings: CommandSettings
        @Argument(help: "The directory's name in the settings.") var directory: String
        func run() async throws {
            ConsoleOutput.write(try GroupOperations(try await settings.open()).importAll(from: directory) + "\n")
        }
    }

    struct Member: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "member", abstract: "Who is in a group: users, rooms and other groups.",
            subcommands: [AddMember.self, ListMembers.self, RemoveMember.self])
    }

    struct AddMember: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "add", abstract: "Put users or groups into a group.")
        @OptionGroup var settings: CommandSettings
        @Argument(help: "The group.") var group: String
        @Argument(help: "Who.") var members: [String]
        func run() async throws {
            ConsoleOutput.write(try GroupOperations(try await settings.open()).add(members, to: group))
        }
    }

    struct ListMembers: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "list", abstract: "List who is in a group directly.")
        @OptionGroup var settings: CommandSettings
        @Argument(help: "The group.") var group: String
        @Flag(help: "As JSON, for programs.") var json = false
        func run() async throws {
            ConsoleOutput.write(try GroupOperations(try await settings.open()).members(of: group, asJSON: json))
        }
    }

    struct RemoveMember: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "remove", abstract: "Take users or groups out of a group.")
        @OptionGroup var settings: CommandSettings
        @Argument(help: "The group.") var group: String
        @Argument(help: "Who.") var members: [String]
        func run() async throws {
            ConsoleOutput.write(try GroupOperations(try await settings.open()).remove(members, from: group))
        }
    }
}

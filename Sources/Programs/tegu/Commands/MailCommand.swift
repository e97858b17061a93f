import ArgumentParser
import Assembly

struct MailCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mail", abstract: "Take mail in and out, share it, and bring back what was deleted.",
        subcommands: [Import.self, Export.self, Deleted.self, Restore.self, Limit.self, Share.self, OwnSeen.self, Storage.self, Capability.self])

    struct Import: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take a Maildir, an mbox file, a message or a directory of these into a user's mailboxes.",
            discussion: """
                Folders, flags, keywords, dates and the order stay. It can be stopped and begun anew: what is there is passed over. \
                What cannot be taken is told, a line each, and the rest goes on.
                """)
        @OptionGroup var settings: CommandSettings
        @Argument(help: "The user.") var user: String
        @Argument(help: "What.") var path: String
        @Option(help: "The mailbox that it goes to, with its folders below; without it: INBOX and mailboxes beside it.") var into: String?
        func run() async throws {
            let refused = try MailOperations(try await settings.open()).importMail(path, of: user, below: into)
            if refused > 0 { throw ExitOnly(code: .someRefused) }
        }
    }

    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write all of a user's mail as a Maildir with folders (Maildir++).",
            discussion: "It can be stopped and begun anew: a file that is there is not written again.")
        @OptionGroup var settings: CommandSettings
        @Argument(help: "The user.") var user: String
        @Argument(help: "The directory; it is made where it is missing.") var directory: String
        func run() async throws {
            ConsoleOutput.write(try MailOperations(try await settings.open()).exportMail(of: user, to: directory) + "\n")
        }
    }

    struct Deleted: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the mailboxes and messages that can be brought back.")
        @OptionGroup var settings: CommandSettings
        @Argument(help: "The user.") var user: String
        @Flag(help: "As JSON, for programs.") var json = false
        func run() async throws {
            ConsoleOutput.write(try MailOperations(try await settings.open()).retained(of: user, asJSON: json))
        }
    }

    struct Limit: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Say how many messages a user may have.")
        @OptionGroup var settings: CommandSettings
        @Argument(help: "The user.") var user: String
        @Argument(help: "The number; 'none': no limit.") var messages: String
        func validate() throws {
            guard messages == "none" || Int(messages).map({ $0 >= 0 }) == true else { throw ValidationError("a number, or 'none'") }
        }
        func run() async throws {
            try MailOperations(try await settings.open()).setMessageLimit(Int(messages), of: user)
        }
    }

    struct Share: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say what somebody may do with a mailbox: of functional mailboxes, rooms and groups above all, to which nobody signs in.",
            discussion: "In the place of what they could do before. New mailboxes below it have the same.")
        @OptionGroup var settings: CommandSettings
        @Argument(help: "The user, functional mailbox, room or group whose mailbox it is.") var user: String
        @Argument(help: "The mailbox.") var mailbox: String
        @Argument(help: "With whom: a user, a group, 'signed-in' or 'everybody'.") var who: String
        @Argument(help: "Letters of RFC 4314, such as lrswite; none: nothing any more.") var rights: String
        func run() async throws {
            let said = try MailOperations(try await settings.open()).share(
                mailbox, of: user, with: who, rights: rights == "none" ? "" : rights)
            ConsoleOutput.write(said + "\n")
        }
    }

    struct OwnSeen: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "own-seen",
            abstract: "Say whether each one with whom a mailbox is shared has a \\Seen of their own.",
            discussion: "What they have seen counts anew when it is changed. New mailboxes below it are as it is.")
        @OptionGroup var settings: CommandSettings
        @Argument(help: "The user whose mailbox it is.") var user: String
        @Argument(help: "The mailbox.") var mailbox: String
        @Argument(help: "'on' or 'off'.") var state: OnOff
        func run() async throws {
            try MailOperations(try await settings.open()).setOwnSeen(state == .on, mailbox, of: user)
        }
        enum OnOff: String, ExpressibleByArgument, CaseIterable { case on, off }
    }

    struct Capability: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Tell, or say, which extensions of IMAP a user's clients do without.",
            discussion: "It holds for who signs in from then on. What stands on an extension that is off is off with it.")
        @OptionGroup var settings: CommandSettings
        @Argument(help: "The user.") var user: String
        @Argument(help: "The extension, as CAPABILITY has it; none: tell which are off.") var name: String?
        @Argument(help: "'on' or 'off'.") var state: OwnSeen.OnOff?
        func validate() throws {
            guard (name == nil) == (state == nil) else { throw ValidationError("'on' or 'off' behind the extension") }
        }
        func run() async throws {
            let operations = MailOperations(try await settings.open())
            ConsoleOutput.write(try operations.capabilities(of: user, name, isOn: state == .on))
        }
    }

    struct Storage: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Tell, or say, whether a user's mail is in the database or in files (Maildir).",
            discussion: "It is said for mailboxes that are made from then on: those that are there stay where they are.")
        @OptionGroup var settings: CommandSettings
        @Argument(help: "The user.") var user: String
        @Argument(help: "'database' or 'maildir'; none: tell.") var storage: Kind?
        func run() async throws {
            ConsoleOutput.write(try MailOperations(try await settings.open()).storage(of: user, storage?.rawValue) + "\n")
        }
        enum Kind: String, ExpressibleByArgument, CaseIterable { case database, maildir }
    }

    struct Restore: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Bring a deleted mailbox back, or messages that were expunged from a mailbox.")
        @OptionGroup var settings: CommandSettings
        @Argument(help: "The user.") var user: String
        @Argument(help: "The mailbox's number, of `tegu mail deleted`.") var mailbox: Int64
        @Argument(help: "UIDs of messages; none: the mailbox.") var uids: [UInt32] = []
        func run() async throws {
            ConsoleOutput.write(try MailOperations(try await settings.open()).restore(mailbox, uids: uids, of: user) + "\n")
        }
    }
}

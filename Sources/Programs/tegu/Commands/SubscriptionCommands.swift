import ArgumentParser
import Assembly

extension CalendarCommand {
    struct Subscribe: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a calendar that is a copy of a foreign one (.ics), kept up to date by the server.")
        @OptionGroup var settings: CommandSettings
        @Argument(help: "Whose.") var user: String
        @Argument(help: "The last part of its URL.") var name: String
        @Argument(help: "Where it is fetched from: https, http or webcal.") var url: String
        @Option(help: "What people see; without it, what the source calls itself.") var displayName: String?
        @Option(help: "Its colour, as #rrggbb.") var color: String?
        @Option(help: "How often it is fetched, such as 6h; without it, as its source says.") var interval: String?
        func run() async throws {
            ConsoleOutput.write(try SubscriptionOperations(try await settings.open()).subscribe(
                user, name, url: url, title: displayName, color: color, interval: interval) + "\n")
        }
    }

    struct Refresh: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Have a subscribed calendar fetched now.")
        @OptionGroup var settings: CommandSettings
        @Argument(help: "Whose.") var user: String
        @Argument(help: "The last part of its URL.") var name: String
        func run() async throws {
            ConsoleOutput.write(try SubscriptionOperations(try await settings.open()).refresh(user, name) + "\n")
        }
    }

    struct BirthdaysSwitch: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "birthdays", abstract: "Switch a user's calendar of the birthdays in the address books on or off.")
        enum State: String, ExpressibleByArgument, CaseIterable { case on, off }
        @OptionGroup var settings: CommandSettings
        @Argument(help: "Whose.") var user: String
        @Argument(help: "on or off.") var state: State
        func run() async throws {
            ConsoleOutput.write(
                try SubscriptionOperations(try await settings.open()).setBirthdays(user, isOn: state == .on) + "\n")
        }
    }
}

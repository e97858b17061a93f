import ArgumentParser
import Assembly

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

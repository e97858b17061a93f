import Bytes
import DNSClient
import Wire

/// `tegu dns`.
package enum DNSOperation {
    /// False where `checks` found a difference.
    package static func run(_ settings: Settings, domain: String, host: String?, port: UInt16?, checks: Bool) throws -> Bool {
        let records: DNSRecords
        do {
            let tlsPort = port ?? settings.http.tlsListen.first.flatMap { UInt16(exactly: $0.port) } ?? 443
            records = try DNSRecords.forDomain(
                try DomainName(domain), host: try DomainName(host ?? settings.hostName), tlsPort: tlsPort)
        } catch {
            throw CommandError(.usage, "“\(domain)” or its host is no domain name: \(error)")
        }
        guard checks else {
            ConsoleOutput.write(records.zoneFile())
            return true
        }
        var configuration = ResolverConfiguration()
        if !settings.dns.server.isEmpty { configuration.forwarders = [settings.dns.server] }
        let found = records.check(try Resolver(configuration))
        ConsoleOutput.write(DNSRecords.report(found))
        return found.allSatisfy(\.isOK)
    }
}

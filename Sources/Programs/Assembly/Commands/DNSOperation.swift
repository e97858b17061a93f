import Bytes
import DNSClient
import DiscoveryServer
import Wire

/// `tegu dns`.
package enum DNSOperation {
    /// False where `checks` found a difference.
    package static func run(_ settings: Settings, domain: String, host: String?, port: UInt16?, checks: Bool) throws -> Bool {
        let records: DNSRecords
        do {
            let places = Discovery.places(settings)
            let tlsPort = port ?? places.httpsPort.flatMap { UInt16(exactly: $0) } ?? 443
            records = try DNSRecords.forDomain(
                try DomainName(domain), host: try DomainName(host ?? settings.hostName), tlsPort: tlsPort,
                imapsPort: places.imapsPort.flatMap { UInt16(exactly: $0) },
                submissionsPort: places.submissionsPort.flatMap { UInt16(exactly: $0) })
        } catch {
            throw CommandError(.usage, "“\(domain)” or its host is no domain name: \(error)")
        }
        guard checks else {
            ConsoleOutput.write(note(settings, domain) + records.zoneFile())
            return true
        }
        let found = records.check(try resolver(settings.dns.server, for: records))
        ConsoleOutput.write(DNSRecords.report(found))
        return found.allSatisfy(\.isOK)
    }

    /// A comment of a zone file where programs that ask this server of the domain would be told that it is not served.
    private static func note(_ settings: Settings, _ domain: String) -> String {
        guard let name = HostName.normalized(domain), !Discovery.places(settings).domains.contains(name) else { return "" }
        return "; \(name) is none of the domains of this server (`domain`, `directories.NAME.domains`): nobody of it can sign in yet\n"
    }

    /// How long a name server has for one answer.
    private static let timeout = Duration.seconds(5)

    /// A resolver that asks `server`, or where that is empty those of the machine. It judges answers by the root's keys where
    /// the name server has them. The authoritative server of a zone, or one within a company, does not: there the records are only
    /// compared, for its answers could not pass (RFC 4035 §5: authentication begins at a trust anchor).
    private static func resolver(_ server: String, for records: DNSRecords) throws -> Resolver {
        var configuration = ResolverConfiguration(timeout: timeout)
        if !server.isEmpty { configuration.forwarders = [server] }
        var plain = configuration
        plain.trustAnchorFiles = []
        let unchecking = try Resolver(plain)
        do throws(ResolverError) {
            // Whatever it says, it is there.
            _ = try unchecking.lookup(records.domain, .srv)
        } catch {
            guard case .timedOut = error else { return try judging(configuration, unchecking) }
            throw CommandError(
                .unavailable,
                "no answer within \(timeout.components.seconds) seconds from "
                    + (server.isEmpty ? "the name servers of /etc/resolv.conf" : "the name server \(server) (dns.server)"))
        }
        return try judging(configuration, unchecking)
    }

    private static func judging(_ configuration: ResolverConfiguration, _ unchecking: Resolver) throws -> Resolver {
        let keys = try? unchecking.lookup(.root, .dnskey).records
        return keys?.isEmpty ?? true ? unchecking : try Resolver(configuration)
    }
}

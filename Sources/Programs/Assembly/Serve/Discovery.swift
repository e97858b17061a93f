import Cryptography
import DiscoveryServer
import Logging
import Wire

/// What clients are told of where the servers are.
enum Discovery {
    static func places(_ settings: Settings) -> ServerPlaces {
        func port(_ told: Int, _ addresses: [ListenAddress]) -> Int? { told > 0 ? told : addresses.first.map { Int($0.port) } }
        var domains = [settings.domain]
        for domain in settings.directories.flatMap(\.domains) where !domains.contains(domain) { domains.append(domain) }
        let submissions = settings.discovery.submissionsPort
        return ServerPlaces(
            host: settings.hostName, httpsPort: port(settings.discovery.httpsPort, settings.http.tlsListen),
            imapsPort: port(settings.discovery.imapsPort, settings.imap.tlsListen),
            submissionsPort: submissions > 0 ? submissions : nil, domains: domains)
    }

    static func server(_ settings: Settings) -> DiscoveryServer {
        let logger = Logger(label: "tegu.discovery")
        let files = settings.tls
        // A certificate that this server made for itself is one that no device trusts: what it signs looks worse than what nobody did.
        guard !files.certificate.isEmpty else { return DiscoveryServer(places(settings), clock: System.clock) }
        return DiscoveryServer(places(settings), sign: { profile in
            // Read each time: certificates are replaced while the server runs.
            do {
                return try SignedMessage.make(
                    profile, chainPEM: try SmallFile.read(files.certificate, limit: 1 << 20),
                    keyPEM: try SmallFile.read(files.key, limit: 1 << 20))
            } catch {
                logger.error("a profile cannot be signed, it is given out without", metadata: ["failure": "\(error)"])
                return nil
            }
        }, clock: System.clock)
    }
}

import Cryptography
import DiscoveryServer
import Locks
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
        let signer = ProfileSigner(certificate: files.certificate, key: files.key, logger: logger, clock: System.clock)
        return DiscoveryServer(places(settings), sign: { signer.sign($0) }, clock: System.clock)
    }
}

/// Signs profiles, for anybody who asks: so the files are read once a minute, and that they cannot be is logged once.
final class ProfileSigner: Sendable {
    private struct State {
        var files: (chain: [UInt8], key: [UInt8])?
        var read: Int64?
        var isBroken = false
    }

    /// Milliseconds: certificates are replaced while the server runs.
    private static let lifetime: Int64 = 60_000

    private let certificate: String
    private let key: String
    private let logger: Logger
    private let clock: @Sendable () -> Int64
    private let state = Guarded(State())

    init(certificate: String, key: String, logger: Logger, clock: @escaping @Sendable () -> Int64) {
        self.certificate = certificate
        self.key = key
        self.logger = logger
        self.clock = clock
    }

    /// Nil where the profile is to be given out as it is.
    func sign(_ profile: [UInt8]) -> [UInt8]? {
        do {
            guard let files = try files() else { return nil }
            let signed = try SignedMessage.make(profile, chainPEM: files.chain, keyPEM: files.key)
            state.withLock { $0.isBroken = false }
            return signed
        } catch {
            let isNew = state.withLock { state in
                defer {
                    state.files = nil
                    state.isBroken = true
                }
                return !state.isBroken
            }
            if isNew {
                logger.error("profiles cannot be signed, they are given out without", metadata: ["failure": "\(error)"])
            }
            return nil
        }
    }

    /// Nil where they were found to be worth nothing of late.
    private func files() throws -> (chain: [UInt8], key: [UInt8])? {
        let now = clock()
        return try state.withLock { state in
            if let read = state.read, now >= read, now - read < Self.lifetime { return state.files }
            state.read = now
            state.files = nil
            let files = (chain: try SmallFile.read(certificate, limit: 1 << 20), key: try SmallFile.read(key, limit: 1 << 20))
            state.files = files
            return files
        }
    }
}

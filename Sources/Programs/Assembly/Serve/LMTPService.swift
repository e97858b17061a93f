import Directory
import LMTPServer
import Logging
import NIOCore
import Wire

/// The LMTP server of this process, where one is wanted.
struct LMTPService: Sendable {
    private let server: LMTPServer?

    init(_ installation: Installation, principals: PrincipalCache, directories: Directories?, storages: ServedStorages) {
        let settings = installation.settings
        guard !settings.lmtp.listen.isEmpty else {
            server = nil
            return
        }
        let recipients = Recipients(
            database: installation.database, directories: directories, principals: principals, defaultDomain: settings.domain,
            delimiter: settings.lmtp.delimiter.first, workers: settings.lmtp.workers)
        let services = LMTPServices(
            database: installation.database, store: installation.mail, recipients: recipients,
            elsewhere: storages.deliveryPlaces, clock: System.clock)
        var logger = Logger(label: "tegu.lmtp")
        // A delivery is told at info.
        if !settings.log.requests { logger.logLevel = max(logger.logLevel, .notice) }
        server = LMTPServer(configuration: Self.configuration(settings), services: services, logger: logger)
    }

    var addresses: [SocketAddress] { server?.addresses ?? [] }

    func start() async throws { try await server?.start() }
    func drain(within time: Duration) async { await server?.drain(within: time) }

    private static func configuration(_ settings: Settings) -> LMTPServerConfiguration {
        let lmtp = settings.lmtp
        var configuration = LMTPServerConfiguration()
        configuration.addresses = lmtp.listen
        configuration.trusted = lmtp.trusted
        configuration.hostName = settings.hostName
        configuration.workers = lmtp.workers
        configuration.connections = lmtp.connections
        configuration.recipients = lmtp.recipients
        configuration.overQuota = lmtp.overQuota == .retry ? .retry : .refuse
        configuration.idleTimeout = .milliseconds(lmtp.idleTime.milliseconds)
        return configuration
    }
}

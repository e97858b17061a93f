import Directory
import GlobalAddressList
import IMAPServer
import Logging
import NIOCore
import Wire

/// The IMAP server of this process, where one is wanted.
struct IMAPService: Sendable {
    private let server: IMAPServer?
    private let logger = Logger(label: "tegu.imap")

    init(
        _ installation: Installation, authenticator: Authenticator, memberships: MembershipCache,
        storages: ServedStorages, listed: ListedPrincipals?, certificates: TLSCertificates?
    ) {
        let settings = installation.settings
        guard Self.isWanted(settings) else {
            server = nil
            return
        }
        let services = IMAPServices(
            database: installation.database, store: installation.mail, authenticator: authenticator, memberships: memberships,
            version: Version.number, elsewhere: storages.mailPlaces, haveMoved: storages.haveMoved, listed: listed, clock: System.clock)
        server = IMAPServer(configuration: Self.configuration(settings, certificates), services: services, logger: logger)
    }

    private static func isWanted(_ settings: Settings) -> Bool {
        !settings.imap.tlsListen.isEmpty || !settings.imap.plainListen.isEmpty
    }

    static func certificates(_ installation: Installation, logger: Logger) throws -> TLSCertificates? {
        try FirstStart.certificates(
            installation, protocols: IMAPServer.applicationProtocols, isNeeded: isWanted(installation.settings), bindsChannels: true,
            logger: logger)
    }

    var tlsAddresses: [SocketAddress] { server?.tlsAddresses ?? [] }
    var plainAddresses: [SocketAddress] { server?.plainAddresses ?? [] }

    func endSessions() throws { try server?.endSessions() }
    func start() async throws { try await server?.start() }
    func drain(within time: Duration) async { await server?.drain(within: time) }

    private static func configuration(_ settings: Settings, _ certificates: TLSCertificates?) -> IMAPServerConfiguration {
        let imap = settings.imap
        var configuration = IMAPServerConfiguration()
        configuration.plainAddresses = imap.plainListen
        configuration.tlsAddresses = imap.tlsListen
        configuration.certificates = certificates
        configuration.isLoginAllowedOverPlain = imap.allowsLoginOverPlain
        configuration.eventLoops = imap.eventLoops
        configuration.workers = imap.workers
        configuration.connections = imap.connections
        configuration.connectionsPerAddress = imap.connectionsPerAddress
        configuration.connectionsPerUser = imap.connectionsPerUser
        configuration.isSharingWithAllAllowed = imap.allowsSharingWithAll
        configuration.capabilitiesOff = imap.capabilitiesOff
        configuration.loginTimeout = .milliseconds(imap.signInTime.milliseconds)
        configuration.commandTimeout = .milliseconds(imap.commandTime.milliseconds)
        configuration.idleTimeout = .milliseconds(imap.idleTime.milliseconds)
        configuration.writeTimeout = .milliseconds(imap.writeTime.milliseconds)
        configuration.appendLimit = UInt64(clamping: settings.limits.message)
        return configuration
    }
}

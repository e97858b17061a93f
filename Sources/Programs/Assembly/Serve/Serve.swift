import Bytes
import CGlibc
import CollectionStore
import Cryptography
import DAVServer
import Database
import Directory
import GlobalAddressList
import HTTPServer
import Logging
import Metrics
import NIOCore
import NIOPosix
import TimeZoneServer
import Wire

/// `tegu serve`: puts the parts together and runs them until it is told to stop.
package enum Serve {
    /// Returns when the server has stopped in good order.
    package static func run(_ given: Settings) async throws {
        keepFreedMemory()
        let metrics = PrometheusMetrics()
        Telemetry.bootstrap(given.log, metrics: metrics)
        let logger = Logger(label: "tegu")
        let signals = await SignalSource.trap()

        let directory = DataDirectory(given)
        _ = try directory.prepare()
        let lock = try ServeLock(directory)
        directory.emptySpool(lock)
        let installation = try Installation.open(given, creating: true) { logger.notice("\($0)") }
        let settings = installation.settings
        let storageLocks = try installation.storages.parts.map { HeldLock(try ServeLock($0.installation.directory)) }
        let warnings = try installation.all.flatMap(\.warnings) + installation.missingStorages().map(\.warning)
        for warning in warnings { logger.warning("\(warning)") }
        if let warning = OpenFiles.raiseLimit(for: settings) { logger.warning("\(warning)") }
        defer { installation.close() }
        try FirstStart.makeAdministrator(installation, logger: logger)
        let certificates = try FirstStart.certificates(
            installation, protocols: HTTPServer.applicationProtocols, isNeeded: !settings.http.tlsListen.isEmpty, logger: logger)
        let imapCertificates = try IMAPService.certificates(installation, logger: logger)

        let database = installation.database
        // What a crash left between a large body's arrival and its commit. Here no request can be on its way yet, on other nodes they can.
        for place in installation.all {
            let isAlone = settings.database.isEmpty && place.settings.database.isEmpty
            try UnusedFiles.note(
                place.database, place.files, now: System.clock(), minimumAge: isAlone ? 0 : UnusedFiles.age)
        }
        let directories = try DirectoryBackends.make(settings)
        let principals = PrincipalCache(database: database, clock: System.clock)
        let membershipCache = MembershipCache()
        try DirectoryMemberships.endOthers(than: directories, in: database)
        let memberships = directories.map { DirectoryMemberships($0, database: database, principals: principals) }
        let authenticator = authenticator(installation, principals, directories, memberships)
        let listed = listed(installation, principals, directories)
        let storages = ServedStorages(installation.storages) { part in
            let principals = PrincipalCache(database: part.installation.database, clock: System.clock)
            let memberships = MembershipCache()
            return ServedStorage(
                installation: part.installation, principals: principals, memberships: memberships,
                dav: davServer(part.installation, principals, authenticator, memberships, listed: listed))
        }
        let responder = RootResponder(
            dav: davServer(installation, principals, authenticator, membershipCache, storages, listed: listed),
            timeZones: TimeZoneServer(installation.timeZones), discovery: Discovery.server(settings), metrics: metrics,
            databaseMetrics: DatabaseMetrics(
                [(StorageSettings.defaultName, database)]
                    + installation.storages.parts.map { ($0.name, $0.installation.database) }),
            metricsAccess: settings.metrics.access,
            isHealthy: { (try? database.read { tx in try tx.first("SELECT 1") { _ in true } }) == true })
        let server = HTTPServer(
            configuration: configuration(settings, directory, certificates), responder: responder,
            logger: Logger(label: "tegu.http"), requestLogger: Telemetry.requestLogger(settings.log))
        let imap = IMAPService(
            installation, authenticator: authenticator, memberships: membershipCache, storages: storages, listed: listed,
            certificates: imapCertificates)
        let lmtp = LMTPService(installation, principals: principals, directories: directories, storages: storages)
        try await server.start()
        do {
            try await imap.start()
            try await lmtp.start()
        } catch {
            await imap.drain(within: .zero)
            await server.drain(within: .zero)
            throw error
        }
        let watches = [certificates, imapCertificates].compactMap {
            $0?.watch(every: .seconds(5), on: MultiThreadedEventLoopGroup.singleton.next(), logger: Logger(label: "tegu.tls"))
        }
        defer { for watch in watches { watch.cancel() } }
        announce(server, imap, lmtp)

        let membershipService = memberships.map {
            MembershipService(
                $0, used: [membershipCache] + storages.all.map(\.memberships), logger: Logger(label: "tegu.directories"),
                clock: System.clock)
        }
        let sessions = SessionService(imap, logger: Logger(label: "tegu.imap"))
        let reminder = certificates == nil && imapCertificates == nil
            ? nil : CertificateReminder(settings: settings, logger: Logger(label: "tegu.tls"), clock: System.clock)
        let mirror = DirectoryMirrorService(installation, principals, storages, logger: Logger(label: "tegu.storages"))
        await withTaskGroup(of: Void.self) { group in
            add(to: &group, installation, principals, directories)
            for storage in storages.all { add(to: &group, storage.installation, storage.principals, directories) }
            group.addTask { await membershipService?.run() }
            group.addTask { await sessions.run() }
            group.addTask { await mirror.run() }
            group.addTask { await reminder?.run() }
            for await signal in signals {
                switch signal {
                case .reload:
                    reload(certificates, logger)
                    reload(imapCertificates, logger)
                    reminder?.remind()
                case .stop:
                    logger.notice("stopping", metadata: ["requests-may-take": "\(settings.shutdownTime)"])
                    async let isIMAPDrained: Void = imap.drain(within: settings.shutdownTime)
                    async let isLMTPDrained: Void = lmtp.drain(within: settings.shutdownTime)
                    await server.drain(within: settings.shutdownTime)
                    _ = await (isIMAPDrained, isLMTPDrained)
                    group.cancelAll()
                    return
                }
            }
        }
        logger.notice("stopped")
        _ = consume lock
        withExtendedLifetime(storageLocks) {}
    }

    /// What is done beside requests, in each storage.
    private static func add(
        to group: inout TaskGroup<Void>, _ installation: Installation, _ principals: PrincipalCache, _ directories: Directories?
    ) {
        let maintenance = Maintenance(installation: installation, logger: Logger(label: "tegu.maintenance"), clock: System.clock)
        let subscriptions = SubscriptionService(
            installation, logger: Logger(label: "tegu.subscriptions"), clock: System.clock)
        let birthdays = BirthdayService(
            installation: installation, logger: Logger(label: "tegu.birthdays"), clock: System.clock)
        let addressLists = AddressListService(
            installation, directories, logger: Logger(label: "tegu.gal"), clock: System.clock)
        let elsewhere = ElsewhereService(
            installation: installation, principals: principals, logger: Logger(label: "tegu.elsewhere"))
        let searchIndex = SearchIndexService(
            SearchIndex(installation, clock: System.clock), logger: Logger(label: "tegu.search"))
        let maildirs = MaildirService(
            installation: installation, logger: Logger(label: "tegu.maildir"), clock: System.clock)
        let statistics = StatisticsService(database: installation.database, logger: Logger(label: "tegu.database"))
        let timeZoneUpdate = TimeZoneUpdate(installation: installation, logger: Logger(label: "tegu.index"))
        group.addTask { await maintenance.run() }
        group.addTask { await timeZoneUpdate.run() }
        group.addTask { await statistics.run() }
        group.addTask { await subscriptions.run() }
        group.addTask { await birthdays.run() }
        group.addTask { await addressLists.run() }
        group.addTask { await elsewhere.run() }
        group.addTask { await searchIndex.run() }
        group.addTask { await maildirs.run() }
    }

    private static func announce(_ server: HTTPServer, _ imap: IMAPService, _ lmtp: LMTPService) {
        func text(_ address: SocketAddress) -> String {
            let host = address.ipAddress ?? "localhost"
            return (host.contains(":") ? "[\(host)]" : host) + ":\(address.port ?? 0)"
        }
        for address in server.tlsAddresses { ConsoleOutput.write("https://\(text(address))/\n") }
        for address in server.plainAddresses { ConsoleOutput.write("http://\(text(address))/\n") }
        for address in imap.tlsAddresses { ConsoleOutput.write("imaps://\(text(address))/\n") }
        for address in imap.plainAddresses { ConsoleOutput.write("imap://\(text(address))/\n") }
        for address in lmtp.addresses { ConsoleOutput.write("lmtp: \(address.pathname ?? text(address))\n") }
        ConsoleOutput.write("tegu is ready\n")
    }

    private static func reload(_ certificates: TLSCertificates?, _ logger: Logger) {
        guard let certificates else { return }
        do throws(TLSFailure) {
            try certificates.reload()
            logger.notice("certificates loaded anew")
        } catch {
            logger.error("certificates cannot be used, those before stay", metadata: ["error": "\(error)"])
        }
    }

    /// One for all servers: who guesses passwords here is slowed there too.
    private static func authenticator(
        _ installation: Installation, _ principals: PrincipalCache, _ directories: Directories?,
        _ memberships: DirectoryMemberships?
    ) -> Authenticator {
        let settings = installation.settings
        let proxies = settings.http.trustedProxies
        var guessing = GuessGuard.Options()
        guessing.isEnabled = settings.auth.guessGuard
        let guessGuard = GuessGuard(guessing) { peer in
            guard let address = IPAddress(peer) else { return true }
            return address.isLoopback || proxies.contains(address)
        }
        var options = Authenticator.Options(defaultDomain: settings.domain)
        options.parameters = Accounts.scryptParameters(settings)
        options.idleTime = settings.auth.cacheTime.milliseconds
        options.outageTime = settings.auth.outageTime.milliseconds
        options.scram = settings.auth.scram
        let logger = Logger(label: "tegu.directories")
        options.noteRefusal = { name, directory, reason in
            logger.notice(
                "a directory refuses a sign-in",
                metadata: ["directory": "\(directory)", "user": "\(name)", "reason": "\(reason)"])
        }
        // Some workers must be left for those whose passwords need no hash.
        options.waitingThreads = max(1, settings.http.workers / 2)
        return Authenticator(
            database: installation.database, principals: principals, guessGuard: guessGuard, options: options,
            directories: directories, memberships: memberships)
    }

    /// Those in address lists who are no principals yet. They become so in the configuration database, as all do, and are known in each
    /// storage at once.
    private static func listed(
        _ installation: Installation, _ principals: PrincipalCache, _ directories: Directories?
    ) -> ListedPrincipals? {
        guard let directories else { return nil }
        let (database, storages) = (installation.database, installation.storages)
        return ListedPrincipals(
            names: { directories.names(ofListed: $0, in: $1) },
            place: { domain throws in try database.read { tx in try StorageMap.storage(tx, ofDomain: domain) } },
            admission: { entry, directory, name throws in
                guard let made = try directories.principal(
                    ofListed: entry, in: directory, named: name, database, principals, now: System.clock()) else { return nil }
                try storages.bring()
                _ = try storages.part(of: made)
                return made
            })
    }

    private static func davServer(
        _ installation: Installation, _ principals: PrincipalCache, _ authenticator: Authenticator,
        _ memberships: MembershipCache, _ storages: ServedStorages? = nil,
        listed: ListedPrincipals?
    ) -> DAVServer {
        let settings = installation.settings
        var configuration = DAVConfiguration(defaultDomain: settings.domain)
        configuration.isBasicAllowedOverPlain = settings.http.allowsBasicOverPlain
        configuration.maximumCalendarObjectSize = settings.limits.calendarObject
        configuration.maximumAttendees = settings.limits.attendees
        configuration.maximumCardSize = settings.limits.addressObject
        configuration.maximumFileSize = settings.limits.file
        configuration.maximumAttachmentSize = settings.limits.attachment
        configuration.maximumAttachments = settings.limits.attachmentsPerObject
        configuration.maximumXMLSize = settings.http.xmlLimit
        configuration.maximumHrefs = settings.results.multiget
        configuration.maximumQueryRows = settings.results.query
        configuration.maximumRecurrenceSteps = settings.results.steps
        configuration.maximumSyncRows = settings.results.syncCollection
        configuration.maximumPrincipals = settings.results.principalSearch
        configuration.historyKeep = settings.storage.historyReach.milliseconds
        configuration.timeZoneService = TimeZoneServer.path
        configuration.maximumLockTimeout = Int(settings.limits.lockTime.milliseconds / 1000)
        return DAVServer(
            database: installation.database, files: installation.files, timeZones: installation.timeZones,
            authenticator: authenticator, principals: principals, memberships: memberships, configuration: configuration,
            logger: Logger(label: "tegu.dav"), clock: System.clock,
            random: System.random, elsewhere: storages?.davServers, listed: listed)
    }

    private static func configuration(
        _ settings: Settings, _ directory: DataDirectory, _ certificates: TLSCertificates?
    ) -> HTTPServerConfiguration {
        let http = settings.http
        var configuration = HTTPServerConfiguration()
        configuration.plainAddresses = http.plainListen
        configuration.tlsAddresses = http.tlsListen
        configuration.certificates = certificates
        configuration.eventLoops = http.eventLoops
        configuration.workers = http.workers
        configuration.requestsAtOnce = settings.remoteConnections
        configuration.waitingRequests = http.waitingRequests
        configuration.connections = http.connections
        configuration.connectionsPerAddress = http.connectionsPerAddress
        configuration.trustedProxies = http.trustedProxies
        configuration.spoolDirectory = directory.spool
        configuration.headLength = http.headerLimit
        configuration.headTimeout = .milliseconds(http.headerTime.milliseconds)
        configuration.bodyTimeout = .milliseconds(http.bodyTime.milliseconds)
        configuration.idleTimeout = .milliseconds(http.idleTime.milliseconds)
        configuration.writeTimeout = .milliseconds(http.writeTime.milliseconds)
        return configuration
    }

    /// Each long answer makes buffers of some hundred kilobytes: where glibc gives their pages back every time, a tenth of
    /// its time is page faults. It keeps two megabytes a heap, of which there are eight a processor at most.
    private static func keepFreedMemory() {
        mallopt(M_MMAP_THRESHOLD, 1 << 20)
        mallopt(M_TRIM_THRESHOLD, 2 << 20)
    }
}

import Bytes
import CollectionStore
import DAVServer
import Database
import Directory
import HTTPServer
import Logging
import Metrics
import ServiceLifecycle
import Wire

/// `tegu serve`: puts the parts together and runs them until it is told to stop.
package enum Serve {
    /// Returns when the server has stopped in good order.
    package static func run(_ settings: Settings) async throws {
        let metrics = PrometheusMetrics()
        Telemetry.bootstrap(settings.log, metrics: metrics)
        let logger = Logger(label: "tegu")
        let signals = await SignalSource.trap()

        let directory = DataDirectory(settings.dataDirectory)
        for warning in try directory.prepare().warnings { logger.warning("\(warning)") }
        let lock = try ServeLock(directory)
        directory.emptySpool(lock)
        let installation = try Installation.open(settings, creating: true)
        defer { installation.close() }
        try FirstStart.makeAdministrator(installation, logger: logger)
        let certificates = try FirstStart.certificates(installation, logger: logger)

        let dav = try davServer(installation, logger: Logger(label: "tegu.dav"))
        let database = installation.database
        let responder = RootResponder(
            dav: dav, metrics: metrics, metricsAccess: settings.metrics.access,
            isHealthy: { (try? database.read { tx in try tx.first("SELECT 1") { _ in true } }) == true })
        let server = try HTTPServer(
            configuration: httpConfiguration(settings, directory, certificates), responder: responder,
            logger: Logger(label: "tegu.http"))
        try await server.start()
        announce(server, settings)

        let maintenance = Maintenance(installation: installation, logger: Logger(label: "tegu.maintenance"), clock: System.clock)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await maintenance.run() }
            for await signal in signals {
                switch signal {
                case .reload: reload(certificates, logger)
                case .stop:
                    logger.notice("stopping: requests in flight may take \(settings.shutdownTime)")
                    await server.drain(within: settings.shutdownTime)
                    group.cancelAll()
                    return
                }
            }
        }
    }

    private static func announce(_ server: HTTPServer, _ settings: Settings) {
        for address in server.tlsAddresses { print("https://\(address)/") }
        for address in server.plainAddresses { print("http://\(address)/") }
        print("tegu is ready")
    }
}

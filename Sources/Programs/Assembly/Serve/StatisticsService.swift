import Database
import Logging

/// Keeps what the database knows of its tables from being much too old. Of several nodes the one in charge does it.
struct StatisticsService: Sendable {
    let database: any Database
    let logger: Logger

    private static let interval = Duration.seconds(3)

    /// Until the task is cancelled.
    func run() async {
        while !Task.isCancelled {
            do {
                if database.isInCharge { try database.refreshStatistics() }
            } catch {
                logger.debug("statistics were not refreshed", metadata: ["failure": "\(error)"])
            }
            try? await Task.sleep(for: Self.interval)
        }
    }
}

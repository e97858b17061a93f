import Database
import Metrics
import Synchronization

/// How full the connections to each PostgreSQL database are, and how far behind notices to other nodes: for the page of metrics.
final class DatabaseMetrics: Sendable {
    private final class Series: Sendable {
        let database: any Database
        let connections: [Gauge]
        let limit: Gauge
        let waiting: Gauge
        let isHearing: Gauge
        let isInCharge: Gauge
        let pending: Gauge
        let behind: Gauge
        let counters: [Counter]
        /// What the counters have counted.
        let counted = Mutex([Int](repeating: 0, count: 6))

        init(_ database: any Database, _ storage: String) {
            self.database = database
            let labels = [("storage", storage)]
            connections = ["busy", "idle"].map { Gauge(label: "database_connections", dimensions: labels + [("state", $0)]) }
            limit = Gauge(label: "database_connections_max", dimensions: labels)
            waiting = Gauge(label: "database_transactions_waiting", dimensions: labels)
            isHearing = Gauge(label: "database_listening", dimensions: labels)
            isInCharge = Gauge(label: "database_in_charge", dimensions: labels)
            pending = Gauge(label: "database_notices_pending", dimensions: labels)
            behind = Gauge(label: "database_notices_behind_seconds", dimensions: labels)
            counters = [
                "database_transactions_refused_total", "database_transactions_repeated_total", "database_commits_undecided_total",
                "database_connections_given_up_total", "database_notices_sent_total", "database_notices_received_total",
            ].map { Counter(label: $0, dimensions: labels) }
        }
    }

    private let series: [Series]

    /// - Parameter databases: with the names of their storages. Those that have nothing to tell have no series.
    init(_ databases: [(storage: String, database: any Database)]) {
        series = databases.filter { $0.database.statistics != nil }.map { Series($0.database, $0.storage) }
    }

    /// Brings the series to the present.
    func refresh() {
        for one in series {
            guard let now = one.database.statistics else { continue }
            one.connections[0].record(now.busyConnections)
            one.connections[1].record(max(0, now.connections - now.busyConnections))
            one.limit.record(now.connectionLimit)
            one.waiting.record(now.waiting)
            one.isHearing.record(now.isHearing ? 1 : 0)
            one.isInCharge.record(one.database.isInCharge ? 1 : 0)
            one.pending.record(now.pendingNotices)
            one.behind.record(Double(now.pendingMilliseconds) / 1000)
            let counts = [now.refused, now.repeated, now.undecided, now.givenUp, now.sentNotices, now.receivedNotices]
            one.counted.withLock { counted in
                for (index, counter) in one.counters.enumerated() where counts[index] > counted[index] {
                    counter.increment(by: counts[index] - counted[index])
                    counted[index] = counts[index]
                }
            }
        }
    }
}

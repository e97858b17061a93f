import Metrics
import SMTPGrammar
import Synchronization
import Wire

/// What the server counts. Names and labels are few and fixed: nothing that a client sends becomes one.
final class ServerMetrics: ConnectionCounting {
    private let delivered = Counter(label: "lmtp_deliveries_total", dimensions: [("outcome", "delivered")])
    private let deferred = Counter(label: "lmtp_deliveries_total", dimensions: [("outcome", "deferred")])
    private let refused = Counter(label: "lmtp_deliveries_total", dimensions: [("outcome", "refused")])
    private let duration = Timer(label: "lmtp_delivery_duration_seconds")
    private let connectionsGauge = Gauge(label: "lmtp_connections")
    private let refusedConnections = Counter(label: "lmtp_connections_refused_total")
    private let connections = Atomic<Int>(0)

    func connectionOpened() { connectionsGauge.record(connections.add(1, ordering: .relaxed).newValue) }
    func connectionClosed() { connectionsGauge.record(connections.subtract(1, ordering: .relaxed).newValue) }
    func connectionRefused() { refusedConnections.increment() }

    /// The answer for one recipient, to RCPT or to the message.
    func answered(_ reply: Reply) {
        if reply.isPositive { delivered.increment() } else if reply.isTemporary { deferred.increment() } else { refused.increment() }
    }

    /// From the end of the message to the answer.
    func deliveryEnded(_ time: Duration) { duration.record(duration: time) }
}

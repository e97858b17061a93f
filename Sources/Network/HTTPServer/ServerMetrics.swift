import Locks
import Metrics
import Synchronization
import Wire

/// What the server counts. Names and labels are few and fixed: nothing that a client sends becomes one.
final class ServerMetrics: ConnectionCounting {
    private static let methods = [
        "GET", "HEAD", "PUT", "POST", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "PROPPATCH", "REPORT", "MKCOL",
        "MKCALENDAR",
        "COPY", "MOVE", "LOCK", "UNLOCK", "ACL", "SEARCH",
    ]
    private static let classes = ["1xx", "2xx", "3xx", "4xx", "5xx"]

    /// By method and class; made when first needed.
    private let requests = Guarded<[Counter?]>(
        Array(repeating: nil, count: (methods.count + 1) * classes.count))
    private let duration = Timer(label: "http_request_duration_seconds")
    private let inFlightGauge = Gauge(label: "http_requests_in_flight")
    private let connectionsGauge = Gauge(label: "http_connections")
    private let refusedConnections = Counter(label: "http_connections_refused_total")
    private let receivedBytes = Counter(label: "http_received_bytes_total")
    private let sentBytes = Counter(label: "http_sent_bytes_total")
    private let inFlight = Atomic<Int>(0)
    private let connections = Atomic<Int>(0)

    func requestBegan() {
        inFlightGauge.record(inFlight.add(1, ordering: .relaxed).newValue)
    }

    func requestEnded(method: String, status: Int, nanoseconds: Int64, received: Int, sent: Int) {
        inFlightGauge.record(inFlight.subtract(1, ordering: .relaxed).newValue)
        counter(method, status).increment()
        duration.recordNanoseconds(nanoseconds)
        receivedBytes.increment(by: received)
        sentBytes.increment(by: sent)
    }

    func connectionOpened() {
        connectionsGauge.record(connections.add(1, ordering: .relaxed).newValue)
    }

    func connectionClosed() {
        connectionsGauge.record(connections.subtract(1, ordering: .relaxed).newValue)
    }

    func connectionRefused() { refusedConnections.increment() }

    private func counter(_ method: String, _ status: Int) -> Counter {
        let row = Self.methods.firstIndex(of: method) ?? Self.methods.count
        let column = max(0, min(Self.classes.count - 1, status / 100 - 1))
        return requests.withLock { requests in
            let index = row * Self.classes.count + column
            if let counter = requests[index] { return counter }
            let method = row < Self.methods.count ? Self.methods[row] : "other"
            let counter = Counter(
                label: "http_requests_total", dimensions: [("method", method), ("status", Self.classes[column])])
            requests[index] = counter
            return counter
        }
    }
}

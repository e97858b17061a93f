import Metrics
import Synchronization
import Wire

/// What the server counts. Names and labels are few and fixed: nothing that a client sends becomes one.
final class ServerMetrics: ConnectionCounting {
    private static let statuses = ["ok", "no", "bad"]
    private let commands = statuses.map { Counter(label: "imap_commands_total", dimensions: [("status", $0)]) }
    private let duration = Timer(label: "imap_command_duration_seconds")
    private let connectionsGauge = Gauge(label: "imap_connections")
    private let refusedConnections = Counter(label: "imap_connections_refused_total")
    private let failedSignIns = Counter(label: "imap_failed_sign_ins_total")
    private let connections = Atomic<Int>(0)

    func connectionOpened() { connectionsGauge.record(connections.add(1, ordering: .relaxed).newValue) }
    func connectionClosed() { connectionsGauge.record(connections.subtract(1, ordering: .relaxed).newValue) }
    func connectionRefused() { refusedConnections.increment() }
    func signInFailed() { failedSignIns.increment() }

    func commandEnded(_ status: CommandStatus, nanoseconds: Int64) {
        commands[status.rawValue].increment()
        duration.recordNanoseconds(nanoseconds)
    }
}

enum CommandStatus: Int { case ok, no, bad }

import Glibc
package import UnixSignals

/// What the administrator tells the running server by signals.
package enum ServerSignal: Sendable, Equatable {
    /// SIGTERM, SIGINT: finish and end. The second one: end now.
    case stop
    /// SIGHUP: read the certificates again.
    case reload

    package init?(_ signal: UnixSignal) {
        switch signal {
        case .sigterm, .sigint: self = .stop
        case .sighup: self = .reload
        default: return nil
        }
    }
}

/// Signals as a sequence, which a task of the server reads.
package enum SignalSource {
    /// From here on the signals do not end the process any more, and neither does a client or a log's reader that goes
    /// away while it is written to (SIGPIPE).
    package static func trap() async -> some AsyncSequence<ServerSignal, Never> & Sendable {
        signal(SIGPIPE, SIG_IGN)
        return await UnixSignalsSequence(trapping: [.sigterm, .sigint, .sighup]).compactMap { ServerSignal($0) }
    }
}

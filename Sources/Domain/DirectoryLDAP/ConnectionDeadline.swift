import CLDAP
import Dispatch
import Glibc
import Locks

/// Bounds the time in which a connection comes to be.
///
/// libldap has time-outs for connecting and for messages, and none for a TLS handshake: with a server that takes connections and
/// says nothing it would wait for ever, and so would the thread. At the deadline the socket is shut down, which ends its waits.
final class ConnectionDeadline: Sendable {
    private struct State {
        /// Its own, so that it is no other connection's by the time it is used.
        var descriptor: Int32 = -1
        var isConnected = false
        var isOver = false
        var isRunning = true
    }

    private let state = Guarded(State())
    private static let queue = DispatchQueue(label: "tegu.ldap.deadlines")
    /// For how long a part of a message may be waited for before the time of the whole operation is looked at.
    private static let partTime = 1_000

    /// Whether there was a connection, whatever became of it.
    var isConnected: Bool { state.withLock { $0.isConnected } }

    var isOver: Bool { state.withLock { $0.isOver } }

    /// There is a socket now.
    func connected(_ descriptor: Int32) {
        let own = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
        state.withLock { state in
            if state.descriptor >= 0 { close(state.descriptor) }
            // What connects when the time is over is of nobody's use.
            state.isConnected = true
            state.descriptor = own
            if state.isOver { shutdown(own, Int32(SHUT_RDWR)) }
        }
    }

    /// Runs what connects, once; afterwards the waits in the middle of a message have an end too.
    func run(milliseconds: Int64, _ connect: () -> Int32) -> Int32 {
        let end = DispatchWorkItem { [self] in expire() }
        Self.queue.asyncAfter(deadline: .now() + .milliseconds(Int(clamping: milliseconds)), execute: end)
        let code = connect()
        end.cancel()
        state.withLock { state in
            state.isRunning = false
            guard state.descriptor >= 0 else { return }
            _ = cldap_limit_waits(state.descriptor, Self.partTime)
            close(state.descriptor)
            state.descriptor = -1
        }
        return code
    }

    private func expire() {
        state.withLock { state in
            guard state.isRunning else { return }
            state.isOver = true
            if state.descriptor >= 0 { shutdown(state.descriptor, Int32(SHUT_RDWR)) }
        }
    }
}

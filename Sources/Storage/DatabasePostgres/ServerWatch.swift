import Glibc
import Locks
import Synchronization

/// The sessions of a database, and until when each of them waits for the server. Whose answer does not come is freed: its connection is cut, as
/// if the server had done it.
///
/// Why: a server that hangs (its disk does not answer, its processes were stopped, a standby has taken its place meanwhile) keeps its connections
/// open, and the kernel behind it confirms what it is sent. The time-outs of statements are the server's own, so neither they nor keepalives end
/// what waits for it; without this each of a node's connections would wait for ever, one after the other.
final class ServerWatch: Sendable {
    /// How long an answer is waited for: a statement's, and that of a COMMIT, which may wait for a standby.
    let answerMilliseconds: Int64
    let commitMilliseconds: Int64
    private let waits = Guarded<[ObjectIdentifier: ServerWait]>([:])
    private let cuts = Atomic<Int>(0)

    init(answerMilliseconds: Int64, commitMilliseconds: Int64) {
        self.answerMilliseconds = answerMilliseconds
        self.commitMilliseconds = commitMilliseconds
    }

    /// How many connections were cut as the server did not answer.
    var cutCount: Int { cuts.load(ordering: .relaxed) }

    func add(_ wait: ServerWait) { waits.withLock { $0[ObjectIdentifier(wait)] = wait } }

    func remove(_ wait: ServerWait) { _ = waits.withLock { $0.removeValue(forKey: ObjectIdentifier(wait)) } }

    /// Frees those that wait longer than they may.
    func cutLate() {
        let now = Clock.milliseconds
        cut { $0.isOver(at: now) }
    }

    /// Frees all that wait, and has those that do not find their connection lost: the server is known to hang.
    func cutAll() { cut { _ in true } }

    private func cut(_ isWanted: (ServerWait) -> Bool) {
        waits.withLock { waits in
            for wait in waits.values where isWanted(wait) && wait.cut() { cuts.add(1, ordering: .relaxed) }
        }
    }
}

/// The socket of one session, and until when it waits for an answer.
final class ServerWait: Sendable {
    /// A number of its own for it: libpq closes the one that it has when it finds it lost, and another file may have that number then.
    private let socket: Int32
    private let end = Atomic<Int64>(.max)
    private let isCut = Atomic<Bool>(false)

    init(socket: Int32) { self.socket = fcntl(socket, F_DUPFD_CLOEXEC, 0) }

    deinit {
        if socket >= 0 { close(socket) }
    }

    func begin(_ milliseconds: Int64) { end.store(Clock.milliseconds + milliseconds, ordering: .relaxed) }

    func finish() { end.store(.max, ordering: .relaxed) }

    func isOver(at now: Int64) -> Bool { end.load(ordering: .relaxed) < now }

    /// False where it was cut before.
    func cut() -> Bool {
        if isCut.exchange(true, ordering: .relaxed) { return false }
        shutdown(socket, Int32(SHUT_RDWR))
        return true
    }
}

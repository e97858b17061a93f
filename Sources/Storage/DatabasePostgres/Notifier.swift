import CPostgreSQL
import Database
import Glibc
import Locks
import Threads

/// Tells the other processes of the database what this one commits, and hears what they tell: by NOTIFY and LISTEN, on one connection
/// of its own that one thread has.
///
/// Why not in the writers' transactions: a transaction with NOTIFY holds a lock of the whole database during its commit, so commits
/// would stand in line. Here what many commits have to tell goes out together, and the commit of a NOTIFY waits for no disk.
///
/// By the same connection the processes agree which one is in charge of what one alone is to do (`Charge`).
///
/// It has a pulse: the server is asked something each second, and where no answer comes it hangs. Then this connection is given up, and those
/// that wait in transactions are too (`ServerWatch`).
///
/// Invariants: a notice goes out after the commit that it tells of; each gap (a connection that was lost, notices that were too many)
/// is told as `unknown`, to the others or to this process; nothing waits for this thread, nor it for a server without end.
final class Notifier: Sendable {
    private struct State {
        var pending = PendingNotices()
        var pendingSince: Int64 = 0
        var receive: (@Sendable (ChangesElsewhere) -> Void)?
        var thread: pthread_t?
        var isStopping = false
        /// Until when this process is in charge, by `Clock.millisecondsWithSleep`.
        var chargeEnd: Int64 = 0
        var isConnected = false
        var told = 0
        var heard = 0
    }

    private static let pauseBetweenPulses: Int64 = 1_000
    /// Between two NOTIFYs, so that many commits share one: it wakes a process of the server and a thread for each node.
    private static let pause: Int64 = 15
    private static let longestRest: Int64 = 1_000
    /// A connection that has lived so long is a good one, though nothing was sent on it.
    private static let goodLife: Int64 = 5_000
    /// One channel for each schema: a database may have several, in tests.
    private static let channel = "'tegu:' || left(current_schema(), 50)"

    /// Knows which host took writes last.
    private let connector: Connector
    /// By which this process knows what it told itself.
    private let name = String(UInt64.random(in: .min ... .max), radix: 16)
    private let state = Guarded(State())
    private let waker = Guarded<WakePipe?>(nil)

    /// How long an answer of the server is waited for.
    private let silence: Int64

    init(_ connector: Connector, _ options: PostgresOptions) {
        self.connector = connector
        silence = options.silenceMilliseconds
    }

    /// Where nothing listens here (a command), the notices go out at once, by the connection that committed.
    func announce(_ notices: [ChangeNotice], on connection: PostgresConnection) {
        if notices.isEmpty { return }
        let (isRunning, isFirst) = state.withLock { state in
            let isFirst = state.pending.isEmpty
            if state.thread != nil {
                if isFirst { state.pendingSince = Clock.milliseconds }
                state.pending.add(notices)
            }
            return (state.thread != nil, isFirst)
        }
        // For those before it the thread has been woken.
        if isRunning { return isFirst ? wake() : () }
        var pending = PendingNotices()
        pending.add(notices)
        for text in NoticeText.texts(of: pending.take(), from: name) {
            // Others find it when they look.
            _ = try? connection.runAlone("SELECT pg_notify('tegu:' || left(current_schema(), 50), $1)", [.text(text)])
        }
    }

    /// Whether it is this process. Not any more from the moment on at which it knows that its connection is lost, nor when it has not asked
    /// the server for a while: others may be then.
    var isInCharge: Bool { state.withLock { $0.chargeEnd > Clock.millisecondsWithSleep } }

    /// Whether others are heard, what waits to be told, and what was told and heard until now.
    var traffic: (isConnected: Bool, pending: Int, pendingMilliseconds: Int64, told: Int, heard: Int) {
        state.withLock { state in
            let milliseconds = state.pending.isEmpty ? 0 : Clock.milliseconds - state.pendingSince
            return (state.isConnected, state.pending.count, milliseconds, state.told, state.heard)
        }
    }

    func start(_ receive: @escaping @Sendable (ChangesElsewhere) -> Void) throws {
        let isFirst = state.withLock { state in
            defer { state.receive = receive }
            return state.receive == nil && !state.isStopping
        }
        guard isFirst else { return }
        let pipe = try WakePipe()
        waker.withLock { $0 = pipe }
        let thread = try SystemThread.start { [weak self] in self?.run(pipe) }
        state.withLock { $0.thread = thread }
    }

    /// What is pending is sent, where there is a connection.
    func stop() {
        let thread = state.withLock { state in
            state.isStopping = true
            return state.thread
        }
        guard let thread else { return }
        wake()
        pthread_join(thread, nil)
        state.withLock { $0.thread = nil }
        waker.withLock { $0 = nil }
    }

    private func wake() { waker.withLock { $0?.signal() } }

    // MARK: The thread

    private func run(_ pipe: WakePipe) {
        var session: Session?
        var charge = Charge()
        var connectedAt: Int64 = 0
        var failureCount = 0
        var sendFailureCount = 0
        var nextAttempt: Int64 = 0
        var nextSending: Int64 = 0
        var nextPulse: Int64 = 0
        defer { end() }
        while true {
            let isStopping = state.withLock { $0.isStopping }
            let now = Clock.milliseconds
            if session == nil, !isStopping, now >= nextAttempt {
                session = connect()
                connectedAt = Clock.milliseconds
                if session != nil {
                    state.withLock { $0.isConnected = true }
                    // What was told until now was not heard here.
                    deliver(.unknown)
                } else {
                    failureCount += 1
                    nextAttempt = Clock.milliseconds + Self.rest(after: failureCount)
                }
            }
            var isLost = false
            if let session {
                if now >= nextSending || isStopping, let isSent = sendPending(on: session) {
                    if isSent { failureCount = 0 }
                    sendFailureCount = isSent ? 0 : sendFailureCount + 1
                    // Where the server takes none (its queue is full), a new connection would not help.
                    nextSending = Clock.milliseconds + (isSent ? Self.pause : Self.rest(after: sendFailureCount))
                }
                if !isStopping, now >= nextPulse {
                    let end = charge.renew(isInCharge: isInCharge) { execute($0, on: session) }
                    state.withLock { $0.chargeEnd = end }
                    nextPulse = Clock.milliseconds + Self.pauseBetweenPulses
                }
                isLost = !hear(on: session)
            }
            if isStopping { return }
            connector.watch.cutLate()
            if isLost {
                session = nil
                end()
                charge = Charge()
                nextPulse = 0
                sendFailureCount = 0
                nextSending = 0
                let hasLived = Clock.milliseconds - connectedAt >= Self.goodLife
                failureCount = hasLived ? 0 : failureCount + 1
                nextAttempt = Clock.milliseconds + Self.rest(after: failureCount)
            }
            let isPending = state.withLock { !$0.pending.isEmpty }
            let next = session == nil ? nextAttempt : isPending ? min(nextSending, nextPulse) : nextPulse
            pipe.wait(or: session.map { PQsocket($0.handle) }, milliseconds: max(0, next - Clock.milliseconds))
        }
    }

    /// Nobody is heard any more, and others may be in charge.
    private func end() {
        state.withLock { state in
            state.chargeEnd = 0
            state.isConnected = false
        }
    }

    /// Another rest on each node, lest all come back at the same moment.
    private static func rest(after failures: Int) -> Int64 {
        let rest = min(longestRest, 25 << min(failures, 10))
        return Int64.random(in: (rest / 2)...rest)
    }

    private func connect() -> Session? {
        guard let session = try? Session.simple(connector.parameters) else { return nil }
        // Nobody waits for a NOTIFY to be on the disk, or on a standby: after a crash nobody has heard it either.
        guard execute("SET synchronous_commit = off", on: session) != nil,
            let channel = execute("SELECT quote_ident(\(Self.channel))", on: session),
            execute("LISTEN \(channel)", on: session) != nil
        else { return nil }
        return session
    }

    /// Nil where there was nothing to send. What could not be sent is told as `unknown` later.
    private func sendPending(on session: Session) -> Bool? {
        let pending = state.withLock { state -> [ChangeNotice]?? in
            state.pending.isEmpty ? .none : .some(state.pending.take())
        }
        guard let pending else { return nil }
        for text in NoticeText.texts(of: pending, from: name) {
            // The text is made of numbers and letters.
            if execute("SELECT pg_notify(\(Self.channel), '\(text)')", on: session) == nil {
                state.withLock { $0.pending.setTooMany() }
                return false
            }
            state.withLock { $0.told += 1 }
        }
        return true
    }

    /// Delivers what has come. False where the connection is lost.
    private func hear(on session: Session) -> Bool {
        guard PQconsumeInput(session.handle) == 1 else { return false }
        var notices: [ChangeNotice] = []
        var isUnknown = false
        while let heard = PQnotifies(session.handle) {
            defer { PQfreemem(heard) }
            state.withLock { $0.heard += 1 }
            let text = heard.pointee.extra.map { String(cString: $0) } ?? ""
            switch NoticeText.changes(in: text, for: name) {
            case .notices(let more)?: notices += more
            case .unknown?: isUnknown = true
            case nil: break
            }
        }
        if isUnknown { deliver(.unknown) }
        if !notices.isEmpty { deliver(.notices(notices)) }
        return PQstatus(session.handle) == CONNECTION_OK
    }

    private func deliver(_ changes: ChangesElsewhere) {
        let receive = state.withLock { $0.receive }
        receive?(changes)
    }

    /// The first column of the first row, empty where there is none; nil where it failed. The connection is lost where no answer comes in time.
    private func execute(_ sql: String, on session: Session) -> String? {
        guard PQsendQuery(session.handle, sql) == 1 else { return nil }
        let end = Clock.milliseconds + silence
        var answer: String?
        while true {
            while PQisBusy(session.handle) == 1 {
                var descriptor = pollfd(fd: PQsocket(session.handle), events: Int16(POLLIN), revents: 0)
                let rest = end - Clock.milliseconds
                if rest <= 0 {
                    // Those that run transactions wait for the same server.
                    connector.watch.cutAll()
                    shutdown(PQsocket(session.handle), Int32(SHUT_RDWR))
                } else if poll(&descriptor, 1, Int32(clamping: rest)) == 0 {
                    continue
                }
                guard PQconsumeInput(session.handle) == 1 else { return nil }
            }
            guard let result = PQgetResult(session.handle) else { return answer }
            defer { PQclear(result) }
            let status = PQresultStatus(result)
            guard status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK else { continue }
            guard PQntuples(result) > 0, PQgetisnull(result, 0, 0) == 0 else {
                answer = ""
                continue
            }
            answer = PQgetvalue(result, 0, 0).map { String(cString: $0) } ?? ""
        }
    }
}

/// Wakes a thread that waits for a socket.
private final class WakePipe: Sendable {
    private let reading: Int32
    private let writing: Int32

    init() throws {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw Failure(systemCall: "pipe", path: "a notifier", code: errno) }
        (reading, writing) = (ends[0], ends[1])
        for end in ends {
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        }
    }

    deinit {
        close(reading)
        close(writing)
    }

    func signal() {
        var byte: UInt8 = 0
        // A full pipe wakes as well.
        _ = write(writing, &byte, 1)
    }

    /// Until somebody signals, the socket has something to read, or the time is over (nil: never).
    func wait(or socket: Int32?, milliseconds: Int64?) {
        var descriptors = [pollfd(fd: reading, events: Int16(POLLIN), revents: 0)]
        if let socket { descriptors.append(pollfd(fd: socket, events: Int16(POLLIN), revents: 0)) }
        _ = poll(&descriptors, nfds_t(descriptors.count), milliseconds.map { Int32(clamping: $0) } ?? -1)
        var bytes = [UInt8](repeating: 0, count: 256)
        while read(reading, &bytes, bytes.count) == bytes.count {}
    }
}

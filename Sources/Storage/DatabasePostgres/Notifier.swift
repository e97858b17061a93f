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
/// By the same connection the processes agree which one is in charge of what one alone is to do: it holds an advisory lock, which is free
/// as soon as the server knows that the connection has ended.
///
/// Invariants: a notice goes out after the commit that it tells of; each gap (a connection that was lost, notices that were too many)
/// is told as `unknown`, to the others or to this process; nothing waits for this thread.
final class Notifier: Sendable {
    private struct State {
        var pending = PendingNotices()
        var receive: (@Sendable (ChangesElsewhere) -> Void)?
        var thread: pthread_t?
        var isStopping = false
        var isInCharge = false
    }

    /// How often who is not in charge asks whether it may be.
    private static let pauseBetweenCandidacies: Int64 = 1_000
    /// The first number is any that nobody else has. Each schema has a lock of its own.
    private static let candidacy = "SELECT pg_try_advisory_lock(1413826390, hashtext(current_schema()))"

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

    init(_ connector: Connector) { self.connector = connector }

    /// Where nothing listens here (a command), the notices go out at once, by the connection that committed.
    func announce(_ notices: [ChangeNotice], on connection: PostgresConnection) {
        if notices.isEmpty { return }
        let (isRunning, isFirst) = state.withLock { state in
            let isFirst = state.pending.isEmpty
            if state.thread != nil { state.pending.add(notices) }
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

    /// Whether it is this process. Not any more from the moment on at which it knows that its connection is lost: the server may know it
    /// before.
    var isInCharge: Bool { state.withLock { $0.isInCharge } }

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
        var connectedAt: Int64 = 0
        var failureCount = 0
        var sendFailureCount = 0
        var nextAttempt: Int64 = 0
        var nextSending: Int64 = 0
        var nextCandidacy: Int64 = 0
        defer { state.withLock { $0.isInCharge = false } }
        while true {
            let isStopping = state.withLock { $0.isStopping }
            let now = Clock.milliseconds
            if session == nil, !isStopping, now >= nextAttempt {
                session = connect()
                connectedAt = Clock.milliseconds
                if session != nil {
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
                if !isInCharge, !isStopping, now >= nextCandidacy {
                    let isChosen = execute(Self.candidacy, on: session) == "t"
                    state.withLock { $0.isInCharge = isChosen }
                    nextCandidacy = Clock.milliseconds + Self.pauseBetweenCandidacies
                }
                isLost = !hear(on: session)
            }
            if isStopping { return }
            if isLost {
                session = nil
                state.withLock { $0.isInCharge = false }
                nextCandidacy = 0
                sendFailureCount = 0
                nextSending = 0
                let hasLived = Clock.milliseconds - connectedAt >= Self.goodLife
                failureCount = hasLived ? 0 : failureCount + 1
                nextAttempt = Clock.milliseconds + Self.rest(after: failureCount)
            }
            let isPending = state.withLock { !$0.pending.isEmpty }
            let next = session == nil ? nextAttempt : earlier(isPending ? nextSending : nil, isInCharge ? nil : nextCandidacy)
            pipe.wait(or: session.map { PQsocket($0.handle) }, milliseconds: next.map { max(0, $0 - Clock.milliseconds) })
        }
    }

    private func earlier(_ one: Int64?, _ other: Int64?) -> Int64? {
        guard let one, let other else { return one ?? other }
        return min(one, other)
    }

    /// Another rest on each node, lest all come back at the same moment.
    private static func rest(after failures: Int) -> Int64 {
        let rest = min(longestRest, 25 << min(failures, 10))
        return Int64.random(in: (rest / 2)...rest)
    }

    private func connect() -> Session? {
        guard let session = try? Session(connector.parameters) else { return nil }
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

    /// The first column of the first row, empty where there is none; nil where it failed.
    private func execute(_ sql: String, on session: Session) -> String? {
        let result = PQexec(session.handle, sql)
        defer { PQclear(result) }
        let status = result.map { PQresultStatus($0) }
        guard status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK else { return nil }
        guard PQntuples(result) > 0, PQgetisnull(result, 0, 0) == 0 else { return "" }
        return PQgetvalue(result, 0, 0).map { String(cString: $0) } ?? ""
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

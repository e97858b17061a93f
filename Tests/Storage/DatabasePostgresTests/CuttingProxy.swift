import Database
@testable import DatabasePostgres
import Glibc
import Testing
import Locks
import Threads

/// Stands between the engine and the server, on a socket of its own, and cuts a connection where it is told to.
final class CuttingProxy: Sendable {
    enum Cut: Sendable {
        case never
        /// What the client sends is not passed on.
        case beforeServer
        /// It is passed on, and the answer is not.
        case beforeClient
    }

    /// What a client sends for a verb: the prepared statement's name in a Bind message, after that of the portal, which is empty.
    static func word(_ verb: TransactionVerb) -> String { "\0\(verb.name)\0" }

    /// Where the socket is: the host of a connection string.
    let directory: String
    private let listener: Int32
    private let target: String
    private let state = Guarded<(cut: Cut, word: [UInt8], cuts: Int)>((.never, [], 0))

    init() throws {
        let server = try #require(getenv("TEST_POSTGRES_DIRECTORY"), "run by Tests/with-postgres.sh")
        target = String(cString: server) + "/.s.PGSQL.5432"
        var template = Array("/tmp/proxy-XXXXXX".utf8CString)
        let made = template.withUnsafeMutableBufferPointer { $0.baseAddress.flatMap { mkdtemp($0) } }
        directory = String(cString: try #require(made))
        let listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        self.listener = listener
        let isBound = Self.withAddress(directory + "/.s.PGSQL.5432") { bind(listener, $0, $1) } == 0
        try #require(isBound && listen(listener, 64) == 0)
        let target = target
        let thread = try SystemThread.start { [weak self] in
            while true {
                let client = accept(listener, nil, nil)
                guard client >= 0, let self else { return }
                let server = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
                guard Self.withAddress(target, { connect(server, $0, $1) }) == 0 else { continue }
                if let relay = try? SystemThread.start({ self.relay(client, server) }) { pthread_detach(relay) }
            }
        }
        pthread_detach(thread)
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        Glibc.close(listener)
        unlink(directory + "/.s.PGSQL.5432")
        rmdir(directory)
    }

    /// Cuts the next connection whose client sends `word`, once.
    func cut(_ cut: Cut, at word: String) { state.withLock { $0 = (cut, Array(word.utf8), $0.cuts) } }

    var cutCount: Int { state.withLock { $0.cuts } }

    private func relay(_ client: Int32, _ server: Int32) {
        defer {
            Glibc.close(client)
            Glibc.close(server)
        }
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            var polled = [
                pollfd(fd: client, events: Int16(POLLIN), revents: 0), pollfd(fd: server, events: Int16(POLLIN), revents: 0),
            ]
            guard poll(&polled, 2, -1) > 0 else { return }
            for (source, sink) in [(0, server), (1, client)] where polled[source].revents != 0 {
                let count = recv(polled[source].fd, &buffer, buffer.count, 0)
                guard count > 0 else { return }
                let cut = source == 0 ? self.cut(buffer[..<count]) : .never
                if cut == .beforeServer { return }
                guard send(sink, buffer, count, Int32(MSG_NOSIGNAL)) == count else { return }
                if cut == .beforeClient {
                    // The server has answered when there is something to read.
                    var answer = pollfd(fd: server, events: Int16(POLLIN), revents: 0)
                    poll(&answer, 1, 5000)
                    return
                }
            }
        }
    }

    private func cut(_ bytes: ArraySlice<UInt8>) -> Cut {
        state.withLock { state in
            guard state.cut != .never, bytes.count >= state.word.count else { return .never }
            let isThere = (bytes.startIndex...(bytes.endIndex - state.word.count)).contains {
                bytes[$0...].starts(with: state.word)
            }
            guard isThere else { return .never }
            defer { state = (.never, [], state.cuts + 1) }
            return state.cut
        }
    }

    private static func withAddress(_ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix(107)) }
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
        }
    }
}

import Glibc
import Logging
import NIOCore
import Synchronization
import TestWaiting
import Wire

@testable import HTTPServer

/// A responder made of closures.
struct TestResponder: HTTPResponder {
    var rule: @Sendable (HTTPRequestHead) -> HTTPBodyRule = { _ in .collect(limit: 1 << 20) }
    var refuse: @Sendable (HTTPRequestHead) -> HTTPResponse? = { _ in nil }
    var immediate: @Sendable (HTTPRequest) -> HTTPResponse? = { _ in nil }
    var answer: @Sendable (HTTPRequest) -> HTTPResponse = { request in
        switch request.body {
        case .none: text("\(request.head.method) \(request.head.target)")
        case .bytes(let bytes): HTTPResponse(status: 200, body: .bytes(bytes))
        case .file(_, let size): text("file of \(size)")
        }
    }

    static func text(_ text: String) -> HTTPResponse { HTTPResponse(status: 200, body: .bytes(Array(text.utf8))) }

    func bodyRule(for head: HTTPRequestHead) -> HTTPBodyRule { rule(head) }
    func refusal(of head: HTTPRequestHead) -> HTTPResponse? { refuse(head) }
    func immediateAnswer(to request: HTTPRequest) -> HTTPResponse? { immediate(request) }
    func respond(to request: HTTPRequest) -> HTTPResponse { answer(request) }
}

/// What a test's server logged.
final class TestLog: LogHandler, RequestLogger, @unchecked Sendable {
    /// Guard of `told`: the mutex; the others are not changed while the server runs.
    private let told = Mutex<[RequestLog]>([])
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.info

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {}

    func log(_ request: RequestLog) { told.withLock { $0.append(request) } }

    var requests: [RequestLog] { told.withLock { $0 } }
}

/// A server of a test, in the process, on a port that the system chooses.
struct TestServer {
    let server: HTTPServer
    let log: TestLog
    var port: Int { server.plainAddresses.first?.port ?? 0 }
    var tlsPort: Int { server.tlsAddresses.first?.port ?? 0 }

    private init(_ configuration: HTTPServerConfiguration, _ responder: TestResponder) {
        let log = TestLog()
        self.log = log
        server = HTTPServer(
            configuration: configuration, responder: responder, logger: Logger(label: "test") { _ in log },
            requestLogger: log)
    }

    /// Runs `body` with a server, and drains it.
    static func run(
        _ responder: TestResponder = TestResponder(),
        configure: (inout HTTPServerConfiguration) throws -> Void = { _ in },
        _ body: (TestServer) async throws -> Void
    ) async throws {
        var configuration = HTTPServerConfiguration()
        configuration.plainAddresses = [ListenAddress(host: "127.0.0.1", port: 0)]
        configuration.eventLoops = 1
        configuration.workers = 4
        try configure(&configuration)
        let server = TestServer(configuration, responder)
        try await server.server.start()
        do {
            try await body(server)
        } catch {
            await server.server.drain(within: .zero)
            throw error
        }
        await server.server.drain(within: .seconds(5))
    }

    func client(receiveBuffer: Int? = nil) throws -> TestClient {
        try TestClient(port: port, receiveBuffer: receiveBuffer)
    }

    /// What was told of requests, once there are `count`.
    func logged(_ count: Int) async throws -> [RequestLog] {
        _ = await eventually { log.requests.count >= count }
        return log.requests
    }

    /// Waits until no connection is open; false after a long time.
    func isEmptied() async -> Bool {
        await eventually { server.openConnections == 0 }
    }
}

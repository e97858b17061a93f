import Logging
import NIOCore
import Testing
import TestWaiting
import Wire

@testable import HTTPServer

@Suite(.serialized) struct DrainTests {
    private let started = Gate()
    private let gate = Gate()

    private var responder: TestResponder {
        var responder = TestResponder()
        responder.answer = { [started, gate] request in
            if request.head.target == "/held" {
                started.open()
                gate.pass()
            }
            return TestResponder.text("done")
        }
        return responder
    }

    @Test("a drain lets requests finish, tells them of the end, and closes idle connections")
    func drain() async throws {
        try await TestServer.run(responder) { server in
            let (idle, busy) = (try server.client(), try server.client())
            try await idle.send("GET / HTTP/1.1\nHost: x\n\n")
            #expect(try await idle.response().status == 200)
            try await busy.send("GET /held HTTP/1.1\nHost: x\n\nGET /never HTTP/1.1\nHost: x\n\n")
            started.pass()
            async let drained: Void = server.server.drain(within: .seconds(10))
            #expect(try await idle.isAtEnd())
            gate.open()
            #expect(try await busy.response().text == "done")
            #expect(try await busy.isAtEnd())
            await drained
            #expect(server.server.openConnections == 0)
            #expect(throws: TestClient.Failed.self) { try server.client() }
        }
    }

    @Test("a request that comes while the server drains is told that the connection closes")
    func closes() async throws {
        try await TestServer.run(responder) { server in
            let client = try server.client()
            // Half a head: the connection is not idle.
            try await client.send("GET /held HTTP/1.1\n")
            #expect(await eventually { server.server.openConnections > 0 })
            let other = try server.client()
            try await other.send("GET / HTTP/1.1\nHost: x\n\n")
            #expect(try await other.response().status == 200)
            async let drained: Void = server.server.drain(within: .seconds(10))
            #expect(try await other.isAtEnd())
            try await client.send("Host: x\n\n")
            started.pass()
            gate.open()
            #expect(try await client.response()["connection"] == "close")
            await drained
        }
    }

    @Test("at the end of its time a drain cuts what is left")
    func cuts() async throws {
        try await TestServer.run(responder) { server in
            let client = try server.client()
            try await client.send("GET /held HTTP/1.1\nHost: x\n\n")
            started.pass()
            await server.server.drain(within: .milliseconds(50))
            await #expect(throws: TestClient.Failed.self) { try await client.response() }
            gate.open()
        }
    }

    @Test("a server that cannot listen on all its addresses listens on none")
    func cannotListen() async throws {
        try await TestServer.run { first in
            var configuration = HTTPServerConfiguration()
            configuration.plainAddresses = [
                ListenAddress(host: "127.0.0.1", port: 0), ListenAddress(host: "127.0.0.1", port: first.port),
            ]
            let second = HTTPServer(
                configuration: configuration, responder: TestResponder(),
                logger: Logger(label: "test") { _ in TestLog() })
            await #expect(throws: ListenFailure.self) { try await second.start() }
        }
    }
}

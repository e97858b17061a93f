import NIOCore
import NIOHTTP1
import Synchronization
import TestCertificate
import TestDirectory
import Testing
import Wire

@testable import HTTPServer

@Suite(.serialized) struct TLSTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
        write(.one)
    }

    private func write(_ certificate: TestCertificate) {
        directory.write(certificate.chain, to: "chain.pem")
        directory.write(certificate.key, to: "key.pem")
    }

    private func run(
        _ responder: TestResponder = TestResponder(), configure: (inout HTTPServerConfiguration) -> Void = { _ in },
        _ body: (TestServer, TLSCertificates) async throws -> Void
    ) async throws {
        let certificates = try TLSCertificates(
            chainFile: "\(directory.path)/chain.pem", keyFile: "\(directory.path)/key.pem",
            applicationProtocols: HTTPServer.applicationProtocols)
        try await TestServer.run(
            responder,
            configure: {
                $0.tlsAddresses = [ListenAddress(host: "127.0.0.1", port: 0)]
                $0.certificates = certificates
                $0.spoolDirectory = directory.path
                configure(&$0)
            }
        ) { try await body($0, certificates) }
    }

    @Test(
        "HTTP/1.1 is spoken with those who ask for it and with those who ask for nothing",
        arguments: [["http/1.1"], []])
    func http1(_ protocols: [String]) async throws {
        var responder = TestResponder()
        responder.answer = { TestResponder.text("\($0.head.isSecure) \($0.head.isLoopback)") }
        try await run(responder) { server, _ in
            let answer = try await TLSTestClient.http1(
                port: server.tlsPort, protocols: protocols, "GET / HTTP/1.1\nHost: x\nConnection: close\n\n")
            #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(answer.hasSuffix("true true"))
            #expect(try await server.logged(1).first?.proto == "http/1.1+tls")
        }
    }

    @Test("files and long bodies pass through TLS")
    func longBodies() async throws {
        directory.write(String(repeating: "0123456789", count: 100_000), to: "file")
        let path = "\(directory.path)/file"
        var responder = TestResponder()
        responder.answer = { _ in HTTPResponse(status: 200, body: .file(path: path, offset: 10, count: 999_990)) }
        try await run(responder) { server, _ in
            let answer = try await TLSTestClient.http1(
                port: server.tlsPort, "GET / HTTP/1.1\nHost: x\nConnection: close\n\n")
            #expect(answer.hasSuffix(String(repeating: "0123456789", count: 99_999)))
            let client = try await TLSTestClient.HTTP2(port: server.tlsPort)
            #expect(try await client.request("GET", "/").body.count == 999_990)
        }
    }

    @Test("new connections get certificates that were loaded anew, those before stay")
    func reload() async throws {
        try await run { server, certificates in
            let before = try await TLSTestClient.HTTP2(port: server.tlsPort)
            #expect(try await before.request("GET", "/1").text == "GET /1")
            write(.two)
            try certificates.reload()
            let after = try await TLSTestClient.HTTP2(port: server.tlsPort, trusted: .two)
            #expect(try await after.request("GET", "/2").text == "GET /2")
            #expect(try await before.request("GET", "/3").text == "GET /3")
            await #expect(throws: (any Error).self) {
                try await TLSTestClient.HTTP2(port: server.tlsPort, trusted: .one).request("GET", "/4")
            }
        }
    }

    @Test("a handshake that does not come is not waited for", arguments: ["", "GET / HTTP/1.1\nHost: x\n\n"])
    func handshakeTimeout(_ text: String) async throws {
        try await run(configure: { $0.headTimeout = .milliseconds(100) }) { server, _ in
            let client = try TestClient(port: server.tlsPort)
            try await client.send(text)
            _ = try await client.rest()
            #expect(await server.isEmptied())
        }
    }

    @Test("HTTP/2 requests run beside one another on one connection")
    func concurrent() async throws {
        let (started, gate) = (Gate(), Gate())
        var responder = TestResponder()
        responder.answer = { request in
            started.open()
            gate.pass()
            return TestResponder.text(request.head.target + " " + request.head.authority)
        }
        try await run(responder) { server, _ in
            let client = try await TLSTestClient.HTTP2(port: server.tlsPort)
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<4 {
                    group.addTask { try await client.request("GET", "/\(number)").text == "/\(number) h2.example" }
                }
                for _ in 0..<4 { started.pass() }
                gate.open(4)
                for try await isRight in group { #expect(isRight) }
            }
            #expect(try await server.logged(4).allSatisfy { $0.proto == "h2+tls" })
        }
    }

    @Test("HTTP/2 answers have the same fields, without those of a connection")
    func fields() async throws {
        try await run { server, _ in
            let client = try await TLSTestClient.HTTP2(port: server.tlsPort)
            let response = try await client.request("GET", "/")
            #expect(response.status == 200)
            #expect(response.headers.first(name: "server") == "tegu")
            #expect(response.headers.first(name: "content-length") == "5")
            #expect(response.headers["connection"].isEmpty)
            #expect(response.headers["transfer-encoding"].isEmpty)
            let head = try await client.request("HEAD", "/")
            #expect(head.headers.first(name: "content-length") == "6")
            #expect(head.body.isEmpty)
        }
    }

    @Test("HTTP/2 bodies in both directions, short, long and spooled", arguments: [0, 5, 100_000, 3_000_000])
    func bodies(_ count: Int) async throws {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 / 5) }
        var responder = TestResponder()
        responder.rule = { _ in .spool(limit: 1 << 30) }
        responder.answer = { request in
            switch request.body {
            case .none: HTTPResponse(status: 200)
            case .bytes(let bytes): HTTPResponse(status: 200, body: .bytes(bytes))
            case .file(let path, let size):
                // Sent after the answer was made, so under a name of its own.
                HTTPResponse(status: 200, body: .file(path: path, offset: 0, count: size))
            }
        }
        try await run(responder) { server, _ in
            let client = try await TLSTestClient.HTTP2(port: server.tlsPort)
            for isAnnounced in [true, false] {
                let headers = isAnnounced ? [("content-length", "\(count)")] : []
                let response = try await client.request("PUT", "/", headers: headers, body: bytes)
                #expect(response.status == 200)
                #expect(response.body == bytes)
            }
        }
    }

    @Test("a body that HTTP/2 announces as too long is refused with a whole answer")
    func tooLong() async throws {
        var responder = TestResponder()
        responder.rule = { _ in .collect(limit: 10) }
        try await run(responder) { server, _ in
            let client = try await TLSTestClient.HTTP2(port: server.tlsPort)
            let long = [UInt8](repeating: 1, count: 5_000_000)
            let response = try await client.request("PUT", "/", headers: [("content-length", "5000000")], body: long)
            #expect(response.status == 413)
            #expect(try await client.request("PUT", "/", body: long).status == 413)
            #expect(try await client.request("PUT", "/", body: [1, 2, 3]).body == [1, 2, 3])
        }
    }

    @Test("HTTP/2 clients can wait for 100 too")
    func continues() async throws {
        try await run { server, _ in
            let client = try await TLSTestClient.HTTP2(port: server.tlsPort)
            let headers = [("expect", "100-continue"), ("content-length", "3")]
            let response = try await client.request("PUT", "/", headers: headers, body: [1, 2, 3], waits: true)
            #expect(response.informational == [100])
            #expect(response.body == [1, 2, 3])
        }
    }

    @Test("HTTP/2 limits: targets and bodies that stop")
    func limits() async throws {
        try await run(configure: {
            $0.targetLength = 100
            $0.headLength = 4_000
            $0.bodyTimeout = .milliseconds(100)
        }) { server, _ in
            let client = try await TLSTestClient.HTTP2(port: server.tlsPort)
            #expect(try await client.request("GET", "/" + String(repeating: "a", count: 100)).status == 414)
            // What is longer than four times the limit ends the connection.
            let long = [("x", String(repeating: "a", count: 4_000))]
            #expect(try await client.request("GET", "/", headers: long).status == 431)
            let (_, response) = try await client.open("PUT", "/", endsAtOnce: false)
            #expect(try await response.get().status == 408)
            #expect(try await client.request("GET", "/").status == 200)
        }
    }

    @Test("an HTTP/2 answer that breaks off cannot be taken for complete")
    func breaks() async throws {
        final class Failing: HTTPBodySource {
            struct Failure: Error {}
            private let left = Atomic<Int>(5)
            func next() throws -> [UInt8]? {
                if left.subtract(1, ordering: .relaxed).newValue < 0 { throw Failure() }
                return [UInt8](repeating: 1, count: 100_000)
            }
        }
        var responder = TestResponder()
        responder.answer = {
            $0.head.target == "/"
                ? HTTPResponse(status: 200, body: .stream(length: nil, Failing())) : HTTPResponse(status: 204)
        }
        try await run(responder) { server, _ in
            let client = try await TLSTestClient.HTTP2(port: server.tlsPort)
            await #expect(throws: (any Error).self) { try await client.request("GET", "/") }
            #expect(try await client.request("GET", "/other").status == 204)
        }
    }

    @Test("an HTTP/2 answer that has come is logged as complete, be it short, long or streamed")
    func isLoggedAsComplete() async throws {
        final class Pieces: HTTPBodySource {
            private let left = Atomic<Int>(3)
            func next() throws -> [UInt8]? {
                left.subtract(1, ordering: .relaxed).newValue < 0 ? nil : [UInt8](repeating: 1, count: 100)
            }
        }
        var responder = TestResponder()
        responder.answer = {
            switch $0.head.target {
            case "/stream": HTTPResponse(status: 200, body: .stream(length: nil, Pieces()))
            case "/long": HTTPResponse(status: 200, body: .bytes([UInt8](repeating: 1, count: 1_000_000)))
            default: HTTPResponse(status: 404)
            }
        }
        try await run(responder) { server, _ in
            let client = try await TLSTestClient.HTTP2(port: server.tlsPort)
            #expect(try await client.request("GET", "/stream").body.count == 300)
            #expect(try await client.request("GET", "/long").body.count == 1_000_000)
            #expect(try await client.request("HEAD", "/none").status == 404)
            #expect(try await server.logged(3).map(\.isComplete) == [true, true, true])
        }
    }

    @Test("an HTTP/2 client that goes leaves nothing behind")
    func disconnects() async throws {
        let (started, gate) = (Gate(), Gate())
        var responder = TestResponder()
        responder.answer = { _ in
            started.open()
            gate.pass()
            return HTTPResponse(status: 200, body: .bytes([UInt8](repeating: 1, count: 1_000_000)))
        }
        try await run(responder) { server, _ in
            let client = try await TLSTestClient.HTTP2(port: server.tlsPort)
            let (_, response) = try await client.open("GET", "/")
            started.pass()
            try await client.channel.close()
            await #expect(throws: (any Error).self) { try await response.get() }
            #expect(await server.isEmptied())
            gate.open()
            #expect(try await server.logged(1).first?.isComplete == false)
        }
    }

    @Test("idle HTTP/2 connections end")
    func idle() async throws {
        try await run(configure: { $0.idleTimeout = .milliseconds(100) }) { server, _ in
            let client = try await TLSTestClient.HTTP2(port: server.tlsPort)
            #expect(try await client.request("GET", "/").status == 200)
            try await client.closed()
            #expect(await server.isEmptied())
        }
    }

    @Test("an HTTP/2 connection with a request in work is not idle")
    func busy() async throws {
        var responder = TestResponder()
        responder.answer = { _ in HTTPResponse(status: 401, delay: 1) }
        try await run(responder, configure: { $0.idleTimeout = .milliseconds(50) }) { server, _ in
            let client = try await TLSTestClient.HTTP2(port: server.tlsPort)
            #expect(try await client.request("GET", "/").status == 401)
        }
    }

    private func held(_ started: Gate, _ gate: Gate, _ answer: HTTPResponse) -> TestResponder {
        var responder = TestResponder()
        responder.answer = { request in
            guard request.head.target == "/held" else { return TestResponder.text("done") }
            started.open()
            gate.pass()
            return answer
        }
        return responder
    }

    /// RFC 9113 §6.8
    @Test("a drain lets HTTP/2 requests finish and closes the connection", arguments: [4, 1_000_000])
    func drain(_ count: Int) async throws {
        let (started, gate) = (Gate(), Gate())
        let body = [UInt8](repeating: 7, count: count)
        try await run(held(started, gate, HTTPResponse(status: 200, body: .bytes(body)))) { server, _ in
            let client = try await TLSTestClient.HTTP2(port: server.tlsPort)
            let (_, response) = try await client.open("GET", "/held")
            started.pass()
            async let drained: Void = server.server.drain(within: .seconds(10))
            // One that lets all in, and when the client has read that, one that names the last stream.
            #expect(await client.receivesGoAways(2))
            gate.open()
            #expect(try await response.get().body == body)
            try await client.closed()
            #expect(client.goAways == ["2147483647", "1", "1"])
            await drained
        }
    }

    @Test("an HTTP/2 answer that ends while the drain begins is not lost")
    func drainAtTheEnd() async throws {
        let (started, gate) = (Gate(), Gate())
        try await run(held(started, gate, TestResponder.text("done"))) { server, _ in
            let client = try await TLSTestClient.HTTP2(port: server.tlsPort)
            let (_, response) = try await client.open("GET", "/held")
            started.pass()
            async let drained: Void = server.server.drain(within: .seconds(10))
            gate.open()
            #expect(try await response.get().text == "done")
            try await client.closed()
            await drained
        }
    }

    @Test("a body that an HTTP/2 client is sending is taken in a drain")
    func drainOfBody() async throws {
        try await run { server, _ in
            let client = try await TLSTestClient.HTTP2(port: server.tlsPort)
            let (stream, response) = try await client.open("PUT", "/", endsAtOnce: false)
            #expect(try await client.request("GET", "/").status == 200)
            async let drained: Void = server.server.drain(within: .seconds(10))
            #expect(await client.receivesGoAways(2))
            let bytes = [UInt8](repeating: 7, count: 900_000)
            let body = HTTPClientRequestPart.body(.byteBuffer(ByteBuffer(bytes: bytes)))
            try await stream.writeAndFlush(body)
            try await stream.writeAndFlush(HTTPClientRequestPart.end(nil))
            #expect(try await response.get().body == bytes)
            try await client.closed()
            await drained
        }
    }

    @Test("a request that crosses the first GOAWAY is answered")
    func drainCrossed() async throws {
        try await run { server, _ in
            let clients = [
                try await TLSTestClient.HTTP2(port: server.tlsPort), try await TLSTestClient.HTTP2(port: server.tlsPort),
            ]
            for client in clients { #expect(try await client.request("GET", "/").status == 200) }
            // This one reads no GOAWAY until it has sent its request. Both are on one event loop of the server.
            try await clients[0].channel.setOption(.autoRead, value: false).get()
            async let drained: Void = server.server.drain(within: .seconds(10))
            #expect(await clients[1].receivesGoAways(1))
            let (_, response) = try await clients[0].open("GET", "/crossed")
            try await clients[0].channel.setOption(.autoRead, value: true).get()
            #expect(try await response.get().text == "GET /crossed")
            for client in clients { try await client.closed() }
            await drained
        }
    }
}

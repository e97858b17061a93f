import Glibc
import NIOCore
import Synchronization
import Testing
import Wire

@testable import HTTPServer

/// The server in the process, spoken to byte by byte: requests, framing and limits.
@Suite(.serialized) struct ConnectionTests {
    @Test("a request is answered with the server's own fields, and the connection stays")
    func simple() async throws {
        try await TestServer.run { server in
            let client = try server.client()
            for path in ["/a", "/b"] {
                try await client.send("GET \(path) HTTP/1.1\nHost: x\n\n")
                let response = try await client.response()
                #expect(response.status == 200)
                #expect(response.text == "GET \(path)")
                #expect(response["content-length"] == "6")
                #expect(response["server"] == "tegu")
                #expect(response["date"]?.hasSuffix(" GMT") == true)
                #expect(response["x-request-id"]?.count == 12)
                #expect(response["connection"] == nil)
            }
        }
    }

    @Test("pipelined requests are answered in their order, one in work at a time")
    func pipelining() async throws {
        let (started, gate) = (Gate(), Gate())
        var responder = TestResponder()
        responder.answer = { request in
            started.open()
            gate.pass()
            return TestResponder.text(request.head.target)
        }
        try await TestServer.run(responder) { server in
            let client = try server.client()
            try await client.send((0..<20).map { "GET /\($0) HTTP/1.1\nHost: x\n\n" }.joined())
            for number in 0..<20 {
                started.pass()
                #expect(server.log.requests.count == number)
                gate.open()
                #expect(try await client.response().text == "/\(number)")
            }
        }
    }

    @Test("an answer that is known at once is given in its turn, without the responder's thread")
    func immediateAnswers() async throws {
        var responder = TestResponder()
        responder.immediate = { $0.head.target == "/now" ? TestResponder.text("now") : nil }
        responder.answer = { request in
            #expect(request.head.target != "/now")
            return TestResponder.text("later")
        }
        let (now, later) = ("PUT /now HTTP/1.1\nHost: x\nContent-Length: 3\n\nabc", "GET /later HTTP/1.1\nHost: x\n\n")
        try await TestServer.run(responder) { server in
            let client = try server.client()
            try await client.send(now + later + now + now + later)
            for text in ["now", "later", "now", "now", "later"] { #expect(try await client.response().text == text) }
            let requests = try await server.logged(5)
            #expect(requests.map(\.path) == ["/now", "/later", "/now", "/now", "/later"])
            #expect(requests.first?.received == 3 && requests.first?.status == 200)
            try await client.send("GET /now HTTP/1.1\nHost: x\nConnection: close\n\n")
            #expect(try await client.response().text == "now")
            #expect(try await client.isAtEnd())
        }
    }

    @Test("an answer that is known at once may be long, and may depend on a short body")
    func immediateAnswersWithBodies() async throws {
        var responder = TestResponder()
        responder.immediate = { request in
            switch request.body {
            case .bytes(let bytes): HTTPResponse(status: 200, body: .bytes(Array(repeatElement(bytes, count: 30_000).joined())), isCompressible: true)
            case .none, .file: nil
            }
        }
        responder.answer = { request in
            guard case .bytes(let bytes) = request.body else { return TestResponder.text("none") }
            return TestResponder.text("\(bytes.count)")
        }
        try await TestServer.run(responder) { server in
            let client = try server.client()
            let long = String(repeating: "x", count: 20 << 10)
            try await client.send("POST / HTTP/1.1\nHost: x\nContent-Length: 3\n\nabc")
            try await client.send("POST / HTTP/1.1\nHost: x\nContent-Length: \(long.utf8.count)\n\n\(long)GET / HTTP/1.1\nHost: x\n\n")
            #expect(try await client.response().text == String(repeating: "abc", count: 30_000))
            #expect(try await client.response().text == "\(20 << 10)")
            #expect(try await client.response().text == "none")
        }
    }

    @Test("one client's requests that are answered at once do not keep the others of its loop waiting")
    func immediateAnswersTakeTurns() async throws {
        let answered = Mutex<(here: Int, elsewhere: Int)>((0, 0))
        var responder = TestResponder()
        responder.immediate = { _ in
            usleep(1500)
            answered.withLock { $0.here += 1 }
            return TestResponder.text("here")
        }
        responder.answer = { _ in
            answered.withLock { $0.elsewhere += 1 }
            return TestResponder.text("elsewhere")
        }
        try await TestServer.run(responder) { server in
            let client = try server.client()
            try await client.send(String(repeating: "GET / HTTP/1.1\nHost: x\n\n", count: 40))
            for _ in 0..<40 { #expect(try await client.response().status == 200) }
        }
        let (here, elsewhere) = answered.withLock { $0 }
        // Where the processors are busy one may already have taken longer than all of a turn.
        #expect(here + elsewhere == 40 && here >= 1 && elsewhere >= 10)
    }

    @Test("a flood of pipelined requests is answered whole")
    func flood() async throws {
        try await TestServer.run { server in
            let client = try server.client()
            try await client.send(String(repeating: "POST / HTTP/1.1\nHost: x\nContent-Length: 3\n\nabc", count: 2000))
            for _ in 0..<2000 { #expect(try await client.response().text == "abc") }
        }
    }

    @Test(
        "connections close when the client or the version says so",
        arguments: [
            ("HTTP/1.1\nHost: x\nConnection: close", "close"), ("HTTP/1.0", "close"),
            ("HTTP/1.0\nConnection: keep-alive", "keep-alive"),
        ])
    func persistence(_ rest: String, _ connection: String) async throws {
        try await TestServer.run { server in
            let client = try server.client()
            try await client.send("GET / \(rest)\n\n")
            #expect(try await client.response()["connection"] == connection)
            if connection == "close" { #expect(try await client.isAtEnd()) }
        }
    }

    @Test("a responder can close the connection")
    func responderCloses() async throws {
        var responder = TestResponder()
        responder.answer = { _ in HTTPResponse(status: 200, body: .bytes([1]), closesConnection: true) }
        try await TestServer.run(responder) { server in
            let client = try server.client()
            try await client.send("GET / HTTP/1.1\nHost: x\n\n")
            #expect(try await client.response()["connection"] == "close")
            #expect(try await client.isAtEnd())
        }
    }

    @Test("a chunked body arrives whole, cut at every byte")
    func chunkedCuts() async throws {
        let request = Array(
            "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n2;x\r\nef\r\n0\r\n\r\n".utf8)
        try await TestServer.run { server in
            let client = try server.client()
            for cut in 1..<request.count {
                try await client.send(Array(request[..<cut]))
                try await client.send(Array(request[cut...]))
                #expect(try await client.response().text == "abcdef")
            }
        }
    }

    @Test("RFC 9110 §10.1.1: 100 is sent before the body is read")
    func continues() async throws {
        try await TestServer.run { server in
            let client = try server.client()
            try await client.send("PUT / HTTP/1.1\nHost: x\nContent-Length: 5\nExpect: 100-continue\n\n")
            #expect(try await client.response().status == 100)
            try await client.send("hello")
            #expect(try await client.response().text == "hello")
            // Who does not wait gets none.
            try await client.send("PUT / HTTP/1.1\nHost: x\nContent-Length: 0\nExpect: 100-continue\n\n")
            #expect(try await client.response().status == 200)
        }
    }

    @Test("a refusal is given instead of 100, and the connection ends")
    func refusesInsteadOfContinue() async throws {
        var responder = TestResponder()
        responder.refuse = { head in
            head.target == "/no" ? HTTPResponse(status: 401, headers: [("WWW-Authenticate", "Basic")]) : nil
        }
        try await TestServer.run(responder) { server in
            let client = try server.client()
            try await client.send("PUT /no HTTP/1.1\nHost: x\nContent-Length: 5\nExpect: 100-continue\n\n")
            let response = try await client.response()
            #expect(response.status == 401)
            #expect(response["connection"] == "close")
        }
    }

    @Test("a long body is refused before it is read")
    func refusesLongBody() async throws {
        var responder = TestResponder()
        responder.rule = { _ in .spool(limit: 1 << 30) }
        responder.refuse = { _ in HTTPResponse(status: 403) }
        try await TestServer.run(responder) { server in
            let client = try server.client()
            try await client.send("PUT / HTTP/1.1\nHost: x\nContent-Length: 10000000\n\n")
            #expect(try await client.response().status == 403)
        }
    }

    @Test("another expectation is 417")
    func otherExpectation() async throws {
        try await TestServer.run { server in
            let client = try server.client()
            try await client.send("PUT / HTTP/1.1\nHost: x\nContent-Length: 5\nExpect: magic\n\nhello")
            #expect(try await client.response().status == 417)
        }
    }

    @Test("a body above the limit is 413; a short one is dropped and the connection goes on")
    func tooLong() async throws {
        var responder = TestResponder()
        responder.rule = { _ in .collect(limit: 10) }
        try await TestServer.run(responder) { server in
            let client = try server.client()
            try await client.send(
                "PUT / HTTP/1.1\nHost: x\nContent-Length: 11\n\n01234567890GET /next HTTP/1.1\nHost: x\n\n")
            #expect(try await client.response().status == 413)
            #expect(try await client.response().text == "GET /next")
            try await client.send(
                "PUT / HTTP/1.1\nHost: x\nTransfer-Encoding: chunked\n\nb\n01234567890\n0\n\n"
                    + "GET /next HTTP/1.1\nHost: x\n\n"
            )
            #expect(try await client.response().status == 413)
            #expect(try await client.response().text == "GET /next")
            try await client.send("PUT / HTTP/1.1\nHost: x\nContent-Length: 99999999\n\n")
            let response = try await client.response()
            #expect(response.status == 413)
            #expect(response["connection"] == "close")
            #expect(try await client.isAtEnd())
        }
    }

    @Test(
        "what is no request is answered and the connection ends",
        arguments: [
            ("GET /\n\n", 400), ("GET / HTTP/1.1\n\n", 400), ("GET / HTTP/1.1\nHost: x\nHost: y\n\n", 400),
            ("GET / HTTP/3.0\n\n", 505),
            ("GET / HTTP/1.1\nHost: x/y\n\n", 400), ("GET http://a@b/ HTTP/1.1\nHost: x\n\n", 400),
            ("POST / HTTP/1.1\nHost: x\nContent-Length: 3\nTransfer-Encoding: chunked\n\n0\n\n", 400),
            ("POST / HTTP/1.1\nHost: x\nTransfer-Encoding: chunked\n\nzz\n", 400),
            ("POST / HTTP/1.1\nHost: x\nTransfer-Encoding: gzip, chunked\n\n0\n\n", 501),
            ("GET /" + String(repeating: "a", count: 20_000) + " HTTP/1.1\nHost: x\n\n", 414),
            ("GET / HTTP/1.1\nHost: x\nX: " + String(repeating: "a", count: 70_000) + "\n\n", 431),
        ])
    func malformed(_ text: String, _ status: Int) async throws {
        try await TestServer.run { server in
            let client = try server.client()
            try await client.send(text + "GET /smuggled HTTP/1.1\nHost: x\n\n")
            let response = try await client.response()
            #expect(response.status == status)
            #expect(response["connection"] == "close")
            #expect(try await client.isAtEnd())
            #expect(try await server.logged(1).count == 1)
        }
    }

    @Test("gzip'ed bodies are inflated, bombs and broken ones refused")
    func coded() async throws {
        var responder = TestResponder()
        responder.answer = { request in
            guard case .bytes(let bytes) = request.body else { return HTTPResponse(status: 400) }
            let hasCoding = request.head.headers.first("content-encoding") != nil
            return TestResponder.text("\(bytes.count) \(hasCoding)")
        }
        try await TestServer.run(responder) { server in
            let client = try server.client()
            func put(_ bytes: [UInt8], _ coding: String = "gzip") async throws -> TestClient.Response {
                try await client.send(
                    "PUT / HTTP/1.1\nHost: x\nContent-Encoding: \(coding)\nContent-Length: \(bytes.count)\n\n")
                try await client.send(bytes)
                return try await client.response()
            }
            let compressors = Compressors()
            let small = try #require(compressors.compress([UInt8](repeating: 7, count: 5000)))
            #expect(try await put(Array(small.readableBytesView)).text == "5000 false")
            let bomb = try #require(compressors.compress([UInt8](repeating: 7, count: 20 << 20)))
            #expect(try await put(Array(bomb.readableBytesView)).status == 413)
            #expect(try await put([1, 2, 3]).status == 400)
            let unknown = try await put([1, 2, 3], "br")
            #expect(unknown.status == 415)
            #expect(unknown["accept-encoding"] == "gzip, deflate")
        }
    }

    @Test("too many waiting requests are 503")
    func overload() async throws {
        let (started, gate) = (Gate(), Gate())
        var responder = TestResponder()
        responder.answer = { _ in
            started.open()
            gate.pass()
            return TestResponder.text("done")
        }
        try await TestServer.run(
            responder,
            configure: {
                $0.workers = 1
                $0.waitingRequests = 1
            }
        ) { server in
            let clients = try (0..<3).map { _ in try server.client() }
            try await clients[0].send("GET / HTTP/1.1\nHost: x\n\n")
            started.pass()
            try await clients[1].send("GET / HTTP/1.1\nHost: x\n\n")
            try await clients[2].send("GET / HTTP/1.1\nHost: x\n\n")
            // One of the two waits in the queue; which one is the loop's choice.
            let refused = try await server.logged(1)
            #expect(refused.first?.status == 503)
            gate.open(2)
            var responses: [TestClient.Response] = []
            for client in clients { responses.append(try await client.response()) }
            #expect(responses.map(\.status).sorted() == [200, 200, 503])
            #expect(responses.first { $0.status == 503 }?["retry-after"] == "5")
        }
    }

    @Test("connections above the limit are closed at once")
    func connectionLimit() async throws {
        try await TestServer.run(configure: { $0.connectionsPerAddress = 2 }) { server in
            let clients = try (0..<2).map { _ in try server.client() }
            for client in clients {
                try await client.send("GET / HTTP/1.1\nHost: x\n\n")
                #expect(try await client.response().status == 200)
            }
            let third = try server.client()
            #expect(try await third.isAtEnd())
            #expect(server.server.openConnections == 2)
            clients.forEach { $0.close() }
            #expect(await server.isEmptied())
        }
    }

    @Test("slow heads and bodies are 408, idle connections just end")
    func timeouts() async throws {
        try await TestServer.run(configure: {
            $0.headTimeout = .milliseconds(100)
            $0.bodyTimeout = .milliseconds(100)
            $0.idleTimeout = .milliseconds(100)
        }) { server in
            let silent = try server.client()
            #expect(try await silent.isAtEnd())
            let slowHead = try server.client()
            try await slowHead.send("GET / HTTP/1.1\n")
            #expect(try await slowHead.response().status == 408)
            #expect(try await slowHead.isAtEnd())
            let slowBody = try server.client()
            try await slowBody.send("PUT / HTTP/1.1\nHost: x\nContent-Length: 10\n\nabc")
            #expect(try await slowBody.response().status == 408)
            #expect(try await slowBody.isAtEnd())
            let idle = try server.client()
            try await idle.send("GET / HTTP/1.1\nHost: x\n\n")
            #expect(try await idle.response().status == 200)
            #expect(try await idle.isAtEnd())
            #expect(await server.isEmptied())
        }
    }

    @Test("each request is told to the log once, without its query")
    func log() async throws {
        var responder = TestResponder()
        responder.answer = { _ in HTTPResponse(status: 201, body: .bytes([1, 2]), principal: "anna@example.org") }
        try await TestServer.run(responder) { server in
            let client = try server.client()
            try await client.send(
                "PUT /a%20b?secret=1 HTTP/1.1\nHost: x\nAuthorization: Basic c2VjcmV0\nContent-Length: 3\n\nabc")
            let response = try await client.response()
            let line = try #require(try await server.logged(1).first)
            #expect(line.path == "/a%20b")
            #expect(line.method == "PUT")
            #expect(line.principal == "anna@example.org")
            #expect(line.status == 201)
            #expect(line.received == 3)
            // With its head.
            #expect(line.sent > 2)
            #expect(line.nanoseconds >= 0)
            #expect(line.isComplete)
            #expect(line.id == response["x-request-id"])
            #expect(line.peer == "127.0.0.1")
            #expect(line.proto == "http/1.1")
            #expect(!"\(line.path)\(line.method)".contains("ecret"))
        }
    }

    @Test("a trusted proxy's word is passed on to the responder")
    func proxy() async throws {
        var responder = TestResponder()
        responder.answer = { request in
            let head = request.head
            return TestResponder.text("\(head.peer) \(head.isSecure) \(head.isLoopback) \(head.authority)")
        }
        try await TestServer.run(
            responder, configure: { $0.trustedProxies = [try #require(AddressRange("127.0.0.1"))] }
        ) { server in
            let client = try server.client()
            try await client.send(
                "GET / HTTP/1.1\nHost: x\nX-Forwarded-For: 192.0.2.1\nX-Forwarded-Proto: https\nX-Forwarded-Host: y\n\n"
            )
            #expect(try await client.response().text == "192.0.2.1 true false y")
            try await client.send("GET http://z/ HTTP/1.1\nHost: x\n\n")
            #expect(try await client.response().text == "127.0.0.1 false true z")
            try await client.send("GET / HTTP/1.1\nHost: x\nX-Forwarded-For: 192.0.2.1\nForwarded: for=192.0.2.2\n\n")
            #expect(try await client.response().status == 400)
        }
    }
}

import Glibc
import NIOCore
import Synchronization
import Testing
import TestDirectory
import TestWaiting
import Wire

@testable import HTTPServer

/// Bodies of answers, in the process and byte by byte: kinds, compression, back-pressure, clients that go.
@Suite(.serialized) struct AnswerTests {
    /// Gives `count` pieces of `size` bytes, and knows how many it gave and whether it is gone.
    private final class Source: HTTPBodySource {
        struct Failure: Error {}

        final class Observation: Sendable {
            let given = Atomic<Int>(0)
            let isGone = Atomic<Bool>(false)
        }

        private let left: Atomic<Int>
        private let size: Int
        private let fails: Bool
        private let observation: Observation

        init(_ count: Int, of size: Int, fails: Bool = false, _ observation: Observation = Observation()) {
            left = Atomic(count)
            self.size = size
            self.fails = fails
            self.observation = observation
        }

        deinit { observation.isGone.store(true, ordering: .relaxed) }

        func next() throws -> [UInt8]? {
            let number = left.subtract(1, ordering: .relaxed).newValue
            if number < 0 {
                if fails { throw Failure() }
                return nil
            }
            observation.given.add(size, ordering: .relaxed)
            return [UInt8](repeating: 0x61 + UInt8(number % 26), count: size)
        }
    }

    private func responder(_ answer: @escaping @Sendable () -> HTTPResponse) -> TestResponder {
        var responder = TestResponder()
        responder.answer = { _ in answer() }
        return responder
    }

    @Test(
        "a stream that ends soon has a length, a long one is chunked",
        arguments: [(0, 10), (3, 10), (30, 10_000), (100, 50_000)])
    func streams(_ count: Int, _ size: Int) async throws {
        try await TestServer.run(
            responder { HTTPResponse(status: 200, body: .stream(length: nil, Source(count, of: size))) }
        ) { server in
            let client = try server.client()
            for _ in 0..<2 {
                try await client.send("GET / HTTP/1.1\nHost: x\n\n")
                let response = try await client.response()
                #expect(response.body.count == count * size)
                #expect((response["transfer-encoding"] == "chunked") == (count * size > 100_000))
            }
            // RFC 9112 §6.3 (8)
            try await client.send("GET / HTTP/1.0\n\n")
            let old = try await client.response()
            #expect(old["transfer-encoding"] == nil)
            #expect(old.body.count == count * size)
        }
    }

    @Test("a stream with a length is sent with it")
    func streamOfLength() async throws {
        let length = 10 * 50_000
        try await TestServer.run(
            responder { HTTPResponse(status: 200, body: .stream(length: length, Source(10, of: 50_000))) }
        ) { server in
            let client = try server.client()
            try await client.send("GET / HTTP/1.1\nHost: x\n\n")
            let response = try await client.response()
            #expect(response["content-length"] == "\(length)")
            #expect(response.body.count == length)
        }
    }

    @Test("an answer that breaks off cannot be taken for complete", arguments: [nil, 100_000 * 20] as [Int?])
    func breaks(_ length: Int?) async throws {
        let body = { @Sendable in
            HTTPResponse(status: 200, body: .stream(length: length, Source(10, of: 100_000, fails: true)))
        }
        try await TestServer.run(responder(body)) { server in
            let client = try server.client()
            try await client.send("GET / HTTP/1.1\nHost: x\n\n")
            await #expect(throws: TestClient.Failed.self) { try await client.response() }
            #expect(try await server.logged(1).first?.isComplete == false)
        }
    }

    @Test("a stream that breaks before its first piece is out is a clean 500")
    func breaksEarly() async throws {
        try await TestServer.run(
            responder { HTTPResponse(status: 200, body: .stream(length: nil, Source(1, of: 10, fails: true))) }
        ) { server in
            let client = try server.client()
            try await client.send("GET / HTTP/1.1\nHost: x\n\n")
            #expect(try await client.response().status == 500)
        }
    }

    @Test("a source is not pulled further than the client reads")
    func backPressure() async throws {
        let observation = Source.Observation()
        let total = 200 << 20
        try await TestServer.run(
            responder {
                HTTPResponse(status: 200, body: .stream(length: total, Source(200, of: 1 << 20, observation)))
            }
        ) { server in
            let client = try server.client(receiveBuffer: 16 << 10)
            try await client.send("GET / HTTP/1.1\nHost: x\n\n")
            // Until nothing more is given for a while: sockets' buffers are full then.
            var last = -1
            var quiet = ContinuousClock.now
            while ContinuousClock.now - quiet < .milliseconds(300) {
                let given = observation.given.load(ordering: .relaxed)
                if given != last { (last, quiet) = (given, .now) }
                await Task.yield()
            }
            #expect(last < 30 << 20)
            #expect(try await client.response().body.count == total)
        }
    }

    @Test("a client that goes while it is answered leaves nothing behind", arguments: [false, true])
    func disconnects(_ readsFirst: Bool) async throws {
        let observation = Source.Observation()
        try await TestServer.run(
            responder {
                HTTPResponse(status: 200, body: .stream(length: nil, Source(10_000, of: 1 << 20, observation)))
            }
        ) { server in
            let client = try server.client()
            try await client.send("GET / HTTP/1.1\nHost: x\n\n")
            if readsFirst { try await client.receive() }
            client.close()
            #expect(await server.isEmptied())
            #expect(try await server.logged(1).first?.isComplete == false)
            #expect(await eventually { observation.isGone.load(ordering: .relaxed) })
        }
    }

    @Test("a client that goes while the responder works costs only that work")
    func disconnectsEarly() async throws {
        let (started, gate) = (Gate(), Gate())
        try await TestServer.run(
            responder {
                started.open()
                gate.pass()
                return TestResponder.text("late")
            }
        ) { server in
            let client = try server.client()
            try await client.send("GET / HTTP/1.1\nHost: x\n\n")
            started.pass()
            client.close()
            #expect(await server.isEmptied())
            gate.open()
            let other = try server.client()
            try await other.send("GET / HTTP/1.1\nHost: x\n\n")
            started.pass()
            gate.open()
            #expect(try await other.response().text == "late")
        }
    }

    @Test("who does not read is cut off")
    func writeTimeout() async throws {
        try await TestServer.run(
            responder {
                HTTPResponse(status: 200, body: .bytes([UInt8](repeating: 1, count: 64 << 20)))
            }, configure: { $0.writeTimeout = .milliseconds(200) }
        ) { server in
            let client = try server.client(receiveBuffer: 16 << 10)
            try await client.send("GET / HTTP/1.1\nHost: x\n\n")
            #expect(await server.isEmptied())
        }
    }

    @Test("long bytes arrive whole")
    func longBytes() async throws {
        let bytes = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 / 7) }
        try await TestServer.run(responder { HTTPResponse(status: 200, body: .bytes(bytes)) }) { server in
            let client = try server.client()
            try await client.send("GET / HTTP/1.1\nHost: x\n\n")
            #expect(try await client.response().body == bytes)
        }
    }

    @Test(
        "ranges of files are sent, short and long",
        arguments: [(0, 1_000_000), (5, 10), (999_999, 1), (0, 0), (300_000, 600_000)])
    func files(_ offset: Int, _ count: Int) async throws {
        let directory = try TemporaryDirectory()
        let path = "\(directory.path)/file"
        let bytes = (0..<1_000_000).map { UInt8(0x20 + $0 / 11 % 90) }
        directory.write(String(decoding: bytes, as: UTF8.self), to: "file")
        try await TestServer.run(
            responder {
                HTTPResponse(status: 206, body: .file(path: path, offset: offset, count: count))
            }
        ) { server in
            let client = try server.client()
            for _ in 0..<2 {
                try await client.send("GET / HTTP/1.1\nHost: x\n\n")
                #expect(try await client.response().body == Array(bytes[offset..<(offset + count)]))
            }
            try await client.send("HEAD / HTTP/1.1\nHost: x\n\n")
            #expect(try await client.response(toHead: true)["content-length"] == "\(count)")
        }
    }

    @Test("a file that is missing or too short is 500")
    func missingFile() async throws {
        let directory = try TemporaryDirectory()
        directory.write("short", to: "file")
        let path = "\(directory.path)/file"
        try await TestServer.run(responder { HTTPResponse(status: 200, body: .file(path: path, offset: 0, count: 6)) })
        { server in
            let client = try server.client()
            try await client.send("GET / HTTP/1.1\nHost: x\n\n")
            #expect(try await client.response().status == 500)
        }
    }

    @Test("HEAD has the fields of GET and no body", arguments: ["bytes", "empty", "stream", "compressed", "announced"])
    func head(_ kind: String) async throws {
        try await TestServer.run(
            responder {
                switch kind {
                case "bytes": HTTPResponse(status: 200, body: .bytes([1, 2, 3]))
                case "stream": HTTPResponse(status: 200, body: .stream(length: 1_000_000, Source(1, of: 1_000_000)))
                case "compressed":
                    HTTPResponse(status: 200, body: .bytes([UInt8](repeating: 1, count: 5000)), isCompressible: true)
                case "announced": HTTPResponse(status: 200, headers: [("Content-Length", "77")])
                default: HTTPResponse(status: 404)
                }
            }
        ) { server in
            let client = try server.client()
            try await client.send("HEAD / HTTP/1.1\nHost: x\nAccept-Encoding: gzip\n\n")
            let head = try await client.response(toHead: true)
            if kind == "announced" {
                #expect(head["content-length"] == "77")
            } else {
                try await client.send("GET / HTTP/1.1\nHost: x\nAccept-Encoding: gzip\n\n")
                let get = try await client.response()
                let expected = kind == "empty" ? nil : get["content-length"]
                #expect(head["content-length"] == expected)
                #expect(head["content-encoding"] == get["content-encoding"])
                #expect(head["vary"] == get["vary"])
                #expect(head.status == get.status)
            }
        }
    }

    @Test("204 and 304 have no body and no length", arguments: [204, 304])
    func bodyless(_ status: Int) async throws {
        try await TestServer.run(responder { HTTPResponse(status: status, body: .bytes([1, 2, 3])) }) { server in
            let client = try server.client()
            for _ in 0..<2 {
                try await client.send("GET / HTTP/1.1\nHost: x\n\n")
                let response = try await client.response()
                #expect(response.status == status)
                #expect(response["content-length"] == nil)
                #expect(response["transfer-encoding"] == nil)
            }
        }
    }

    @Test("what may be compressed is, for those who take it, with the ETag as it was", arguments: [2000, 2_000_000])
    func compression(_ size: Int) async throws {
        let bytes = (0..<size).map { UInt8(0x41 + $0 % 23) }
        let body = { @Sendable (isStream: Bool) in
            HTTPResponse(
                status: 200, headers: [("ETag", "\"e\"")],
                body: isStream ? .stream(length: nil, Pieces(bytes)) : .bytes(bytes), isCompressible: true)
        }
        var responder = TestResponder()
        responder.answer = { body($0.head.target == "/stream") }
        try await TestServer.run(responder) { server in
            let client = try server.client()
            for path in ["/", "/stream"] {
                try await client.send("GET \(path) HTTP/1.1\nHost: x\nAccept-Encoding: gzip\n\n")
                let compressed = try await client.response()
                #expect(compressed["content-encoding"] == "gzip")
                #expect(compressed["vary"] == "Accept-Encoding")
                #expect(compressed["etag"] == "\"e\"")
                #expect(compressed.body.count < size / 10)
                var inflated: [UInt8] = []
                let inflater = Inflater(.gzip, limit: 1 << 30)
                try compressed.body.withUnsafeBytes { try inflater.inflate($0) { inflated.append(contentsOf: $0) } }
                try inflater.finish()
                #expect(inflated == bytes)
                try await client.send("GET \(path) HTTP/1.1\nHost: x\nAccept-Encoding: gzip;q=0\n\n")
                let plain = try await client.response()
                #expect(plain["content-encoding"] == nil)
                #expect(plain["vary"] == "Accept-Encoding")
                #expect(plain.body == bytes)
            }
        }
    }

    /// A body in pieces of odd sizes.
    private final class Pieces: HTTPBodySource, @unchecked Sendable {
        private let bytes: [UInt8]
        private var position = 0
        init(_ bytes: [UInt8]) { self.bytes = bytes }
        func next() -> [UInt8]? {
            if position == bytes.count { return nil }
            let end = min(bytes.count, position + 777)
            defer { position = end }
            return Array(bytes[position..<end])
        }
    }

    @Test("line ends in a value do not begin a field")
    func injection() async throws {
        try await TestServer.run(
            responder { HTTPResponse(status: 302, headers: [("Location", "/a\r\nSet-Cookie: x\r\n\r\nbody")]) }
        ) { server in
            let client = try server.client()
            try await client.send("GET / HTTP/1.1\nHost: x\n\n")
            let response = try await client.response()
            #expect(response["set-cookie"] == nil)
            #expect(response["location"]?.hasPrefix("/a  Set-Cookie") == true)
        }
    }

    @Test("an answer that is held back holds no worker")
    func delay() async throws {
        var responder = TestResponder()
        responder.answer = { request in
            HTTPResponse(status: 401, delay: request.head.target == "/slow" ? 1 : 0)
        }
        try await TestServer.run(responder, configure: { $0.workers = 1 }) { server in
            let (slow, quick) = (try server.client(), try server.client())
            let start = ContinuousClock.now
            try await slow.send("GET /slow HTTP/1.1\nHost: x\n\n")
            try await quick.send("GET / HTTP/1.1\nHost: x\n\n")
            #expect(try await quick.response().status == 401)
            #expect(ContinuousClock.now - start < .seconds(1))
            #expect(try await slow.response().status == 401)
            #expect(ContinuousClock.now - start >= .seconds(1))
        }
    }
}

import Glibc
import NIOCore
import Synchronization
import Testing
import TestDirectory
import TestWaiting

@testable import HTTPServer

@Suite(.serialized) struct SpoolTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private static func contents(_ path: String) -> [UInt8] {
        guard let file = fopen(path, "r") else { return [] }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 64 << 10)
        while case let count = fread(&piece, 1, piece.count, file), count > 0 {
            bytes.append(contentsOf: piece[..<count])
        }
        return bytes
    }

    private static func sum(_ bytes: [UInt8]) -> UInt64 {
        bytes.reduce(14_695_981_039_346_656_037) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 }
    }

    /// Answers with the kind of the body, its size and a hash.
    private func responder(limit: Int = 1 << 30) -> TestResponder {
        var responder = TestResponder()
        responder.rule = { _ in .spool(limit: limit) }
        responder.answer = { request in
            switch request.body {
            case .none: TestResponder.text("none")
            case .bytes(let bytes): TestResponder.text("bytes \(bytes.count) \(Self.sum(bytes))")
            case .file(let path, let size):
                TestResponder.text("file \(size) \(Self.contents(path).count) \(Self.sum(Self.contents(path)))")
            }
        }
        return responder
    }

    private func run(
        _ responder: TestResponder, configure: (inout HTTPServerConfiguration) -> Void = { _ in },
        _ body: (TestServer) async throws -> Void
    ) async throws {
        try await TestServer.run(
            responder,
            configure: {
                $0.spoolDirectory = directory.path
                configure(&$0)
            }, body)
    }

    private static let long = (0..<2_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 7) }

    @Test(
        "short bodies stay in memory, long ones become a file that is removed after the answer",
        arguments: [false, true])
    func spools(_ isChunked: Bool) async throws {
        try await run(responder()) { server in
            let client = try server.client()
            for count in [10, 256 << 10, (256 << 10) + 1, 2_000_000, 10] {
                let bytes = Array(Self.long[..<count])
                if isChunked {
                    try await client.send("PUT / HTTP/1.1\nHost: x\nTransfer-Encoding: chunked\n\n")
                    try await client.send(
                        Array("\(String(count, radix: 16))\r\n".utf8) + bytes + Array("\r\n0\r\n\r\n".utf8))
                } else {
                    try await client.send("PUT / HTTP/1.1\nHost: x\nContent-Length: \(count)\n\n")
                    try await client.send(bytes)
                }
                let expected = count > 256 << 10 ? "file \(count) \(count)" : "bytes \(count)"
                #expect(try await client.response().text == "\(expected) \(Self.sum(bytes))")
            }
            #expect(try await server.logged(5).count == 5)
            #expect(await eventually { directory.names.isEmpty })
        }
    }

    @Test("a responder may take the file away")
    func takesFile() async throws {
        let kept = "\(directory.path)/kept"
        var responder = responder()
        responder.answer = { request in
            if case .file(let path, _) = request.body { rename(path, kept) }
            return HTTPResponse(status: 201)
        }
        try await run(responder) { server in
            let client = try server.client()
            try await client.send("PUT / HTTP/1.1\nHost: x\nContent-Length: 2000000\n\n")
            try await client.send(Self.long)
            #expect(try await client.response().status == 201)
            #expect(try await server.logged(1).count == 1)
        }
        #expect(Self.contents(kept) == Self.long)
    }

    @Test("coded bodies are inflated into the file")
    func coded() async throws {
        let compressed = try #require(Compressors().compress(Self.long))
        try await run(responder()) { server in
            let client = try server.client()
            try await client.send(
                "PUT / HTTP/1.1\nHost: x\nContent-Encoding: gzip\nContent-Length: \(compressed.readableBytes)\n\n")
            try await client.send(Array(compressed.readableBytesView))
            #expect(try await client.response().text == "file 2000000 2000000 \(Self.sum(Self.long))")
        }
    }

    @Test("the limit counts what is written, and the file goes")
    func codedTooLong() async throws {
        let compressed = try #require(Compressors().compress(Self.long))
        try await run(responder(limit: 1_999_999)) { server in
            let client = try server.client()
            try await client.send(
                "PUT / HTTP/1.1\nHost: x\nContent-Encoding: gzip\nContent-Length: \(compressed.readableBytes)\n\n")
            try await client.send(Array(compressed.readableBytesView))
            #expect(try await client.response().status == 413)
            #expect(await eventually { directory.names.isEmpty })
        }
    }

    @Test("a client that goes leaves no file")
    func disconnects() async throws {
        try await run(responder()) { server in
            let client = try server.client()
            try await client.send("PUT / HTTP/1.1\nHost: x\nContent-Length: 2000000\n\n")
            try await client.send(Array(Self.long[..<1_500_000]))
            #expect(await eventually { !directory.names.isEmpty })
            client.close()
            #expect(try await server.logged(1).first?.isComplete == false)
            #expect(await eventually { directory.names.isEmpty })
        }
    }

    @Test("an unannounced long body is asked about when it turns out to be long")
    func asksLate() async throws {
        final class Count: Sendable { let value = Atomic<Int>(0) }
        let count = Count()
        var responder = responder()
        responder.refuse = { _ in
            count.value.add(1, ordering: .relaxed)
            return HTTPResponse(status: 403)
        }
        try await run(responder) { server in
            let client = try server.client()
            try await client.send("PUT / HTTP/1.1\nHost: x\nTransfer-Encoding: chunked\n\n")
            try await client.send(Array("61A80\r\n".utf8) + Self.long[..<400_000])
            #expect(try await client.response().status == 403)
            #expect(count.value.load(ordering: .relaxed) == 1)
        }
    }

    @Test("while the workers are busy, no more than the bound is taken in")
    func backPressure() async throws {
        let (started, gate) = (Gate(), Gate())
        var responder = responder()
        responder.answer = { request in
            if request.head.target == "/held" {
                started.open()
                gate.pass()
            }
            guard case .file(_, let size) = request.body else { return HTTPResponse(status: 200) }
            return TestResponder.text("file of \(size)")
        }
        try await run(responder, configure: { $0.workers = 1 }) { server in
            let (holder, client) = (try server.client(), try server.client())
            try await holder.send("GET /held HTTP/1.1\nHost: x\n\n")
            started.pass()
            // The only worker is held: the body cannot be written, so the client cannot send it all.
            try await client.send("PUT / HTTP/1.1\nHost: x\nTransfer-Encoding: chunked\n\n")
            let piece = Array("F4240\r\n".utf8) + Self.long[..<1_000_000] + Array("\r\n".utf8)
            let sender = Sender(client, piece, count: 100)
            #expect(await eventually { sender.isStuck })
            #expect(sender.sent < 40 << 20)
            gate.open()
            #expect(try await holder.response().status == 200)
            try await sender.finish()
            try await client.send("0\n\n")
            #expect(try await client.response().text == "file of 100000000")
        }
    }

    /// Sends beside the test.
    private final class Sender: @unchecked Sendable {
        private let task: Task<Void, any Error>
        /// Guard of the two: only the test asks.
        private var last = -1
        private var quietSince = ContinuousClock.now

        init(_ client: TestClient, _ piece: [UInt8], count: Int) {
            let sent = Box()
            box = sent
            task = Task {
                for _ in 0..<count {
                    try await client.send(piece)
                    sent.value.add(piece.count, ordering: .relaxed)
                }
            }
        }

        private final class Box: Sendable { let value = Atomic<Int>(0) }
        private let box: Box

        var sent: Int { box.value.load(ordering: .relaxed) }

        var isStuck: Bool {
            if sent != last { (last, quietSince) = (sent, .now) }
            return ContinuousClock.now - quietSince > .milliseconds(300)
        }

        func finish() async throws { try await task.value }
    }

    @Test("a directory that cannot be written is 500, and what a run before left is removed at the start")
    func faults() async throws {
        directory.write("x", to: "upload-old")
        directory.write("x", to: "other")
        try await run(responder()) { _ in
            #expect(directory.names == ["other"])
        }
        try await run(responder(), configure: { $0.spoolDirectory = "/nonexistent" }) { server in
            let client = try server.client()
            try await client.send("PUT / HTTP/1.1\nHost: x\nContent-Length: 300000\n\n")
            try await client.send(Array(Self.long[..<300_000]))
            #expect(try await client.response().status == 500)
        }
    }
}

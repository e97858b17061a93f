import NIOCore
import Testing

@testable import HTTPServer

@Suite struct HTTP1DecoderTests {
    /// The parts of `text`, in which `\n` stands for CRLF, in short form; the text is given in pieces of `size` bytes.
    private func parts(
        _ text: String, size: Int = .max, limits: HTTP1Decoder.Limits = .init()
    ) throws(HTTPRefusal) -> [String] {
        try parts(bytes: Array(text.replacing("\n", with: "\r\n").utf8), size: size, limits: limits)
    }

    private func parts(
        bytes: [UInt8], size: Int = .max, limits: HTTP1Decoder.Limits = .init()
    ) throws(HTTPRefusal) -> [String] {
        var decoder = HTTP1Decoder(limits: limits)
        var result: [String] = []
        var position = 0
        while position < bytes.count {
            let end = position + min(size, bytes.count - position)
            decoder.append(ByteBuffer(bytes: bytes[position..<end]))
            position = end
            while let part = try decoder.next() {
                switch part {
                case .head(let head):
                    result.append(
                        "\(head.method) \(head.target) \(head.bodyLength) \(head.keepsAlive ? "keep" : "close")")
                case .body(let bytes):
                    let text = String(buffer: bytes)
                    if result.last?.hasPrefix("body ") == true {
                        result[result.count - 1] += text
                    } else {
                        result.append("body " + text)
                    }
                case .end: result.append("end")
                }
            }
        }
        if decoder.isBetweenRequests { result.append("idle") }
        return result
    }

    private static let session = """
        POST /a?b HTTP/1.1
        Host: example.org
        Content-Length: 5

        hello
        PUT /c HTTP/1.1
        host:example.org
        Transfer-Encoding: chunked

        3;name=value
        abc
        0A
        0123456789
        0
        Trailer: x

        PROPFIND / HTTP/1.0
        Connection: Keep-Alive

        GET http://example.org/ HTTP/1.1
        Host: example.org
        Connection: TE, close


        """

    @Test("requests one after the other are read alike however their bytes are cut", arguments: 1...60)
    func everySize(_ size: Int) throws {
        #expect(
            try parts(Self.session, size: size) == [
                "POST /a?b known(5) keep", "body hello", "end",
                "PUT /c unknown keep", "body abc0123456789", "end",
                "PROPFIND / none keep", "end",
                "GET http://example.org/ none close", "end", "idle",
            ])
    }

    @Test("each place of a cut in two gives the same")
    func everyCut() throws {
        let bytes = Array(Self.session.replacing("\n", with: "\r\n").utf8)
        let whole = try parts(bytes: bytes)
        for cut in 1..<bytes.count {
            var decoder = HTTP1Decoder(limits: .init())
            var count = 0
            for piece in [bytes[..<cut], bytes[cut...]] {
                decoder.append(ByteBuffer(bytes: piece))
                while let part = try decoder.next() { if case .body = part {} else { count += 1 } }
            }
            #expect(count == whole.count - 3 && decoder.isBetweenRequests, "cut at \(cut)")
        }
    }

    @Test("what a client sends ahead is given when asked for, not before")
    func pullsOnly() throws {
        var decoder = HTTP1Decoder(limits: .init())
        let request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
        decoder.append(ByteBuffer(string: request + request))
        #expect(try decoder.next() != nil)
        #expect(decoder.pendingBytes == request.utf8.count)
    }

    @Test(
        "a prefix of a request is no error",
        arguments: ["", "\n", "\n\n", "G", "GET / HTTP/1.1\n", "GET / HTTP/1.1\nHost: x\n"])
    func prefixes(_ text: String) throws {
        #expect(try parts(text).filter { $0 != "idle" } == [])
    }

    @Test("methods that are not known here are the responder's to refuse")
    func unknownMethods() throws {
        #expect(try parts("ORDERPATCH / HTTP/1.1\nHost: a\n\n").first == "ORDERPATCH / none keep")
        #expect(try parts("VERSION-CONTROL /x HTTP/1.1\nHost: a\n\n").first == "VERSION-CONTROL /x none keep")
    }

    @Test(
        "a request line that does not follow the grammar is refused",
        arguments: [
            ("GET /\nHost: a\n\n", 400), ("GET  / HTTP/1.1\nHost: a\n\n", 400), (" GET / HTTP/1.1\nHost: a\n\n", 400),
            ("GET / HTTP/1.1 \nHost: a\n\n", 400), ("GET / http/1.1\nHost: a\n\n", 400),
            ("GET / HTTP/1.10\nHost: a\n\n", 400),
            ("GET / HTTP/2.0\n\n", 505), ("PRI * HTTP/2.0\n\nSM\n\n", 505), ("G(T / HTTP/1.1\nHost: a\n\n", 400),
            ("GET x HTTP/1.1\nHost: a\n\n", 400), ("GET /a b HTTP/1.1\nHost: a\n\n", 400),
            ("\u{16}\u{3}\u{1}\n\n", 400),
            ("GET /\u{1} HTTP/1.1\nHost: a\n\n", 400), ("GET / HTTP/0.9\n\n", 505),
        ])
    func requestLines(_ text: String, _ status: Int) {
        let refusal = #expect(throws: HTTPRefusal.self) { try parts(text) }
        #expect(refusal?.status == status)
    }

    @Test(
        "fields that do not follow the grammar are refused",
        arguments: [
            "Host : a", "Host: a\n X: folded", "Host: a\n: empty", "Host: a\nX", "Host: a\nX Y: z", "Host: a\nX: \u{0}",
            "Host: a\nX: \u{7F}",
            "Host: a\nHost: b", "X: no host", "Host: a\nX\u{E9}: b",
        ])
    func fields(_ lines: String) {
        let refusal = #expect(throws: HTTPRefusal.self) { try parts("GET / HTTP/1.1\n\(lines)\n\n") }
        #expect(refusal == .badRequest)
    }

    @Test(
        "lengths that two servers could read differently are refused",
        arguments: [
            ("Content-Length: 5\nTransfer-Encoding: chunked", 400),
            ("Transfer-Encoding: chunked\nContent-Length: 5", 400),
            ("Content-Length: 5\nContent-Length: 5", 400), ("Content-Length: 5\nContent-Length: 6", 400),
            ("Content-Length: 5, 5", 400), ("Content-Length: +5", 400), ("Content-Length: -5", 400),
            ("Content-Length: 0x5", 400),
            ("Content-Length:", 400), ("Content-Length: 5 ", nil), ("Content-Length: 99999999999999999999", 400),
            ("Transfer-Encoding: chunked, identity", 400), ("Transfer-Encoding: identity", 400),
            ("Transfer-Encoding: gzip, chunked", 501), ("Transfer-Encoding: chunked\nTransfer-Encoding: chunked", 400),
            ("Transfer-Encoding: xchunked", 400), ("Transfer-Encoding: \u{B}chunked", 400),
            ("Transfer-Encoding : chunked", 400),
            ("Transfer-Encoding: CHUNKED", nil),
        ] as [(String, Int?)])
    func lengths(_ lines: String, _ status: Int?) {
        var refusal: HTTPRefusal?
        do throws(HTTPRefusal) { _ = try parts("POST / HTTP/1.1\nHost: a\n\(lines)\n\n") } catch { refusal = error }
        #expect(refusal?.status == status)
    }

    @Test("chunked coding in HTTP/1.0 is refused")
    func chunkedInOldVersion() {
        #expect(throws: HTTPRefusal.badRequest) { try parts("POST / HTTP/1.0\nTransfer-Encoding: chunked\n\n") }
    }

    @Test(
        "lines must end in CRLF",
        arguments: [
            "GET / HTTP/1.1\nHost: a\n\n", "GET / HTTP/1.1\r\nHost: a\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\n\n",
            "GET / HTTP/1.1\r\nHost: a\rX: b\r\n\r\n", "\n", "\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
        ])
    func lineEnds(_ text: String) {
        #expect(throws: HTTPRefusal.badRequest) { try parts(bytes: Array(text.utf8)) }
    }

    @Test(
        "chunks that do not follow the grammar are refused",
        arguments: [
            "x\n", "-1\n", "+1\na\n", "0x1\na\n", " 1\na\n", "1 x\na\n", "\n", "1;\u{1}\na\n", "1\nab\n", "1\na\nx\n",
            "fffffffffffffffff\n", "1 \na\n", "1\t\na\n", "0\nGET / HTTP/1.1\n", "0\nA: b\n c\n", "0\nA : b\n", "0\n: b\n",
            "1;" + String(repeating: "e", count: 300) + "\na\n", "1\r", "10000000000000000\n",
        ])
    func chunks(_ body: String) {
        let head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        let text = body == "1\r" ? "1\ra\r\n0\r\n" : body.replacing("\n", with: "\r\n")
        #expect(throws: HTTPRefusal.badRequest) { try parts(bytes: Array((head + text).utf8)) }
    }

    @Test(
        "what is too long is refused before its end has come",
        arguments: [
            ("GET /" + String(repeating: "a", count: 400), 414),
            ("GET /" + String(repeating: "a", count: 150) + " HTTP/1.1\nHost: a\n\n", 414),
            ("GET / HTTP/1.1\nX: " + String(repeating: "a", count: 500), 431),
            ("GET / HTTP/1.1\n" + String(repeating: "A: b\n", count: 12) + "\n", 431),
            ("GET / HTTP/1.1\nHost: a\nX: " + String(repeating: "a", count: 400) + "\n\n", 431),
        ])
    func limits(_ text: String, _ status: Int) {
        for size in [1, 7, .max] {
            let refusal = #expect(throws: HTTPRefusal.self) {
                try parts(text, size: size, limits: .init(target: 100, head: 400, fields: 10))
            }
            #expect(refusal?.status == status)
        }
    }

    @Test("a head at its limits is taken, and one byte more refused by the same limit, however it is cut")
    func limitsAndCuts() throws {
        func outcome(_ bytes: [UInt8], _ size: Int, _ limits: HTTP1Decoder.Limits) -> String {
            do throws(HTTPRefusal) {
                return try parts(bytes: bytes, size: size, limits: limits).first.map { String($0.prefix(3)) } ?? "none"
            } catch {
                return "\(error.status)"
            }
        }
        let limits = HTTP1Decoder.Limits(target: 100, head: 600, fields: 10)
        let small = HTTP1Decoder.Limits(target: 1000, head: 200, fields: 10)
        let cases: [(String, HTTP1Decoder.Limits, String)] = [
            ("GET /\(text(99)) HTTP/1.1\nHost: a\n\n", limits, "GET"),
            ("GET /\(text(100)) HTTP/1.1\nHost: a\n\n", limits, "414"),
            ("\(text(240)) / HTTP/1.1\nHost: a\n\n", limits, "aaa"),
            ("\(text(356))", limits, "414"),
            ("\(text(354))\n", limits, "none"),
            ("GET / HTTP/1.1\nHost: a\nX: \(text(568))\n\n", limits, "GET"),
            ("GET / HTTP/1.1\nHost: a\nX: \(text(569))\n\n", limits, "431"),
            ("GET /\(text(300)) HTTP/1.1\nHost: a\n\n", small, "431"),
        ]
        for (text, limits, expected) in cases {
            let bytes = Array(text.replacing("\n", with: "\r\n").utf8)
            for size in [1, 2, 99, 356, .max] { #expect(outcome(bytes, size, limits) == expected, "\(text) by \(size)") }
        }
    }

    private func text(_ count: Int) -> String { String(repeating: "a", count: count) }

    @Test("very many empty lines before a request neither trap nor end the connection")
    func emptyLines() throws {
        let text = String(repeating: "\n", count: 500_000) + "GET / HTTP/1.1\nHost: a\n\n"
        #expect(try parts(text) == ["GET / none keep", "end", "idle"])
    }

    @Test("bytes that were given are not kept, also where a client never ends a read with the end of a request")
    func heldBytes() throws {
        let request = "GET /\(text(1000)) HTTP/1.1\r\nHost: a\r\n\r\n"
        var decoder = HTTP1Decoder(limits: .init())
        decoder.append(ByteBuffer(string: "GE"))
        for _ in 0..<2000 {
            decoder.append(ByteBuffer(string: request.dropFirst(2) + "GE"))
            while try decoder.next() != nil {}
            #expect(decoder.pendingBytes == 2)
        }
        #expect((decoder.buffer?.storageCapacity ?? 0) < 64 << 10)
    }

    @Test("after an error there is nothing more to read")
    func staysFailed() {
        var decoder = HTTP1Decoder(limits: .init())
        decoder.append(ByteBuffer(string: "x\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"))
        #expect(throws: HTTPRefusal.badRequest) { try decoder.next() }
        decoder.append(ByteBuffer(string: "GET / HTTP/1.1\r\nHost: a\r\n\r\n"))
        #expect(throws: HTTPRefusal.badRequest) { try decoder.next() }
    }

    @Test("bytes at random neither trap nor hang")
    func noise() {
        var generator = SystemRandomNumberGenerator()
        let alphabet = Array("GET / HTTP/1.1\r\nHost: a\r\n\r\nTransfer-Encoding: chunked\r\n5;0\u{0}\u{FF}".utf8)
        for _ in 0..<2000 {
            let bytes = (0..<Int.random(in: 1...120, using: &generator)).map { _ in
                alphabet[Int.random(in: 0..<alphabet.count, using: &generator)]
            }
            let start = Array("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n".utf8)
            _ = try? parts(bytes: bytes, size: 5)
            _ = try? parts(bytes: start + bytes, size: 3)
        }
    }
}

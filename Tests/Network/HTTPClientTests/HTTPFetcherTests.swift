import Bytes
import HTTPClient
import Synchronization
import Testing
import Wire

@Suite("Fetching from foreign servers", .timeLimit(.minutes(10)))
struct HTTPFetcherTests {
    private static let loopback = ["127.0.0.0/8"].compactMap { AddressRange($0) }

    private func fetcher(
        _ limits: FetchLimits = FetchLimits(), allowed: [AddressRange] = loopback, lookup: NameLookup? = nil
    ) -> HTTPFetcher {
        let lookup = lookup ?? NameLookup { _ in [IPAddress("127.0.0.1")].compactMap { $0 } }
        return HTTPFetcher(
            userAgent: "Tegu/test", policy: AddressPolicy(allowed: allowed), limits: limits, lookup: lookup)
    }

    private func request(_ server: ScriptedServer, _ path: String = "/a.ics", host: String = "source.test") throws
        -> FetchRequest
    {
        FetchRequest(url: try HTTPURL("http://\(host):\(server.port)\(path)"), accept: "text/calendar")
    }

    private func failure(_ body: () async throws -> FetchResult) async throws -> FetchFailure {
        do {
            _ = try await body()
        } catch let failure as FetchFailure {
            return failure
        }
        throw Unexpected()
    }

    private struct Unexpected: Error {}

    // MARK: What is asked and taken

    @Test("the body comes with its validators and its age, and the server learns who asks")
    func success() async throws {
        let server = ScriptedServer { _ in
            answer("200 OK", ["ETag: \"v1\"", "Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT",
                              "Cache-Control: public, max-age=600"], [1, 2, 3])
        }
        defer { server.stop() }
        let result = try await fetcher().fetch(try request(server, "/a.ics?x=1"))
        #expect(result.body == [1, 2, 3])
        #expect(result.etag == "\"v1\"")
        #expect(result.lastModified == "Sun, 06 Nov 1994 08:49:37 GMT")
        #expect(result.maximumAge == 600)
        let head = try #require(server.requests.first).lowercased()
        #expect(head.hasPrefix("get /a.ics?x=1 http/1.1\r\n"))
        #expect(head.contains("host: source.test:\(server.port)\r\n"))
        #expect(head.contains("user-agent: tegu/test\r\n"))
        #expect(head.contains("accept: text/calendar\r\n"))
    }

    @Test("RFC 9110 §13.1: validators are sent as they came, and 304 is no body")
    func conditional() async throws {
        let server = ScriptedServer { request in
            request.contains("W/\"v1\"") ? answer("304 Not Modified") : answer("200 OK", [], [1])
        }
        defer { server.stop() }
        var conditional = try request(server)
        conditional.etag = "W/\"v1\""
        conditional.lastModified = "Sun, 06 Nov 1994 08:49:37 GMT"
        #expect(try await fetcher().fetch(conditional).body == nil)
        let head = try #require(server.requests.first).lowercased()
        #expect(head.contains("if-none-match: w/\"v1\"\r\n"))
        #expect(head.contains("if-modified-since: sun, 06 nov 1994 08:49:37 gmt\r\n"))
    }

    @Test("a 304 that nobody asked for, and other statuses, are failures", arguments: [
        ("304 Not Modified", 304), ("404 Not Found", 404), ("204 No Content", 204), ("206 Partial Content", 206),
        ("500 Oops", 500),
    ])
    func statuses(_ line: String, _ status: Int) async throws {
        let server = ScriptedServer { _ in answer(line, ["Retry-After: 120"]) }
        defer { server.stop() }
        let failure = try await failure { try await fetcher().fetch(try request(server)) }
        #expect(failure == .status(status, retryAfter: 120))
    }

    // MARK: Where to

    @Test("addresses outside of the public internet are not connected to", arguments: [
        "127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:127.0.0.1", "fd00::1", "64:ff9b::7f00:1",
    ])
    func refusedAddresses(_ text: String) async throws {
        let server = ScriptedServer { _ in answer() }
        defer { server.stop() }
        let address = try #require(IPAddress(text))
        let fetcher = fetcher(allowed: [], lookup: NameLookup { _ in [address] })
        let failure = try await failure { try await fetcher.fetch(try request(server)) }
        #expect(failure == .addressRefused(host: "source.test"))
        #expect(server.requests.isEmpty)
    }

    @Test("nor where the URL writes them in another way", arguments: [
        "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0",
    ])
    func refusedLiterals(_ host: String) async throws {
        let server = ScriptedServer { _ in answer() }
        defer { server.stop() }
        let fetcher = fetcher(allowed: [], lookup: .system)
        let failure = try await failure { try await fetcher.fetch(try request(server, host: host)) }
        #expect(failure == .addressRefused(host: host))
        #expect(server.requests.isEmpty)
    }

    @Test("a name that leads to two addresses is fetched from the one that is permitted")
    func mixedAddresses() async throws {
        let server = ScriptedServer { _ in answer("200 OK", [], [7]) }
        defer { server.stop() }
        let lookup = NameLookup { _ in ["10.0.0.1", "127.0.0.1"].compactMap { IPAddress($0) } }
        #expect(try await fetcher(lookup: lookup).fetch(try request(server)).body == [7])
    }

    @Test("a name is looked up once a connection: another answer the second time gains nothing")
    func rebinding() async throws {
        let server = ScriptedServer { _ in answer("200 OK", [], [7]) }
        defer { server.stop() }
        let count = Mutex(0)
        // The first answer is the permitted one; whoever asked again would be led to another port's host.
        let lookup = NameLookup { _ in
            let isFirst = count.withLock { $0 += 1; return $0 == 1 }
            return [IPAddress(isFirst ? "127.0.0.1" : "10.0.0.1")].compactMap { $0 }
        }
        #expect(try await fetcher(lookup: lookup).fetch(try request(server)).body == [7])
        #expect(count.withLock { $0 } == 1)
    }

    @Test("a name that is unknown, or is not found in time, is told as that")
    func noName() async throws {
        let server = ScriptedServer { _ in answer() }
        defer { server.stop() }
        let unknown = try await failure { try await fetcher(lookup: NameLookup { _ in [] }).fetch(try request(server)) }
        #expect(unknown == .nameNotFound(host: "source.test"))
    }

    @Test("where nobody listens there is no connection")
    func noConnection() async throws {
        let server = ScriptedServer { _ in answer() }
        let request = try request(server)
        server.stop()
        let failure = try await failure { try await fetcher().fetch(request) }
        guard case .noConnection(host: "source.test", _) = failure else {
            Issue.record("\(failure)")
            return
        }
    }

    // MARK: Redirects

    @Test("RFC 9110 §15.4: redirects are followed, relative ones too", arguments: [301, 302, 303, 307, 308])
    func redirects(_ status: Int) async throws {
        let server = ScriptedServer { request in
            request.hasPrefix("GET /x/b.ics ") ? answer("200 OK", [], [9])
                : answer("\(status) Elsewhere", ["Location: x/b.ics"])
        }
        defer { server.stop() }
        #expect(try await fetcher().fetch(try request(server)).body == [9])
        #expect(server.requests.count == 2)
    }

    @Test("each step is judged as the first was")
    func redirectToPrivate() async throws {
        let server = ScriptedServer { _ in answer("302 Found", ["Location: http://internal.test/"]) }
        defer { server.stop() }
        let lookup = NameLookup { [IPAddress($0 == "internal.test" ? "10.0.0.1" : "127.0.0.1")].compactMap { $0 } }
        let failure = try await failure { try await fetcher(lookup: lookup).fetch(try request(server)) }
        #expect(failure == .addressRefused(host: "internal.test"))
    }

    @Test("five redirects are followed, a sixth is not")
    func tooManyRedirects() async throws {
        let server = ScriptedServer { request in
            let number = request.split(separator: " ")[1].dropFirst().prefix { $0.isNumber }
            let count = Int(number) ?? 0
            return count == 0 ? answer("200 OK", [], [1]) : answer("302 Found", ["Location: /\(count - 1)"])
        }
        defer { server.stop() }
        #expect(try await fetcher().fetch(try request(server, "/5")).body == [1])
        let failure = try await failure { try await fetcher().fetch(try request(server, "/6")) }
        #expect(failure == .tooManyRedirects(limit: 5))
    }

    @Test("a redirect to no URL of http, with user information, or to nowhere, is the end", arguments: [
        ["Location: file:///etc/passwd"], ["Location: ftp://source.test/"], ["Location: http://a:b@source.test/"], [],
    ])
    func badRedirects(_ headers: [String]) async throws {
        let server = ScriptedServer { _ in answer("302 Found", headers) }
        defer { server.stop() }
        let failure = try await failure { try await fetcher().fetch(try request(server)) }
        guard case .badRedirect = failure else {
            Issue.record("\(failure)")
            return
        }
    }

    // MARK: Limits

    @Test("a body above the limit is not taken, whether it says its length or not", arguments: [true, false])
    func tooLarge(saysLength: Bool) async throws {
        let body = [UInt8](repeating: 0x61, count: 100_001)
        let server = ScriptedServer { _ in
            saysLength ? answer("200 OK", [], body) : Array("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n".utf8) + body
        }
        defer { server.stop() }
        var limits = FetchLimits()
        limits.bodyBytes = 100_000
        let failure = try await failure { try await fetcher(limits).fetch(try request(server)) }
        #expect(failure == .tooLarge(limit: 100_000))
        limits.bodyBytes = 100_001
        #expect(try await fetcher(limits).fetch(try request(server)).body?.count == 100_001)
    }

    @Test("gzip is inflated, and its limit is that of the inflated bytes")
    func gzip() async throws {
        let server = ScriptedServer { request in
            request.contains("/small")
                ? answer("200 OK", ["Content-Encoding: gzip"], Gzipped.hello)
                : answer("200 OK", ["Content-Encoding: gzip"], Gzipped.million)
        }
        defer { server.stop() }
        #expect(try await fetcher().fetch(try request(server, "/small")).body == Array("hello".utf8))
        #expect(try await fetcher().fetch(try request(server, "/large")).body?.count == 1_000_000)
        var limits = FetchLimits()
        limits.bodyBytes = 999_999
        let failure = try await failure { try await fetcher(limits).fetch(try request(server, "/large")) }
        #expect(failure == .tooLarge(limit: 999_999))
    }

    @Test("broken gzip and codings that were not asked for cannot be read", arguments: ["gzip", "br", "gzip, gzip"])
    func codings(_ coding: String) async throws {
        let server = ScriptedServer { _ in answer("200 OK", ["Content-Encoding: \(coding)"], [1, 2, 3, 4, 5, 6, 7, 8]) }
        defer { server.stop() }
        let failure = try await failure { try await fetcher().fetch(try request(server)) }
        guard case .badAnswer = failure else {
            Issue.record("\(failure)")
            return
        }
    }

    @Test("a head that is too long, and what is no HTTP, cannot be read", arguments: [true, false])
    func badHeads(isLong: Bool) async throws {
        let server = ScriptedServer { _ in
            isLong
                ? answer("200 OK", (0..<20).map { "X-\($0): " + String(repeating: "a", count: 4000) }, [1])
                : Array("SSH-2.0-OpenSSH_9.2p1\r\n\r\n".utf8)
        }
        defer { server.stop() }
        let failure = try await failure { try await fetcher().fetch(try request(server)) }
        guard case .badAnswer = failure else {
            Issue.record("\(failure)")
            return
        }
    }

    @Test("a body that ends before its length is no answer")
    func cutOff() async throws {
        let server = ScriptedServer { _ in
            Array("HTTP/1.1 200 OK\r\nContent-Length: 10\r\nConnection: close\r\n\r\nabc".utf8)
        }
        defer { server.stop() }
        await #expect(throws: FetchFailure.self) { try await fetcher().fetch(try request(server)) }
    }

    @Test("a server that says nothing is given up in time")
    func silence() async throws {
        let server = ScriptedServer { _ in nil }
        defer { server.stop() }
        var limits = FetchLimits()
        limits.totalTime = .milliseconds(300)
        let failure = try await failure { try await fetcher(limits).fetch(try request(server)) }
        #expect(failure == .timedOut)
    }
}

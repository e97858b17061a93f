import Testing
import Wire

@testable import HTTPServer

@Suite struct ClientTests {
    private func client(
        _ socket: String, _ fields: [(String, String)], isTLS: Bool = false,
        trusted: [String] = ["10.0.0.0/8", "127.0.0.1"]
    ) throws -> Client? {
        Client(
            socket: try #require(IPAddress(socket)), peer: socket, isTLS: isTLS,
            fields: HTTPFields(fields.map { (name: $0.0, value: $0.1) }), authority: "here.example",
            trustedProxies: trusted.compactMap { AddressRange($0) })
    }

    @Test("without a proxy the socket counts")
    func direct() throws {
        let client = try #require(try client("192.0.2.1", []))
        #expect(client.peer == "192.0.2.1")
        #expect(client.authority == "here.example")
        #expect(!client.isLoopback)
        #expect(!client.isSecure)
        #expect(try self.client("127.0.0.1", [])?.isLoopback == true)
        #expect(try self.client("::1", [])?.isLoopback == true)
    }

    @Test("what a client that is no trusted proxy says is not believed")
    func untrusted() throws {
        let client = try #require(
            try client(
                "192.0.2.1", [("Forwarded", "for=127.0.0.1;proto=https;host=evil"), ("X-Forwarded-For", "10.0.0.1")]))
        #expect(client.peer == "192.0.2.1")
        #expect(!client.isSecure)
        #expect(client.authority == "here.example")
    }

    @Test(
        "a loopback connection that carries a proxy's fields is no loopback client",
        arguments: [
            "Forwarded", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Real-IP", "Via",
            "x-forwarded-for",
        ])
    func loopbackProxy(_ name: String) throws {
        #expect(try client("127.0.0.1", [(name, "x")], trusted: [])?.isLoopback == false)
        #expect(try client("127.0.0.1", [(name, "127.0.0.1")])?.isLoopback == false)
    }

    @Test(
        "RFC 7239 §4: a trusted proxy's report is taken",
        arguments: [
            ("for=192.0.2.60;proto=http;by=203.0.113.43", "192.0.2.60"),
            ("For=\"[2001:db8:cafe::17]:4711\"", "2001:db8:cafe::17"),
            ("for=\"_gazonk\"", "_gazonk"), ("for=192.0.2.43, for=198.51.100.17", "198.51.100.17"),
            ("for=192.0.2.43, for=10.1.1.1", "192.0.2.43"), ("for=10.1.1.2, for=10.1.1.1", "10.1.1.2"),
            ("for=unknown", "unknown"), ("proto=https", "unknown"), ("for=\"192.0.2.1:80\" ; host=x", "192.0.2.1"),
        ])
    func forwarded(_ value: String, _ peer: String) throws {
        #expect(try client("10.0.0.1", [("Forwarded", value)])?.peer == peer)
    }

    @Test("a client's own fields before those of the proxies do not count")
    func spoofed() throws {
        let fields = [("X-Forwarded-For", "127.0.0.1, 203.0.113.5"), ("X-Forwarded-For", "10.2.2.2")]
        let client = try #require(try client("10.0.0.1", fields))
        #expect(client.peer == "203.0.113.5")
        #expect(!client.isLoopback)
    }

    @Test("protocol and host come with the hop that counts")
    func protocolAndHost() throws {
        let forwarded = try #require(
            try client(
                "10.0.0.1",
                [("Forwarded", "for=1.1.1.1;proto=http;host=a, for=2.2.2.2;proto=https;host=\"b.example:8443\"")]))
        #expect(forwarded.isSecure)
        #expect(forwarded.authority == "b.example:8443")
        let single = try #require(
            try client(
                "10.0.0.1",
                [
                    ("X-Forwarded-For", "1.1.1.1, 10.3.3.3"), ("X-Forwarded-Proto", "https"),
                    ("X-Forwarded-Host", "c.example"),
                ]))
        #expect(single.isSecure)
        #expect(single.authority == "c.example")
        #expect(
            try client("10.0.0.1", [("X-Forwarded-For", "1.1.1.1"), ("X-Forwarded-Proto", "http")], isTLS: true)?
                .isSecure == false)
        #expect(try client("10.0.0.1", [("X-Forwarded-For", "1.1.1.1")], isTLS: true)?.isSecure == true)
        #expect(try client("10.0.0.1", [("Forwarded", "for=1.1.1.1;host=\"a/b\"")])?.authority == "here.example")
    }

    @Test("a proxy may tell of the protocol alone")
    func protocolAlone() throws {
        let client = try #require(try client("127.0.0.1", [("X-Forwarded-Proto", "https")]))
        #expect(client.peer == "127.0.0.1")
        #expect(client.isSecure)
        #expect(!client.isLoopback)
    }

    @Test("two kinds of report that disagree are refused, those that agree are taken")
    func conflict() throws {
        #expect(try client("10.0.0.1", [("Forwarded", "for=1.1.1.1"), ("X-Forwarded-For", "2.2.2.2")]) == nil)
        let agreed = try client("10.0.0.1", [("Forwarded", "for=1.1.1.1;proto=https"), ("X-Forwarded-For", "1.1.1.1")])
        #expect(agreed?.peer == "1.1.1.1")
    }
}

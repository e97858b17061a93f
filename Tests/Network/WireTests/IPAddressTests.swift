import NIOCore
import Testing
import Wire

@Suite struct IPAddressTests {
    @Test(
        "addresses are written in their usual form",
        arguments: [
            ("192.0.2.1", "192.0.2.1"), ("2001:DB8:0:0:0:0:0:1", "2001:db8::1"), ("[::1]", "::1"),
            ("::ffff:192.0.2.1", "192.0.2.1"), ("::", "::"), ("0.0.0.0", "0.0.0.0"),
        ])
    func text(_ given: String, _ expected: String) {
        #expect(IPAddress(given)?.description == expected)
    }

    @Test(
        "what is no address is none",
        arguments: ["", "localhost", "192.0.2", "192.0.2.256", "::1::", "[::1", "1.2.3.4:80"])
    func notAnAddress(_ text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test("a socket's address becomes the host's, IPv4 in IPv6 form becomes IPv4")
    func socketAddresses() throws {
        #expect(try IPAddress(SocketAddress(ipAddress: "192.0.2.7", port: 80)) == IPAddress("192.0.2.7"))
        #expect(try IPAddress(SocketAddress(ipAddress: "2001:db8::7", port: 80)) == IPAddress("2001:db8::7"))
        #expect(try IPAddress(SocketAddress(ipAddress: "::ffff:192.0.2.7", port: 80)) == IPAddress("192.0.2.7"))
        #expect(try IPAddress(SocketAddress(unixDomainSocketPath: "/tmp/x")) == nil)
    }

    @Test("all of 127.0.0.0/8 and ::1 are loopback")
    func loopback() {
        #expect(["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"].allSatisfy { IPAddress($0)?.isLoopback == true })
        #expect(["128.0.0.1", "::2", "::", "0.0.0.0"].allSatisfy { IPAddress($0)?.isLoopback == false })
    }

    @Test("an IPv6 subscriber is a /64, an IPv4 one an address")
    func subscribers() {
        #expect(IPAddress("2001:db8:0:1::5")?.subscriber == IPAddress("2001:db8:0:1:ffff::9")?.subscriber)
        #expect(IPAddress("2001:db8:0:1::5")?.subscriber != IPAddress("2001:db8:0:2::5")?.subscriber)
        #expect(IPAddress("192.0.2.1")?.subscriber != IPAddress("192.0.2.2")?.subscriber)
    }

    @Test(
        "a range contains the addresses with its prefix",
        arguments: [
            ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.1", false), ("192.0.2.1", "192.0.2.1", true),
            ("192.0.2.1", "192.0.2.2", false), ("0.0.0.0/0", "203.0.113.9", true), ("0.0.0.0/0", "::1", false),
            ("2001:db8::/32", "2001:db8:ffff::1", true), ("2001:db8::/32", "2001:db9::1", false),
            ("2001:db8::8/125", "2001:db8::f", true), ("2001:db8::8/125", "2001:db8::10", false),
            ("::/0", "2001:db8::", true),
            ("::1/128", "::1", true), ("2001:db8:0:1::/64", "2001:db8:0:1:9::", true),
            ("10.0.0.0/8", "::ffff:10.1.1.1", true),
        ])
    func ranges(_ range: String, _ address: String, _ isInside: Bool) throws {
        let range = try #require(AddressRange(range))
        let address = try #require(IPAddress(address))
        #expect(range.contains(address) == isInside)
        #expect([range].contains(address) == isInside)
    }

    @Test(
        "what is no range is none",
        arguments: ["10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "10.0.0.0/+8", "::/129", "x/8", "/8"])
    func notARange(_ text: String) {
        #expect(AddressRange(text) == nil)
    }
}

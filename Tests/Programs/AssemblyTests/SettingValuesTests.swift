import Bytes
import Testing
import Wire

@testable import Assembly

@Suite struct SettingValuesTests {
    @Test(
        "sizes are read with and without units",
        arguments: [
            ("0", 0), ("4096", 4_096), ("64KiB", 65_536), ("10 MiB", 10 << 20), ("1gib", 1 << 30), ("2TiB", 2 << 40),
            ("5kB", 5_000),
            ("1GB", 1_000_000_000), ("7B", 7),
        ])
    func sizes(text: String, size: Int) {
        #expect(ByteSize.parse(text) == size)
        #expect(ByteSize.parse(ByteSize.text(size)) == size)
    }

    @Test(
        "what is no size is refused",
        arguments: ["", "MiB", "-1", "1.5MiB", "1XiB", "99999999999999999999", "9999999999TiB"])
    func noSizes(text: String) { #expect(ByteSize.parse(text) == nil) }

    @Test(
        "times are read with their units",
        arguments: [
            ("500ms", Duration.milliseconds(500)), ("30s", .seconds(30)), ("5m", .seconds(300)),
            ("12h", .seconds(43_200)),
            ("90 d", .seconds(7_776_000)), ("0", .zero), ("0s", .zero),
        ])
    func times(text: String, duration: Duration) {
        #expect(TimeSpan.parse(text) == duration)
        #expect(TimeSpan.parse(TimeSpan.text(duration)) == duration)
    }

    @Test(
        "a time without a unit, or past what can be counted, is refused",
        arguments: ["30", "", "s", "1.5h", "1w", "99999999999999999d"])
    func noTimes(text: String) { #expect(TimeSpan.parse(text) == nil) }

    @Test("a host's short name is completed by /etc/hosts, never by the DNS")
    func hostNames() {
        let hosts = Array(
            "127.0.0.1 localhost\n127.0.1.1\tMail.Example.org mail # x\n10.0.0.1 other.example.com other\n".utf8)
        #expect(HostName.full("mail", hosts: hosts) == "mail.example.org")
        #expect(HostName.full("Mail.Example.NET", hosts: hosts) == "mail.example.net")
        #expect(HostName.full("nobody", hosts: hosts) == "nobody")
        #expect(HostName.full("bad name", hosts: hosts) == "localhost")
    }

    @Test(
        "the domain of a machine is what follows its own label, and localhost where there is none",
        arguments: [
            ("mail.example.org", "example.org"), ("example.org", "example.org"), ("mail", "localhost"),
            ("box.local", "localhost"),
            ("localhost.localdomain", "localhost"), ("a.b.example.org", "b.example.org"),
        ])
    func domains(host: String, domain: String) { #expect(HostName.domain(of: host) == domain) }

    @Test(
        "a range of addresses holds what begins with its bits, and nothing else",
        arguments: [
            ("10.0.0.0/8", "10.200.3.4", true), ("10.0.0.0/8", "11.0.0.0", false),
            ("192.0.2.128/25", "192.0.2.1", false),
            ("127.0.0.0/8", "127.0.0.1", true), ("::1", "::1", true), ("fd00::/8", "fd12::1", true),
            ("fd00::/8", "fe80::1", false),
            ("192.0.2.7", "192.0.2.7", true), ("192.0.2.7", "192.0.2.6", false), ("0.0.0.0/0", "203.0.113.9", true),
        ])
    func ranges(range: String, address: String, isIn: Bool) throws {
        let range = try #require(AddressRange(range))
        #expect(try range.contains(#require(IPAddress(address))) == isIn)
    }
}

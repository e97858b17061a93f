import Assembly
import DNSClient
import Testing

/// Answers from a table of zone file texts.
private struct TableResolver: DNSResolving {
    var table: [String: [DNSRecordData]] = [:]
    var security = DNSSECStatus.insecure

    func lookup(_ name: DomainName, _ type: DNSRecordType) throws(ResolverError) -> DNSAnswer {
        if table["\(name)"] == nil && name.description.hasPrefix("broken") {
            throw ResolverError.refused(name: name.description, code: 2)
        }
        return DNSAnswer(records: (table["\(name)"] ?? []).filter { $0.type == type }, security: security)
    }
}

@Suite struct DNSRecordsTests {
    private let domain: DomainName
    private let host: DomainName
    private let records: DNSRecords

    init() throws {
        domain = try DomainName("example.org")
        host = try DomainName("dav.example.org")
        records = try DNSRecords.forDomain(domain, host: host, tlsPort: 8443)
    }

    private func good() throws -> TableResolver {
        let service = DNSRecordData.srv(priority: 10, weight: 5, port: 8443, target: try DomainName("DAV.example.org"))
        let none = DNSRecordData.srv(priority: 0, weight: 0, port: 0, target: .root)
        let path = DNSRecordData.txt([Array("Path=/".utf8)])
        return TableResolver(table: [
            "_caldavs._tcp.example.org.": [service, path], "_carddavs._tcp.example.org.": [service, path],
            "_caldav._tcp.example.org.": [none], "_carddav._tcp.example.org.": [none],
            "autoconfig.example.org.": [.cname(host)], "autodiscover.example.org.": [.cname(host)],
            "_autodiscover._tcp.example.org.": [service],
            "dav.example.org.": [.aaaa("2001:db8::1")],
        ])
    }

    @Test("RFC 6764 §3, §4: the records of a domain, as lines that a zone file takes")
    func zoneFile() {
        #expect(
            records.zoneFile() == """
                ; Calendars, contacts and mail of example.org.: where clients find them (RFC 6764, RFC 6186)
                _caldavs._tcp.example.org.      3600 IN SRV 0 1 8443 dav.example.org.
                _caldavs._tcp.example.org.      3600 IN TXT "path=/"
                _carddavs._tcp.example.org.     3600 IN SRV 0 1 8443 dav.example.org.
                _carddavs._tcp.example.org.     3600 IN TXT "path=/"
                _caldav._tcp.example.org.       3600 IN SRV 0 0 0 .
                _carddav._tcp.example.org.      3600 IN SRV 0 0 0 .
                autoconfig.example.org.         3600 IN CNAME dav.example.org.
                autodiscover.example.org.       3600 IN CNAME dav.example.org.
                _autodiscover._tcp.example.org. 3600 IN SRV 0 1 8443 dav.example.org.
                ; and the server's own address, if it is not there yet:
                ; dav.example.org.                3600 IN A    <IPv4 address>
                ; dav.example.org.                3600 IN AAAA <IPv6 address>

                """)
    }

    @Test("RFC 6186 §3.2, §3.4; RFC 8314 §5.1: mail that is served with TLS, and IMAP not without")
    func mail() throws {
        let records = try DNSRecords.forDomain(domain, host: host, imapsPort: 993, submissionsPort: 465)
        let text = records.zoneFile()
        #expect(text.contains("_imaps._tcp.example.org.        3600 IN SRV 0 1 993 dav.example.org.\n"))
        #expect(text.contains("_imap._tcp.example.org.         3600 IN SRV 0 0 0 .\n"))
        #expect(text.contains("_submissions._tcp.example.org.  3600 IN SRV 0 1 465 dav.example.org.\n"))
    }

    @Test("where HTTP without TLS is served too, its records lead there")
    func plain() throws {
        let records = try DNSRecords.forDomain(domain, host: host, plainPort: 80)
        #expect(records.zoneFile().contains("_carddav._tcp.example.org.      3600 IN SRV 0 1 80 dav.example.org."))
        #expect(records.zoneFile().contains("_caldav._tcp.example.org.       3600 IN TXT \"path=/\""))
    }

    @Test("records that lead to the same place are as they should be")
    func ok() throws {
        let checks = records.check(try good())
        #expect(checks.count == 10)
        #expect(checks.allSatisfy { $0.isOK }, "\(DNSRecords.report(checks))")
        #expect(DNSRecords.report(checks).hasSuffix("All records are as they should be.\n"))
    }

    @Test("missing, different and unanswered records are told apart, with what was found")
    func differences() throws {
        var resolver = try good()
        resolver.table["_caldavs._tcp.example.org."] = [.srv(priority: 0, weight: 1, port: 443, target: host)]
        resolver.table["_carddav._tcp.example.org."] = nil
        resolver.table["dav.example.org."] = [.a("192.0.2.1")]
        let checks = records.check(resolver)
        #expect(
            checks.map(\.finding) == [
                .different(found: ["0 1 443 dav.example.org."]), .missing, .ok(.insecure), .ok(.insecure),
                .ok(.insecure), .missing,
                .ok(.insecure), .ok(.insecure), .ok(.insecure),
                .ok(.insecure),
            ])
        let report = DNSRecords.report(checks)
        #expect(
            report.contains(
                "different  _caldavs._tcp.example.org. SRV: expected 0 1 8443 dav.example.org., found 0 1 443 dav.example.org.\n"
            ))
        #expect(report.contains("missing    _caldavs._tcp.example.org. TXT: expected \"path=/\"\n"))
        #expect(report.hasSuffix("3 of 10 records are not as they should be.\n"))
    }

    @Test("a second record that leads elsewhere is a difference, for some clients follow it")
    func extra() throws {
        var resolver = try good()
        let elsewhere = DNSRecordData.srv(priority: 0, weight: 0, port: 443, target: try DomainName("old.example.org"))
        resolver.table["_caldavs._tcp.example.org."]?.append(elsewhere)
        let finding = try #require(records.check(resolver).first?.finding)
        #expect(finding == .different(found: ["0 0 443 old.example.org.", "10 5 8443 DAV.example.org."]))
    }

    @Test("an error of the resolver is a finding, not the end of the check")
    func failure() throws {
        let broken = try DNSRecords.forDomain(domain, host: DomainName("broken.example.org"))
        let last = try #require(broken.check(TableResolver()).last)
        #expect(last.finding == .failed(.refused(name: "broken.example.org.", code: 2)))
    }

    @Test("answers that DNSSEC vouches for are marked")
    func signed() throws {
        var resolver = try good()
        resolver.security = .secure
        #expect(DNSRecords.report(records.check(resolver)).contains("ok         dav.example.org. A/AAAA (signed)\n"))
    }

    @Test("that nothing vouches for the answers is said once, before the sum")
    func unchecked() throws {
        var resolver = try good()
        resolver.security = .unchecked
        let lines = DNSRecords.report(records.check(resolver)).split(separator: "\n")
        #expect(lines.count == 12)
        #expect(lines.dropLast().last?.hasPrefix("Not checked by DNSSEC") == true)
    }
}

import Bytes
import DNSClient

extension DNSRecords {
    /// RFC 6186 §3.2, §3.4; RFC 8314 §5.1 for submission. Nothing is said of what is not served here: the domain's mail may be
    /// elsewhere.
    static func mail(
        _ domain: DomainName, _ host: DomainName, imapsPort: UInt16?, submissionsPort: UInt16?
    ) throws(ParseError) -> [Record] {
        var records: [Record] = []
        if let imapsPort {
            records.append(try service("_imaps._tcp", of: domain, imapsPort, host))
            // RFC 6186 §3.4: ".": that no client tries it without TLS.
            records.append(try unavailable("_imap._tcp", of: domain))
        }
        if let submissionsPort { records.append(try service("_submissions._tcp", of: domain, submissionsPort, host)) }
        return records
    }

    /// Where Thunderbird and Outlook look for what `DiscoveryServer` answers.
    static func discovery(
        _ domain: DomainName, _ host: DomainName, tlsPort: UInt16
    ) throws(ParseError) -> [Record] {
        [
            Record(name: try domain.prefixed(by: "autoconfig"), expectation: .exactly(.cname(host))),
            Record(name: try domain.prefixed(by: "autodiscover"), expectation: .exactly(.cname(host))),
            // MS-OXDISCO §3.1.5.4.
            try service("_autodiscover._tcp", of: domain, tlsPort, host),
        ]
    }

    /// RFC 2782: "." says that the service is decidedly not available.
    static func unavailable(_ name: String, of domain: DomainName) throws(ParseError) -> Record {
        Record(name: try domain.prefixed(by: name), expectation: .exactly(.srv(priority: 0, weight: 0, port: 0, target: .root)))
    }

    static func service(
        _ name: String, of domain: DomainName, _ port: UInt16, _ host: DomainName
    ) throws(ParseError) -> Record {
        Record(
            name: try domain.prefixed(by: name),
            expectation: .exactly(.srv(priority: 0, weight: 1, port: port, target: host)))
    }
}

package import Bytes
package import DNSClient

/// The records by which clients find the server from a domain alone (RFC 6764 §3, §4, on RFC 2782), and whether the DNS
/// has them.
package struct DNSRecords: Sendable, Equatable {
    package struct Record: Sendable, Equatable {
        package var name: DomainName
        package var expectation: Expectation
    }

    package enum Expectation: Sendable, Equatable {
        case exactly(DNSRecordData)
        /// An A or AAAA record; which, only the administrator knows.
        case address
    }

    package var domain: DomainName
    package var host: DomainName
    package var records: [Record]

    /// - Parameters:
    ///   - host: The server's own name, which its certificate has.
    ///   - tlsPort: Where clients reach HTTPS.
    ///   - plainPort: Where clients reach HTTP without TLS; nil: nowhere, and the DNS should say so.
    ///   - path: The context path: where the discovery of clients begins.
    ///   - imapsPort: Where clients reach IMAP with TLS from the first byte; nil: nowhere here.
    ///   - submissionsPort: The same for submission.
    package static func forDomain(
        _ domain: DomainName, host: DomainName, tlsPort: UInt16 = 443, plainPort: UInt16? = nil, path: String = "/",
        imapsPort: UInt16? = nil, submissionsPort: UInt16? = nil
    ) throws(ParseError) -> DNSRecords {
        var records: [Record] = []
        for service in ["_caldavs._tcp", "_carddavs._tcp"] {
            let name = try domain.prefixed(by: service)
            records.append(try Self.service(service, of: domain, tlsPort, host))
            // RFC 6764 §4: the context path.
            records.append(Record(name: name, expectation: .exactly(.txt([[UInt8]("path=\(path)".utf8)]))))
        }
        for service in ["_caldav._tcp", "_carddav._tcp"] {
            let name = try domain.prefixed(by: service)
            if let plainPort {
                records.append(try Self.service(service, of: domain, plainPort, host))
                records.append(Record(name: name, expectation: .exactly(.txt([[UInt8]("path=\(path)".utf8)]))))
            } else {
                // So that no client tries it in clear text.
                records.append(try unavailable(service, of: domain))
            }
        }
        records += try mail(domain, host, imapsPort: imapsPort, submissionsPort: submissionsPort)
        records += try discovery(domain, host, tlsPort: tlsPort)
        records.append(Record(name: host, expectation: .address))
        return DNSRecords(domain: domain, host: host, records: records)
    }

    /// Lines of a zone file, ready to paste.
    package func zoneFile(secondsToLive: Int = 3_600) -> String {
        let width = records.reduce(0) { max($0, $1.name.description.utf8.count) }
        var text = "; Calendars, contacts and mail of \(domain): where clients find them (RFC 6764, RFC 6186)\n"
        for record in records {
            let name = record.name.description
            let padded = name + String(repeating: " ", count: width - name.utf8.count)
            switch record.expectation {
            case .exactly(let data):
                text += "\(padded) \(secondsToLive) IN \(data.type.description.padded(to: 3)) \(data)\n"
            case .address:
                text += "; and the server's own address, if it is not there yet:\n"
                text += "; \(padded) \(secondsToLive) IN A    <IPv4 address>\n"
                text += "; \(padded) \(secondsToLive) IN AAAA <IPv6 address>\n"
            }
        }
        return text
    }
}

extension DNSRecordData {
    package var type: DNSRecordType {
        switch self {
        case .a: .a
        case .aaaa: .aaaa
        case .cname: .cname
        case .mx: .mx
        case .srv: .srv
        case .txt: .txt
        case .dnskey: .dnskey
        }
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - utf8.count))
    }
}

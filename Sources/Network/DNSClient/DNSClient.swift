// DNSClient: asks the DNS and says how far an answer can be trusted (DNSSEC), through libunbound. It owns names, record
// data and the resolver's thread. It must not decide what an answer means: that is the asker's.
//
// Invariant: every byte of an answer is foreign, so record data are read with bounds and limits only
// (RecordData.swift), and one bad record is an error of the lookup, never a trap.
//
// Start reading here, then Resolver.swift, DomainName.swift and RecordData.swift.

package import Bytes

/// What answers questions to the DNS: the real `Resolver`, or a table in a test.
package protocol DNSResolving: Sendable {
    /// Blocks until there is an answer or the resolver's time is up. An answer without records is no error.
    func lookup(_ name: DomainName, _ type: DNSRecordType) throws(ResolverError) -> DNSAnswer
}

/// The record types that this program asks for, by their numbers (IANA, RFC 1035 §3.2.2, RFC 3596 §2.1, RFC 2782,
/// RFC 4034 §2).
package enum DNSRecordType: UInt16, Sendable, CaseIterable, CustomStringConvertible {
    case a = 1
    case cname = 5
    case mx = 15
    case txt = 16
    case aaaa = 28
    case srv = 33
    case dnskey = 48

    /// The mnemonic that zone files use.
    package var description: String {
        switch self {
        case .a: "A"
        case .cname: "CNAME"
        case .mx: "MX"
        case .txt: "TXT"
        case .aaaa: "AAAA"
        case .srv: "SRV"
        case .dnskey: "DNSKEY"
        }
    }
}

/// What the DNS said to one question.
package struct DNSAnswer: Sendable, Equatable {
    /// Empty where the name has no record of the type, or does not exist.
    package var records: [DNSRecordData]
    /// False for NXDOMAIN.
    package var nameExists: Bool
    /// Where aliases (CNAME) led, if there were any.
    package var canonicalName: DomainName?
    package var security: DNSSECStatus
    /// How long the answer may be kept.
    package var secondsToLive: Int

    package init(
        records: [DNSRecordData], nameExists: Bool = true, canonicalName: DomainName? = nil,
        security: DNSSECStatus = .unchecked, secondsToLive: Int = 0
    ) {
        self.records = records
        self.nameExists = nameExists
        self.canonicalName = canonicalName
        self.security = security
        self.secondsToLive = secondsToLive
    }
}

/// RFC 4035 §4.3. An answer whose signatures are wrong is no answer: `ResolverError.bogus`.
package enum DNSSECStatus: Sendable, Equatable {
    /// Signed, up to a trust anchor.
    case secure
    /// Proven not to be signed.
    case insecure
    /// The resolver has no trust anchor, so nothing was checked.
    case unchecked
}

/// Why there is no answer.
package enum ResolverError: Error, Sendable, Equatable, CustomStringConvertible {
    case timedOut(name: String, milliseconds: Int)
    /// The name servers answered with an error (RFC 1035 §4.1.1), e.g. 2 for SERVFAIL, 5 for REFUSED.
    case refused(name: String, code: Int)
    /// DNSSEC says that the answer was altered, or its signatures are out of date.
    case bogus(name: String, reason: String)
    /// A record's data do not follow the grammar of its type.
    case malformed(name: String, ParseError)
    /// The resolver itself could not be set up or run.
    case unavailable(String)

    package var description: String {
        switch self {
        case .timedOut(let name, let milliseconds): "no name server answered for \(name) within \(milliseconds) ms"
        case .refused(let name, let code): "the name server refused to answer for \(name): \(Self.meaning(of: code))"
        case .bogus(let name, let reason): "the answer for \(name) fails DNSSEC: \(reason)"
        case .malformed(let name, let error): "the answer for \(name) is malformed: \(error)"
        case .unavailable(let reason): "the resolver cannot be used: \(reason)"
        }
    }

    private static func meaning(of code: Int) -> String {
        switch code {
        case 1: "FORMERR"
        case 2: "SERVFAIL"
        case 4: "NOTIMP"
        case 5: "REFUSED"
        default: "RCODE \(code)"
        }
    }
}

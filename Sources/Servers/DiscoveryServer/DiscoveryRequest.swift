import Bytes
import Directory

/// What is asked for, by the path of a request.
enum DiscoveryRequest {
    /// Thunderbird and those who do as it does.
    case autoconfig(DiscoveryQuery)
    /// Outlook and telephones (MS-OXDSCLI).
    case autodiscover
    /// Outlook's later form (MS-OXDSCLI does not have it; Exchange answers it).
    case autodiscoverJSON(DiscoveryQuery)
    /// Downloaded by a person with a browser.
    case appleProfile(DiscoveryQuery)

    /// Nil for what is another server's.
    init?(_ target: String) {
        // Every request passes here: what is another's is told by its first two letters.
        var letters = target.utf8.dropFirst().makeIterator()
        guard let first = letters.next(), let second = letters.next() else { return nil }
        switch (first | 0x20, second | 0x20) {
        case (UInt8(ascii: "."), UInt8(ascii: "w")), (UInt8(ascii: "m"), UInt8(ascii: "a")), (UInt8(ascii: "a"), UInt8(ascii: "u")),
            (UInt8(ascii: "a"), UInt8(ascii: "p")):
            break
        default: return nil
        }
        let end = target.utf8.firstIndex(of: 0x3F) ?? target.utf8.endIndex
        let path = String(target[..<end])
        func query() -> DiscoveryQuery { DiscoveryQuery(target[end...].dropFirst()) }
        switch path {
        // RFC 8615: below the domain itself; and on autoconfig.DOMAIN, which is asked first.
        case "/.well-known/autoconfig/mail/config-v1.1.xml", "/mail/config-v1.1.xml": self = .autoconfig(query())
        case Self.applePath: self = .appleProfile(query())
        default:
            // Exchange takes paths in any case, and so its clients write them.
            guard path.utf8.count < 512 else { return nil }
            let folded = path.lowercased()
            if folded == Self.autodiscoverPath {
                self = .autodiscover
            } else if folded == "/autodiscover/autodiscover.json" || folded.hasPrefix("/autodiscover/autodiscover.json/") {
                self = .autodiscoverJSON(query())
            } else {
                return nil
            }
        }
    }

    static let applePath = "/apple.mobileconfig"
    static let autodiscoverPath = "/autodiscover/autodiscover.xml"

    var isPosted: Bool {
        if case .autodiscover = self { true } else { false }
    }
}

/// The parameters of a URL's query, as forms write them.
struct DiscoveryQuery {
    private var values: [String: String] = [:]

    private static let maximumCount = 16

    init(_ text: Substring) {
        for part in text.split(separator: "&").prefix(Self.maximumCount) {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard pair.count == 2, let decoded = PercentCoding.decode(pair[1].utf8),
                let value = String(validating: decoded, as: UTF8.self)
            else { continue }
            values[pair[0].lowercased()] = value
        }
    }

    /// `name` in lower case.
    func value(_ name: String) -> String? { values[name] }

    /// The mail address in lower case, where it is one.
    func address(_ name: String) -> String? { values[name].flatMap { MailAddress.folded($0) } }
}

extension ServerPlaces {
    /// The domain of an address, where it is one of those that are served.
    func domain(of address: String) -> String? {
        guard let at = address.utf8.lastIndex(of: UInt8(ascii: "@")) else { return nil }
        let domain = String(address[address.utf8.index(after: at)...])
        return domains.contains(domain) ? domain : nil
    }
}

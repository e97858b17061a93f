import Bytes

/// One directory: where it is, how it is read, and what its entries mean.
package struct LDAPConfiguration: Sendable, Equatable {
    package enum Security: String, Sendable, CaseIterable {
        /// TLS on the port of its own that `ldaps:` has, or StartTLS on the other (RFC 4511 §4.14).
        case tls
        /// Passwords go over the net in the clear: for a server on this machine only.
        case none
    }

    package var name: String
    /// `ldap://host[:port]` and `ldaps://host[:port]`, in the order in which they are tried.
    package var servers: [LDAPServerURL] = []
    package var security = Security.tls
    /// PEM; empty: the system's authorities.
    package var caFile = ""
    /// Empty: searches are made anonymously.
    package var bindName = ""
    package var bindPassword: [UInt8] = []
    package var base = ""
    /// Where people, groups and rooms are; empty: anywhere below `base`.
    package var userBase = ""
    package var groupBase = ""
    package var roomBase = ""
    /// Mail domains, in lower case.
    package var domains: [String] = []
    package var map = AttributeMap()
    /// Milliseconds.
    package var connectTime: Int64 = 3_000
    package var operationTime: Int64 = 10_000
    /// Of a search for all entries.
    package var listTime: Int64 = 120_000
    package var pageSize = 500
    /// Entries of one kind that are read at most.
    package var entryLimit = 200_000
    /// Connections that are open at once.
    package var connections = 8

    package init(name: String) { self.name = name }
}

/// Where a server is. Nothing of RFC 4516 but the host and the port.
package struct LDAPServerURL: Sendable, Equatable, CustomStringConvertible {
    package let isTLS: Bool
    /// As it stands in a URL: an IPv6 address in brackets.
    package let host: String
    package let port: Int

    package init?(_ text: String) {
        let parts = text.split(separator: "://", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        switch parts[0].lowercased() {
        case "ldap": isTLS = false
        case "ldaps": isTLS = true
        default: return nil
        }
        let place = parts[1].hasSuffix("/") ? parts[1].dropLast() : parts[1]
        var (host, rest) = (place, place[place.endIndex...])
        if place.hasPrefix("["), let end = place.firstIndex(of: "]") {
            (host, rest) = (place[...end], place[place.index(after: end)...])
        } else if let colon = place.firstIndex(of: ":") {
            (host, rest) = (place[..<colon], place[colon...])
        }
        guard 1...253 ~= host.utf8.count, host.utf8.allSatisfy({
            $0.isASCIILetter || $0.isASCIIDigit || [0x2D, 0x2E, 0x3A, 0x5B, 0x5D].contains($0)
        }) else { return nil }
        if rest.isEmpty {
            port = isTLS ? 636 : 389
        } else {
            guard let number = [UInt8](rest.dropFirst().utf8).decimalValue, 1...65_535 ~= number else { return nil }
            port = number
        }
        self.host = host.lowercased()
    }

    package var description: String { "\(isTLS ? "ldaps" : "ldap")://\(host):\(port)" }
}

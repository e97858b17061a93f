import Bytes
import Wire

/// Who sent a request and how, as far as the socket and the trusted proxies tell.
struct Client: Equatable {
    var peer: String
    var isSecure: Bool
    var isLoopback: Bool
    var authority: String

    /// Nil where the authority is none (RFC 9112 §3.2), or where `Forwarded` and `X-Forwarded-For` of a trusted proxy
    /// name different clients: one of them was sent by the client and passed on, and there is no telling which.
    init?(
        socket: IPAddress, peer: String, isTLS: Bool, fields: HTTPFields, authority: String,
        trustedProxies: [AddressRange]
    ) {
        guard Self.isHost(authority.utf8) else { return nil }
        let isForwarded = Self.mentionsProxy(fields)
        self.init(
            peer: peer, isSecure: isTLS, isLoopback: socket.isLoopback && !isForwarded, authority: authority)
        guard isForwarded, trustedProxies.contains(socket) else { return }
        let hops = [Self.forwarded(fields), Self.xForwarded(fields)].map { Self.client($0, trustedProxies) }
        if let first = hops[0], let second = hops[1], first.address != second.address { return nil }
        guard let hop = hops[0] ?? hops[1] ?? Self.unnamed(fields, peer) else { return }
        self.peer = hop.address
        // A proxy that says nothing of the protocol may be a tunnel: then the socket's own state counts.
        if let isSecure = hop.isSecure { self.isSecure = isSecure }
        if let host = hop.host, !host.isEmpty { self.authority = host }
    }

    private init(peer: String, isSecure: Bool, isLoopback: Bool, authority: String) {
        self.peer = peer
        self.isSecure = isSecure
        self.isLoopback = isLoopback
        self.authority = authority
    }

    private static func mentionsProxy(_ fields: HTTPFields) -> Bool {
        fields.fields.contains { field in
            switch field.name.utf8.count {
            case 3: field.name.utf8.equalsIgnoringASCIICase("via")
            case 9:
                field.name.utf8.equalsIgnoringASCIICase("forwarded")
                    || field.name.utf8.equalsIgnoringASCIICase("x-real-ip")
            case 15...17: field.name.utf8.prefix(12).equalsIgnoringASCIICase("x-forwarded-")
            default: false
            }
        }
    }

    // MARK: Hops

    /// What a proxy says of whom it had the request from.
    private struct Hop {
        var address: String
        var isSecure: Bool?
        var host: String?
    }

    /// The hop furthest from here whose report can be believed: each proxy appends, so the last element is from the
    /// proxy at the socket, and one before it counts only where the later one names a trusted proxy.
    private static func client(_ hops: [Hop], _ trustedProxies: [AddressRange]) -> Hop? {
        for hop in hops.reversed() {
            guard let address = IPAddress(hop.address), trustedProxies.contains(address) else { return hop }
        }
        return hops.first
    }

    /// RFC 7239 §4.
    private static func forwarded(_ fields: HTTPFields) -> [Hop] {
        guard let field = fields.joined("forwarded") else { return [] }
        return split(field, at: 0x2C).map { element in
            var hop = Hop(address: "unknown")
            for pair in split(element, at: 0x3B) {
                guard let equals = pair.firstIndex(of: 0x3D) else { continue }
                let name = pair[..<equals].trimmingASCIIWhitespace
                let value = unquoted(pair[(equals + 1)...].trimmingASCIIWhitespace)
                if name.equalsIgnoringASCIICase("for") { hop.address = address(value) }
                if name.equalsIgnoringASCIICase("proto") { hop.isSecure = value.equalsIgnoringASCIICase("https") }
                if name.equalsIgnoringASCIICase("host") { hop.host = host(value) }
            }
            return hop
        }
    }

    private static func xForwarded(_ fields: HTTPFields) -> [Hop] {
        guard let field = fields.joined("x-forwarded-for") else { return [] }
        let addresses = split(field, at: 0x2C)
        let protocols = fields.joined("x-forwarded-proto").map { split($0, at: 0x2C) } ?? []
        let hosts = fields.joined("x-forwarded-host").map { split($0, at: 0x2C) } ?? []
        return addresses.indices.map { index in
            var hop = Hop(address: address(addresses[index].trimmingASCIIWhitespace))
            // A list as long as that of the addresses goes with it; else only the last value is the nearest proxy's.
            if let value = protocols.count == addresses.count ? protocols[index] : protocols.last {
                hop.isSecure = value.trimmingASCIIWhitespace.equalsIgnoringASCIICase("https")
            }
            if let value = hosts.count == addresses.count ? hosts[index] : hosts.last {
                hop.host = host(value.trimmingASCIIWhitespace)
            }
            return hop
        }
    }

    /// What a proxy says that tells only how the client came, not who it is.
    private static func unnamed(_ fields: HTTPFields, _ peer: String) -> Hop? {
        let isSecure = fields.first("x-forwarded-proto").map { $0.utf8.equalsIgnoringASCIICase("https") }
        let name = fields.first("x-forwarded-host").flatMap { Self.host(Array($0.utf8)[...]) }
        return isSecure == nil && name == nil ? nil : Hop(address: peer, isSecure: isSecure, host: name)
    }

    /// The address in its usual form, without port and brackets; what is none (RFC 7239 §6.3 obfuscated) as it is.
    private static func address(_ text: ArraySlice<UInt8>) -> String {
        var host = text
        if host.first == 0x5B, let end = host.firstIndex(of: 0x5D) {
            host = host[(host.startIndex + 1)..<end]
        } else if host.filter({ $0 == 0x3A }).count == 1, let colon = host.firstIndex(of: 0x3A) {
            host = host[..<colon]
        }
        let text = String(utf8: host.prefix(64).filter { $0 > 0x20 && $0 < 0x7F })
        return IPAddress(text)?.description ?? (text.isEmpty ? "unknown" : text)
    }

    /// Nil for what no host can be.
    private static func host(_ text: ArraySlice<UInt8>) -> String? { isHost(text) ? String(utf8: text) : nil }

    /// Whether the bytes may be those of a host with a port; a `/` or `@` could make another URL of one that they are
    /// put into.
    private static func isHost(_ text: some Collection<UInt8>) -> Bool {
        text.count <= 255
            && text.allSatisfy { byte in
                if byte.isASCIILetter || byte.isASCIIDigit || byte >= 0x80 { return true }
                switch byte {
                case 0x2D, 0x2E, 0x3A, 0x5B, 0x5D, 0x5F, 0x7E, 0x25: return true  // - . : [ ] _ ~ %
                default: return false
                }
            }
    }

    private static func unquoted(_ value: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        guard value.count >= 2, value.first == 0x22, value.last == 0x22 else { return value }
        return value.dropFirst().dropLast().filter { $0 != 0x5C }[...]
    }

    /// Splits outside of quoted strings; empty elements are left out.
    private static func split(_ text: some Sequence<UInt8>, at separator: UInt8) -> [ArraySlice<UInt8>] {
        let bytes = Array(text)
        var parts: [ArraySlice<UInt8>] = []
        var start = 0
        var isQuoted = false
        for (index, byte) in bytes.enumerated() {
            if byte == 0x22 { isQuoted.toggle() }
            guard byte == separator, !isQuoted else { continue }
            if index > start { parts.append(bytes[start..<index]) }
            start = index + 1
        }
        if start < bytes.count { parts.append(bytes[start...]) }
        return parts
    }

    private static func split(_ text: String, at separator: UInt8) -> [ArraySlice<UInt8>] {
        split(text.utf8, at: separator)
    }
}

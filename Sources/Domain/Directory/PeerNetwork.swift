import Glibc

/// What one guesser is assumed to have: an IPv4 address, or the /64 of an IPv6 one (RFC 6177 §2).
struct PeerNetwork: Hashable, Sendable, CustomStringConvertible {
    private enum Kind: UInt8 {
        case ipv4, ipv6
        /// A text that is no address. All such count as one.
        case unknown
    }

    private let kind: Kind
    private let bits: UInt64
    let isLoopback: Bool

    /// `text` is an address in the usual form, for IPv6 with or without brackets or a zone; empty for a local socket.
    init(_ text: String) {
        var four = in_addr()
        if inet_pton(AF_INET, text, &four) == 1 {
            self.init(ipv4: UInt32(bigEndian: four.s_addr))
            return
        }
        var plain = Substring(text)
        if plain.hasPrefix("[") && plain.hasSuffix("]") { plain = plain.dropFirst().dropLast() }
        if let zone = plain.firstIndex(of: "%") { plain = plain[..<zone] }
        var six = in6_addr()
        guard inet_pton(AF_INET6, String(plain), &six) == 1 else {
            self.init(.unknown, 0, isLoopback: text.isEmpty)
            return
        }
        let (high, low) = withUnsafeBytes(of: six) {
            (UInt64(bigEndian: $0.loadUnaligned(as: UInt64.self)),
             UInt64(bigEndian: $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
        }
        if high == 0 && low >> 32 == 0xFFFF {
            // RFC 4291 §2.5.5.2: IPv4-mapped.
            self.init(ipv4: UInt32(truncatingIfNeeded: low))
        } else {
            self.init(.ipv6, high, isLoopback: high == 0 && low == 1)
        }
    }

    private init(_ kind: Kind, _ bits: UInt64, isLoopback: Bool) {
        (self.kind, self.bits, self.isLoopback) = (kind, bits, isLoopback)
    }

    private init(ipv4 address: UInt32) {
        self.init(.ipv4, UInt64(address), isLoopback: address >> 24 == 127)
    }

    /// `192.0.2.1`, `2001:db8::/64`.
    var description: String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        switch kind {
        case .ipv4:
            var address = in_addr(s_addr: UInt32(truncatingIfNeeded: bits).bigEndian)
            inet_ntop(AF_INET, &address, &text, socklen_t(text.count))
        case .ipv6:
            var address = in6_addr()
            withUnsafeMutableBytes(of: &address) { $0.storeBytes(of: bits.bigEndian, as: UInt64.self) }
            inet_ntop(AF_INET6, &address, &text, socklen_t(text.count))
        case .unknown:
            return "unknown"
        }
        let address = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return kind == .ipv6 ? address + "/64" : address
    }
}

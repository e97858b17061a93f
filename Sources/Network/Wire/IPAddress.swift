import Glibc
package import NIOCore

/// An address of a host, without a port. IPv4 addresses in IPv6 form (`::ffff:192.0.2.1`) are kept as IPv4.
package struct IPAddress: Hashable, Sendable, CustomStringConvertible {
    /// The sixteen bytes of the IPv6 address; for IPv4, `low` has the four bytes.
    private var high: UInt64
    private var low: UInt64
    package private(set) var isIPv4: Bool

    private init(high: UInt64, low: UInt64) {
        // RFC 4291 §2.5.5.2: IPv4-mapped.
        if high == 0 && low >> 32 == 0xFFFF {
            self = IPAddress(ipv4: UInt32(truncatingIfNeeded: low))
        } else {
            (self.high, self.low, isIPv4) = (high, low, false)
        }
    }

    private init(ipv4: UInt32) {
        (high, low, isIPv4) = (0, UInt64(ipv4), true)
    }

    /// An address in the usual text form; IPv6 with or without brackets, and without a zone.
    package init?(_ text: String) {
        var text = Substring(text)
        if text.utf8.first == 0x5B && text.utf8.last == 0x5D { text = text.dropFirst().dropLast() }
        var four = in_addr()
        var six = in6_addr()
        if inet_pton(AF_INET, String(text), &four) == 1 {
            self.init(ipv4: UInt32(bigEndian: four.s_addr))
        } else if inet_pton(AF_INET6, String(text), &six) == 1 {
            self.init(six)
        } else {
            return nil
        }
    }

    /// The host part of a socket's address; nil for local sockets.
    package init?(_ address: SocketAddress) {
        // The offsets of sin_addr and sin6_addr (ip(7), ipv6(7)).
        let address = address.withSockAddr { pointer, count -> IPAddress? in
            let bytes = UnsafeRawBufferPointer(start: pointer, count: count)
            switch Int32(pointer.pointee.sa_family) {
            case AF_INET where count >= 8:
                return IPAddress(ipv4: UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self)))
            case AF_INET6 where count >= 24:
                return IPAddress(
                    high: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)),
                    low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self)))
            default:
                return nil
            }
        }
        guard let address else { return nil }
        self = address
    }

    private init(_ address: in6_addr) {
        let (high, low) = withUnsafeBytes(of: address) {
            ($0.loadUnaligned(as: UInt64.self), $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        }
        self.init(high: UInt64(bigEndian: high), low: UInt64(bigEndian: low))
    }

    /// Of IPv4: whoever is on this machine without an address.
    package static let loopback = IPAddress(ipv4: 0x7F00_0001)

    package var isLoopback: Bool { isIPv4 ? low >> 24 == 127 : high == 0 && low == 1 }

    /// The IPv4 address in one of RFC 6052 §2.1's well-known prefix, or of 6to4 (RFC 3056 §2).
    package var embeddedIPv4: IPAddress? {
        if isIPv4 { return nil }
        if high == 0x0064_FF9B_0000_0000 && low >> 32 == 0 { return IPAddress(ipv4: UInt32(truncatingIfNeeded: low)) }
        if high >> 48 == 0x2002 { return IPAddress(ipv4: UInt32(truncatingIfNeeded: high >> 16)) }
        return nil
    }

    /// What one subscriber is assumed to have: the address itself for IPv4, the /64 for IPv6 (RFC 6177 §2).
    package var subscriber: IPAddress {
        isIPv4 ? self : IPAddress(high: high, low: 0)
    }

    /// Whether the first `length` bits are those of `other`.
    package func hasPrefix(of other: IPAddress, length: Int) -> Bool {
        guard isIPv4 == other.isIPv4 else { return false }
        if isIPv4 { return ((low ^ other.low) & 0xFFFF_FFFF) >> UInt64(32 - max(0, min(32, length))) == 0 }
        if length <= 64 { return (high ^ other.high) >> UInt64(64 - max(0, length)) == 0 }
        return high == other.high && (low ^ other.low) >> UInt64(128 - min(128, length)) == 0
    }

    package var description: String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        if isIPv4 {
            var address = in_addr(s_addr: UInt32(truncatingIfNeeded: low).bigEndian)
            inet_ntop(AF_INET, &address, &text, socklen_t(text.count))
        } else {
            var address = in6_addr()
            withUnsafeMutableBytes(of: &address) {
                $0.storeBytes(of: high.bigEndian, as: UInt64.self)
                $0.storeBytes(of: low.bigEndian, toByteOffset: 8, as: UInt64.self)
            }
            inet_ntop(AF_INET6, &address, &text, socklen_t(text.count))
        }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

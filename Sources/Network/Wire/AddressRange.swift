/// The addresses that share a prefix (RFC 4632 §3.1): `10.0.0.0/8`, `2001:db8::/32`, or one address alone.
package struct AddressRange: Hashable, Sendable, CustomStringConvertible {
    private var address: IPAddress
    private var length: Int

    package init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let address = IPAddress(String(first)) else { return nil }
        let whole = address.isIPv4 ? 32 : 128
        self.address = address
        length = whole
        if let last = parts.dropFirst().first {
            guard let length = Int(last), (0...whole).contains(length), last.first != "+" else { return nil }
            self.length = length
        }
    }

    package func contains(_ other: IPAddress) -> Bool { other.hasPrefix(of: address, length: length) }

    package var description: String { "\(address)/\(length)" }
}

extension [AddressRange] {
    package func contains(_ address: IPAddress) -> Bool { contains { $0.contains(address) } }
}

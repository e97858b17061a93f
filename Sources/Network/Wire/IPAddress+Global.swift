// Which addresses belong to the public internet, by IANA's registries of special-purpose addresses (RFC 6890 and what
// updates it). What is asked of foreign servers goes to no others: behind the rest stand this machine, its neighbours
// and the services of whoever runs it.

extension IPAddress {
    /// Whether it is a unicast address of the public internet. An address that carries an IPv4 address in it (RFC 6052,
    /// RFC 3056) is what that one is.
    package var isGlobalUnicast: Bool {
        if isIPv4 { return !Self.special4.contains(self) }
        if let inner = embeddedIPv4 { return inner.isGlobalUnicast }
        // RFC 4291 §2.4 and IANA: all global unicast addresses that are given out begin with 001. That leaves out ::/8
        // with the unspecified address, the loopback and IPv4-compatible ones, fc00::/7 (unique local), fe80::/10 (link-local)
        // and ff00::/8 (multicast).
        return Self.allocated6.contains(self) && !Self.special6.contains(self)
    }

    // RFC 6890 §2.2.2 and IANA's registry, which has since got more.
    private static let special4: [AddressRange] = ranges([
        "0.0.0.0/8",  // this network
        "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16",  // private
        "100.64.0.0/10",  // carriers' own
        "127.0.0.0/8",  // loopback
        "168.63.129.16/32",  // a public address that is the host's metadata service in Azure's machines
        "169.254.0.0/16",  // link-local, with the metadata service of most clouds
        "192.0.0.0/24",  // protocol assignments
        "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24",  // documentation
        "192.88.99.0/24",  // relays of 6to4, which are no more
        "198.18.0.0/15",  // benchmarks
        "224.0.0.0/4",  // multicast
        "240.0.0.0/4",  // reserved, with the broadcast address
    ])

    private static let allocated6: [AddressRange] = ranges(["2000::/3"])

    // RFC 6890 §2.2.3, likewise.
    private static let special6: [AddressRange] = ranges([
        "2001::/23",  // protocol assignments, with Teredo and ORCHID
        "2001:db8::/32", "3fff::/20",  // documentation
    ])

    private static func ranges(_ texts: [String]) -> [AddressRange] { texts.compactMap { AddressRange($0) } }
}

/// Where to listen: `127.0.0.1:8443`, `[::1]:8443`, `localhost:8443`, or `*:8443` for all addresses of the machine,
/// IPv4 and IPv6.
package struct ListenAddress: Hashable, Sendable, CustomStringConvertible {
    /// Without brackets; nil for all addresses.
    package var host: String?
    /// 0 lets the system choose.
    package var port: Int

    package init(host: String?, port: Int) {
        self.host = host
        self.port = port
    }

    /// Nil where there is no port, or the host is empty or an IPv6 address without brackets.
    package init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            return nil
        }
        var host = text[..<colon]
        if host.hasPrefix("[") && host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
            guard IPAddress(String(host)) != nil else { return nil }
        } else if host.contains(":") {
            return nil
        }
        if host.isEmpty { return nil }
        self.init(host: host == "*" ? nil : String(host), port: Int(port))
    }

    package var description: String {
        guard let host else { return "*:\(port)" }
        return host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}

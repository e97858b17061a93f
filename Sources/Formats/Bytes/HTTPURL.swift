/// RFC 9110 §4.2: an `http` or `https` URI, as far as a client of foreign servers needs it.
package struct HTTPURL: Hashable, Sendable, CustomStringConvertible {
    /// Both are RFC 9110's.
    package enum Scheme: String, Sendable {
        case http, https

        /// RFC 9110 §4.2.1 and §4.2.2.
        package var defaultPort: Int { self == .http ? 80 : 443 }
    }

    package let scheme: Scheme
    /// In lower case; an IPv6 address stands in its brackets.
    package let host: String
    package let port: Int
    /// Path and query as they go into a request line: printable ASCII, from `/` on.
    package let target: String

    package static let maximumLength = 4096

    /// Takes what people and calendar programs write: `webcal:` (and `webcals:`) is `https:`, the fragment is dropped,
    /// and what may not stand in a URI is escaped. Throws for another scheme, user information, or a host that is no name
    /// in ASCII and no address.
    package init(_ text: String) throws(ParseError) {
        let bytes = [UInt8](text.utf8)
        let trimmed = bytes.trimmingASCIIWhitespace
        if trimmed.count > Self.maximumLength {
            throw ParseError(at: 0, expected: "a URL of at most \(Self.maximumLength) bytes")
        }
        guard let colon = trimmed.firstIndex(of: 0x3A), trimmed[(colon + 1)...].starts(with: [0x2F, 0x2F]) else {
            throw ParseError(at: 0, expected: "a URL such as https://example.org/calendar.ics")
        }
        switch String(utf8: trimmed[..<colon].map(\.asciiLowercased)) {
        case "http": scheme = .http
        case "https", "webcal", "webcals": scheme = .https
        default: throw ParseError(at: 0, expected: "https or http")
        }
        let rest = trimmed[(colon + 3)...].prefix { $0 != 0x23 }
        let end = rest.firstIndex { $0 == 0x2F || $0 == 0x3F } ?? rest.endIndex
        (host, port) = try Self.authority(rest[..<end], scheme)
        target = Self.target(rest[end...])
    }

    private init(scheme: Scheme, host: String, port: Int, target: String) {
        (self.scheme, self.host, self.port, self.target) = (scheme, host, port, target)
    }

    // MARK: Parts

    private static func authority(
        _ bytes: ArraySlice<UInt8>, _ scheme: Scheme
    ) throws(ParseError) -> (host: String, port: Int) {
        // RFC 9110 §4.2.4: user information in such a URI is deprecated, and hides which host it leads to.
        if bytes.contains(0x40) { throw ParseError(at: bytes.startIndex, expected: "no user name or password in a URL") }
        var host = bytes
        var port = scheme.defaultPort
        let isBracketed = bytes.first == 0x5B
        let hostEnd = isBracketed ? bytes.firstIndex(of: 0x5D).map { $0 + 1 } : bytes.firstIndex(of: 0x3A)
        if let hostEnd, hostEnd < bytes.endIndex {
            host = bytes[..<hostEnd]
            guard bytes[hostEnd] == 0x3A else { throw ParseError(at: hostEnd, expected: "a port") }
            let digits = bytes[(hostEnd + 1)...]
            // RFC 3986 §3.2.3: an empty port is the default one.
            if !digits.isEmpty {
                guard let number = digits.decimalValue, 1...65_535 ~= number else {
                    throw ParseError(at: hostEnd, expected: "a port")
                }
                port = number
            }
        }
        let isName = host.allSatisfy { $0.isASCIILetter || $0.isASCIIDigit || $0 == 0x2D || $0 == 0x2E || $0 == 0x5F }
        let isAddress = isBracketed && host.count > 2 && host.last == 0x5D
            && host.dropFirst().dropLast().allSatisfy { $0.hexadecimalValue != nil || $0 == 0x3A || $0 == 0x2E }
        if host.last == 0x2E { host = host.dropLast() }
        guard isName || isAddress, 1...253 ~= host.count, host.first != 0x2E else {
            throw ParseError(at: bytes.startIndex, expected: "a host name in ASCII, or an address")
        }
        return (String(utf8: host.map(\.asciiLowercased)), port)
    }

    private static func target(_ bytes: ArraySlice<UInt8>) -> String {
        var out: [UInt8] = []
        if bytes.first != 0x2F { out.append(0x2F) }
        for (index, byte) in zip(bytes.indices, bytes) {
            switch byte {
            case 0x25 where bytes[(index + 1)...].prefix(2).filter({ $0.hexadecimalValue != nil }).count == 2:
                out.append(byte)
            // What RFC 3986 §3.3 and §3.4 let stand; no control character, no blank and no line end goes on the wire.
            case 0x21, 0x24, 0x26...0x3B, 0x3D, 0x3F...0x5A, 0x5F, 0x61...0x7A, 0x7E: out.append(byte)
            default:
                out.append(0x25)
                out.append(contentsOf: Hexadecimal.encode([byte]).map(\.asciiUppercased))
            }
        }
        return String(utf8: out)
    }

    // MARK: References

    /// RFC 3986 §5.2: what `reference` (of a Location field) means here. Throws where it leads to no such URI.
    package func resolving(_ reference: String) throws(ParseError) -> HTTPURL {
        let bytes = [UInt8](reference.utf8)
        let text = bytes.trimmingASCIIWhitespace.prefix { $0 != 0x23 }
        if text.count > Self.maximumLength { throw ParseError(at: 0, expected: "a shorter URL") }
        if Self.hasScheme(text) { return try HTTPURL(String(utf8: text)) }
        if text.starts(with: [0x2F, 0x2F]) { return try HTTPURL("\(scheme.rawValue):" + String(utf8: text)) }
        let base = [UInt8](target.utf8)
        let path = base.prefix { $0 != 0x3F }
        var merged: [UInt8]
        switch text.first {
        case nil: merged = base
        case 0x3F: merged = Array(path) + text
        case 0x2F: merged = Self.removingDots(text)
        default:
            let directory = path[..<((path.lastIndex(of: 0x2F) ?? path.startIndex) + 1)]
            merged = Self.removingDots(directory + text)
        }
        return HTTPURL(scheme: scheme, host: host, port: port, target: Self.target(merged[...]))
    }

    private static func hasScheme(_ text: ArraySlice<UInt8>) -> Bool {
        guard let first = text.first, first.isASCIILetter,
            let end = text.firstIndex(where: { $0 == 0x3A || $0 == 0x2F || $0 == 0x3F })
        else { return false }
        return text[end] == 0x3A
    }

    /// RFC 3986 §5.2.4, before the query.
    private static func removingDots(_ text: ArraySlice<UInt8>) -> [UInt8] {
        let path = text.prefix { $0 != 0x3F }
        var segments: [ArraySlice<UInt8>] = []
        let parts = path.dropFirst().split(separator: 0x2F, omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            let isLast = index == parts.count - 1
            if part.elementsEqual([0x2E]) || part.elementsEqual([0x2E, 0x2E]) {
                if part.count == 2 { _ = segments.popLast() }
                if isLast { segments.append([]) }
            } else {
                segments.append(part)
            }
        }
        var out: [UInt8] = []
        for segment in segments {
            out.append(0x2F)
            out.append(contentsOf: segment)
        }
        return out + text[path.endIndex...]
    }

    // MARK: Text

    /// RFC 9110 §7.2: what stands in the Host field.
    package var authority: String { port == scheme.defaultPort ? host : "\(host):\(port)" }
    /// Without path and query, which may hold secrets: for logs.
    package var origin: String { "\(scheme.rawValue)://\(authority)" }
    package var description: String { origin + target }
}

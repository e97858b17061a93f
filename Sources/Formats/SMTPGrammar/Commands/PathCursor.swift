internal import Bytes

/// Reads the argument of MAIL and RCPT.
struct PathCursor {
    /// RFC 5321 §4.5.3.1.3 asks for 256 octets at least; bounce addresses that carry another within them are longer. It
    /// must stand in one line of a header (RFC 5322 §2.1.1).
    static let maximumPathLength = 900

    private var rest: ArraySlice<UInt8>

    init(_ text: ArraySlice<UInt8>) { rest = text }

    var isAtEnd: Bool { rest.isEmpty }
    var isAtSpace: Bool { rest.first == 0x20 }

    mutating func take(_ word: StaticString) -> Bool {
        let count = word.utf8CodeUnitCount
        guard rest.count >= count, rest.prefix(count).equalsIgnoringASCIICase(word) else { return false }
        rest = rest.dropFirst(count)
        return true
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard rest.first == byte else { return false }
        rest = rest.dropFirst()
        return true
    }

    mutating func skipSpaces() -> Bool {
        let spaces = rest.prefix { $0 == 0x20 }
        rest = rest.dropFirst(spaces.count)
        return !spaces.isEmpty && !rest.isEmpty
    }

    /// RFC 5321 §4.1.2: esmtp-param.
    mutating func parameter() -> (keyword: ArraySlice<UInt8>, value: ArraySlice<UInt8>?) {
        let whole = rest.prefix { $0 != 0x20 }
        rest = rest.dropFirst(whole.count)
        let keyword = whole.prefix { $0 != UInt8(ascii: "=") }
        return (keyword, keyword.count == whole.count ? nil : whole.dropFirst(keyword.count + 1))
    }

    // MARK: Paths

    mutating func reversePath() -> ReversePath? {
        if take("<>") { return .null }
        return path().map { .mailbox($0) }
    }

    mutating func forwardPath() -> ForwardPath? {
        if take("<postmaster>") { return .postmaster }
        return path().map { .mailbox($0) }
    }

    private mutating func path() -> MailboxAddress? {
        let length = rest.count
        guard take(UInt8(ascii: "<")) else { return nil }
        // RFC 5321 §4.1.2: a source route is read and passed over.
        if rest.first == UInt8(ascii: "@") {
            let route = rest.prefix { $0 != UInt8(ascii: ":") && $0 != UInt8(ascii: ">") }
            rest = rest.dropFirst(route.count)
            let hops = route.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
            guard hops.allSatisfy({ $0.first == UInt8(ascii: "@") && HostName($0.dropFirst()) != nil }), take(UInt8(ascii: ":"))
            else { return nil }
        }
        guard let local = localPart(), take(UInt8(ascii: "@")) else { return nil }
        let domain = rest.prefix { $0 != UInt8(ascii: ">") }
        rest = rest.dropFirst(domain.count)
        guard let host = HostName(domain), take(UInt8(ascii: ">")), length - rest.count <= Self.maximumPathLength else { return nil }
        return MailboxAddress(localPart: local, domain: host)
    }

    private mutating func localPart() -> String? {
        if take(UInt8(ascii: "\"")) { return quotedString() }
        let text = rest.prefix { $0 != UInt8(ascii: "@") && $0 != UInt8(ascii: ">") }
        guard Self.isDotString(text) else { return nil }
        rest = rest.dropFirst(text.count)
        return String(validating: text, as: UTF8.self)
    }

    private mutating func quotedString() -> String? {
        var content: [UInt8] = []
        while let byte = rest.first {
            rest = rest.dropFirst()
            switch byte {
            case UInt8(ascii: "\""): return content.isEmpty ? nil : String(validating: content, as: UTF8.self)
            case UInt8(ascii: "\\"):
                guard let quoted = rest.first, 0x20...0x7E ~= quoted else { return nil }
                rest = rest.dropFirst()
                content.append(quoted)
            case 0x20...0x7E, 0x80...: content.append(byte)
            default: return nil
            }
        }
        return nil
    }

    /// RFC 5321 §4.1.2: Dot-string; RFC 6531 §3.3: with UTF-8.
    static func isDotString(_ text: some Collection<UInt8>) -> Bool {
        var last = UInt8(ascii: ".")
        for byte in text {
            if byte == UInt8(ascii: ".") {
                if last == UInt8(ascii: ".") { return false }
            } else if byte < 0x80, !byte.isAtext {
                return false
            }
            last = byte
        }
        return last != UInt8(ascii: ".")
    }
}

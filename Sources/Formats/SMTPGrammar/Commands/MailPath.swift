internal import Bytes

/// RFC 5321 §4.1.2: where reports about a message go.
package enum ReversePath: Sendable, Hashable {
    /// `<>`: nowhere, for the message is such a report (RFC 5321 §4.5.5).
    case null
    case mailbox(MailboxAddress)

    /// Without the angle brackets.
    package var text: String {
        switch self {
        case .null: ""
        case .mailbox(let address): address.text
        }
    }
}

/// RFC 5321 §4.1.2.
package enum ForwardPath: Sendable, Hashable {
    /// RFC 5321 §4.5.1: `<Postmaster>`, without a domain.
    case postmaster
    case mailbox(MailboxAddress)

    package var text: String {
        switch self {
        case .postmaster: "postmaster"
        case .mailbox(let address): address.text
        }
    }

    package var isASCII: Bool { text.utf8.allSatisfy { $0 < 0x80 } }
}

/// RFC 5321 §4.1.2: Mailbox, without a source route.
package struct MailboxAddress: Sendable, Hashable {
    /// As it is meant: without quotes and backslashes.
    package var localPart: String
    package var domain: HostName

    package init(localPart: String, domain: HostName) {
        self.localPart = localPart
        self.domain = domain
    }

    /// Quoted only where it must be.
    package var text: String {
        if PathCursor.isDotString(localPart.utf8) { return "\(localPart)@\(domain.text)" }
        var quoted = "\""
        for character in localPart.unicodeScalars {
            if character == "\"" || character == "\\" { quoted.unicodeScalars.append("\\") }
            quoted.unicodeScalars.append(character)
        }
        return "\(quoted)\"@\(domain.text)"
    }
}

/// RFC 5321 §4.1.2, §4.1.3.
package enum HostName: Sendable, Hashable {
    case domain(String)
    /// With its brackets.
    case literal(String)

    /// RFC 5321 §4.5.3.1.2.
    private static let maximumLength = 255

    package var text: String {
        switch self {
        case .domain(let text), .literal(let text): text
        }
    }

    /// Nil where the whole of the text is none.
    package init?(_ text: ArraySlice<UInt8>) {
        guard let first = text.first, let final = text.last, text.count <= Self.maximumLength else { return nil }
        if first == UInt8(ascii: "[") {
            // §4.1.3: dcontent.
            let content = text.dropFirst().dropLast()
            guard final == UInt8(ascii: "]"), !content.isEmpty, content.allSatisfy({ 0x21...0x5A ~= $0 || 0x5E...0x7E ~= $0 })
            else { return nil }
            self = .literal(String(utf8: text))
            return
        }
        var label = 0
        var last = UInt8(ascii: ".")
        for byte in text {
            if byte == UInt8(ascii: ".") {
                guard label > 0, last != UInt8(ascii: "-") else { return nil }
                label = 0
            } else {
                // RFC 6531 §3.3: UTF-8. Hosts with `_` in their names are met.
                guard byte.isASCIILetter || byte.isASCIIDigit || byte >= 0x80 || byte == UInt8(ascii: "_")
                    || (byte == UInt8(ascii: "-") && label > 0)
                else { return nil }
                label += 1
            }
            last = byte
        }
        guard label > 0, last != UInt8(ascii: "-"), let name = String(validating: text, as: UTF8.self) else { return nil }
        self = .domain(name)
    }
}

import Bytes

/// RFC 5322 §3.4: one mailbox. Bytes are those of the field: encoded words are not decoded, what is no ASCII is as it was.
package struct MailAddress: Sendable, Equatable {
    /// The display name without quotes; where there is none, the last comment, as older programs wrote names.
    package var name: [UInt8]?
    /// RFC 5322 §4.4: the obsolete source route, `@a,@b`.
    package var route: [UInt8]?
    /// Without quotes. Empty for `<>`.
    package var localPart: [UInt8]
    /// Empty where there is none, which is not the NIL of IMAP's groups.
    package var domain: [UInt8]

    package init(name: [UInt8]? = nil, route: [UInt8]? = nil, localPart: [UInt8], domain: [UInt8]) {
        self.name = name
        self.route = route
        self.localPart = localPart
        self.domain = domain
    }

    package init(name: String? = nil, localPart: String, domain: String) {
        self.init(name: name.map { [UInt8]($0.utf8) }, localPart: [UInt8](localPart.utf8), domain: [UInt8](domain.utf8))
    }

    /// The name in UTF-8.
    package var displayName: [UInt8]? { name.map { EncodedWords.decode($0[...]) } }

    /// `localPart@domain`, with quotes where they are needed.
    package var addressBytes: [UInt8] {
        var out: [UInt8] = []
        HeaderQuoting.appendLocalPart(localPart, to: &out)
        if domain.isEmpty { return out }
        out.append(0x40)
        return out + domain
    }
}

/// RFC 5322 §3.4: what an address list is made of.
package enum AddressListItem: Sendable, Equatable {
    case mailbox(MailAddress)
    case group(name: [UInt8], members: [MailAddress])

    package var mailboxes: [MailAddress] {
        switch self {
        case .mailbox(let mailbox): [mailbox]
        case .group(_, let members): members
        }
    }
}

/// When something must stand in quotes.
enum HeaderQuoting {
    /// RFC 5322 §3.2.4
    static func appendQuoted(_ text: some Collection<UInt8>, to out: inout [UInt8]) {
        out.append(0x22)
        for byte in text where byte != 0x0D && byte != 0x0A && byte != 0 {
            if byte == 0x22 || byte == 0x5C { out.append(0x5C) }
            out.append(byte)
        }
        out.append(0x22)
    }

    /// RFC 5322 §3.4.1: a dot-atom, or else a quoted string.
    static func appendLocalPart(_ text: [UInt8], to out: inout [UInt8]) {
        let isDotAtom = !text.isEmpty && text.first != 0x2E && text.last != 0x2E
            && zip(text, text.dropFirst()).allSatisfy { $0 != 0x2E || $1 != 0x2E } && text.allSatisfy { isAtomText($0) || $0 == 0x2E }
        if isDotAtom { out += text } else { appendQuoted(text, to: &out) }
    }

    /// RFC 5322 §3.2.3, with RFC 6532 §3.2.
    static func isAtomText(_ byte: UInt8) -> Bool {
        FieldCursor.isAtomByte(byte) && byte != 0x2E && byte != 0x5B && byte != 0x5D && byte != 0x5C
    }
}

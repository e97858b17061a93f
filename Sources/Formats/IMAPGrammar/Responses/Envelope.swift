internal import Bytes

/// RFC 9051 §7.5.2: ENVELOPE. Bytes are those of the header, encoded words as they are; nil is NIL.
package struct Envelope: Hashable, Sendable {
    package var date: [UInt8]?
    package var subject: [UInt8]?
    package var from: [Address] = []
    /// Where the field is missing, the caller sets what From has, as for `replyTo` (RFC 9051 §7.5.2).
    package var sender: [Address] = []
    package var replyTo: [Address] = []
    package var to: [Address] = []
    package var cc: [Address] = []
    package var bcc: [Address] = []
    package var inReplyTo: [UInt8]?
    package var messageID: [UInt8]?

    package init() {}
}

/// One of an envelope's addresses. With a nil host, it begins a group whose name is `mailbox`, or ends one where that is nil too.
package struct Address: Hashable, Sendable {
    package var name: [UInt8]?
    /// RFC 5322 §4.4: the obsolete source route.
    package var route: [UInt8]?
    package var mailbox: [UInt8]?
    package var host: [UInt8]?

    package init(name: [UInt8]? = nil, route: [UInt8]? = nil, mailbox: [UInt8]?, host: [UInt8]?) {
        (self.name, self.route, self.mailbox, self.host) = (name, route, mailbox, host)
    }
}

extension Envelope {
    /// As it stands behind `ENVELOPE `, so that it can be written once and kept.
    package func append(to out: inout [UInt8], utf8: Bool = false) {
        out.append(0x28)
        WireString.append(nullable: date, utf8: utf8, to: &out)
        out.append(0x20)
        WireString.append(nullable: subject, utf8: utf8, to: &out)
        for addresses in [from, sender, replyTo, to, cc, bcc] {
            out.append(0x20)
            Envelope.append(addresses, utf8: utf8, to: &out)
        }
        out.append(0x20)
        WireString.append(nullable: inReplyTo, utf8: utf8, to: &out)
        out.append(0x20)
        WireString.append(nullable: messageID, utf8: utf8, to: &out)
        out.append(0x29)
    }

    private static func append(_ addresses: [Address], utf8: Bool, to out: inout [UInt8]) {
        if addresses.isEmpty { return out.append("NIL") }
        out.append(0x28)
        // RFC 9051 §9: env-from = "(" 1*address ")", without spaces.
        for address in addresses {
            out.append(0x28)
            WireString.append(nullable: address.name, utf8: utf8, to: &out)
            for part in [address.route, address.mailbox, address.host] {
                out.append(0x20)
                WireString.append(nullable: part, utf8: utf8, to: &out)
            }
            out.append(0x29)
        }
        out.append(0x29)
    }
}

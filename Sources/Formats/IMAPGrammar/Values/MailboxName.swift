internal import Bytes

/// A mailbox's name in UTF-8, without controls. INBOX in any case is INBOX (RFC 9051 §5.1).
package struct MailboxName: Hashable, Sendable {
    package let utf8: [UInt8]

    package static let inbox = MailboxName(utf8: [UInt8]("INBOX".utf8))
    /// Longer ones are no names here.
    package static let longest = 4096

    package init(utf8: [UInt8]) {
        self.utf8 = utf8.equalsIgnoringASCIICase("INBOX") ? [UInt8]("INBOX".utf8) : utf8
    }

    /// Nil where the bytes are no name in that coding.
    package init?(_ sent: [UInt8], coding: MailboxCoding) {
        guard let utf8 = MailboxName.decoded(sent, coding: coding) else { return nil }
        self.init(utf8: utf8)
    }

    package var isInbox: Bool { self == .inbox }

    /// As it is written on the wire, before it is quoted.
    package func encoded(_ coding: MailboxCoding) -> [UInt8] {
        coding == .utf8 ? utf8 : ModifiedUTF7.encode(utf8)
    }

    static func decoded(_ sent: [UInt8], coding: MailboxCoding) -> [UInt8]? {
        guard sent.count <= longest else { return nil }
        let utf8: [UInt8]?
        switch coding {
        case .modifiedUTF7: utf8 = ModifiedUTF7.decode(sent)
        // Thunderbird: a bare & stands for itself here.
        case .utf8: utf8 = isUTF8(sent) ? sent : nil
        }
        // RFC 9051 §5.1: no CTL
        guard let utf8, !utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else { return nil }
        return utf8
    }
}

extension CommandCursor {
    mutating func mailbox() throws(ParseError) -> MailboxName {
        let start = position
        guard let name = MailboxName(try astring("a mailbox name"), coding: coding) else {
            position = start
            throw failure("a mailbox name in \(coding == .utf8 ? "UTF-8" : "modified UTF-7")")
        }
        return name
    }

    /// RFC 9051 §9: list-mailbox
    mutating func listPattern() throws(ParseError) -> ListPattern {
        let start = position
        let sent: [UInt8]
        if byte == 0x22 || byte == 0x7B || byte == 0x7E {
            sent = try astring()
        } else {
            let range = run(\.isListByte)
            if range.isEmpty { throw failure("a pattern of mailbox names") }
            sent = Array(bytes[range])
        }
        guard let text = MailboxName.decoded(sent, coding: coding), let pattern = ListPattern(text) else {
            position = start
            throw failure("a pattern of mailbox names")
        }
        return pattern
    }
}

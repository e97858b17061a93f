package import IMAPGrammar
package import MIME

/// What MIME finds in a message, in the form in which IMAP writes it.
extension IMAPGrammar.Envelope {
    package init(_ envelope: MIME.Envelope) {
        self.init()
        date = envelope.date
        subject = envelope.subject
        from = Self.addresses(envelope.from)
        sender = Self.addresses(envelope.sender)
        replyTo = Self.addresses(envelope.replyTo)
        to = Self.addresses(envelope.to)
        cc = Self.addresses(envelope.cc)
        bcc = Self.addresses(envelope.bcc)
        inReplyTo = envelope.inReplyTo
        messageID = envelope.messageID
    }

    /// RFC 9051 §7.5.2: a group is an address without a host before its members, and one without anything behind them.
    private static func addresses(_ list: [AddressListItem]) -> [Address] {
        list.flatMap { item in
            switch item {
            case .mailbox(let mailbox): [address(mailbox)]
            case .group(let name, let members):
                [Address(mailbox: name, host: nil)] + members.map(address) + [Address(mailbox: nil, host: nil)]
            }
        }
    }

    private static func address(_ mailbox: MailAddress) -> Address {
        // An address without a domain must not look like the beginning of a group.
        Address(name: mailbox.name, route: mailbox.route, mailbox: mailbox.localPart, host: mailbox.domain)
    }
}

extension IMAPGrammar.BodyStructure {
    package init(_ structure: MIME.BodyStructure) {
        var other = Extension()
        other.dispositionKind = structure.disposition?.kind
        other.dispositionParameters = structure.disposition.map { Self.parameters($0.parameters.written) } ?? []
        other.languages = structure.languages
        other.location = structure.location
        if case .multipart(let parts) = structure.content {
            var multipart = Multipart(parts: parts.map { Self($0) }, subtype: structure.subtype)
            multipart.parameters = Self.parameters(structure.parameters)
            multipart.other = other
            self = .multipart(multipart)
            return
        }
        let lines = UInt64(clamping: structure.lineCount)
        var part = BodyPart(type: structure.type, subtype: structure.subtype, size: UInt64(clamping: structure.byteCount))
        switch structure.content {
        case .message(let envelope, let body): part.content = .message(IMAPGrammar.Envelope(envelope), Self(body), lines: lines)
        case .text: part.content = .text(lines: lines)
        case .other, .multipart: part.content = .basic
        }
        part.parameters = Self.parameters(structure.parameters)
        part.id = structure.id
        part.description = structure.description
        part.encoding = structure.encoding
        part.md5 = structure.md5
        part.other = other
        self = .part(part)
    }

    private static func parameters(_ parameters: [FieldParameters.Parameter]) -> [Parameter] {
        parameters.map { Parameter($0.name, $0.value) }
    }
}

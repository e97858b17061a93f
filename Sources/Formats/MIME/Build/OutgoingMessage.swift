import Bytes

/// A message that this program writes: notices, reports, invitations. It knows no clock and makes up nothing: date, identifier and boundary
/// are given, and equal values are equal bytes.
package struct OutgoingMessage: Sendable {
    package var date: MessageDate
    /// Without angle brackets.
    package var messageID: String
    package var from: [AddressListItem]
    package var sender: MailAddress?
    package var replyTo: [AddressListItem] = []
    package var to: [AddressListItem]
    package var cc: [AddressListItem] = []
    package var subject: String
    /// Without angle brackets.
    package var inReplyTo: [[UInt8]] = []
    package var references: [[UInt8]] = []
    /// Others, as text: Auto-Submitted, List-Id, X-....
    package var fields: [(name: String, value: String)] = []
    package var content: OutgoingPart

    package init(
        date: MessageDate, messageID: String, from: [AddressListItem], to: [AddressListItem], subject: String, content: OutgoingPart
    ) {
        self.date = date
        self.messageID = messageID
        self.from = from
        self.to = to
        self.subject = subject
        self.content = content
    }

    /// - Parameter boundary: letters and digits that nobody can guess; delimiters are made of it.
    package func bytes(boundary: String) -> [UInt8] {
        var header = HeaderWriter()
        header.date("Date", date)
        header.addresses("From", from)
        if let sender { header.addresses("Sender", [.mailbox(sender)]) }
        header.addresses("Reply-To", replyTo)
        header.addresses("To", to)
        header.addresses("Cc", cc)
        header.identifiers("Message-ID", [[UInt8](messageID.utf8)])
        header.identifiers("In-Reply-To", inReplyTo)
        header.identifiers("References", references)
        header.unstructured("Subject", subject)
        for field in fields { header.unstructured(field.name, field.value) }
        header.token("MIME-Version", "1.0".utf8)
        var boundary = Boundary(boundary)
        let rendered = content.render(&boundary, after: header)
        var out = rendered.header.bytes
        out.append("\r\n" as StaticString)
        return out + rendered.body
    }
}

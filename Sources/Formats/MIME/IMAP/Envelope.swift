import Bytes

/// RFC 9051 §7.5.2 (RFC 3501 §7.4.2): the envelope structure of a message. Texts are the field's bytes, unfolded, encoded words not
/// decoded; nil is NIL.
package struct Envelope: Sendable, Equatable {
    package var date: [UInt8]?
    package var subject: [UInt8]?
    package var from: [AddressListItem] = []
    package var sender: [AddressListItem] = []
    package var replyTo: [AddressListItem] = []
    package var to: [AddressListItem] = []
    package var cc: [AddressListItem] = []
    package var bcc: [AddressListItem] = []
    package var inReplyTo: [UInt8]?
    package var messageID: [UInt8]?

    package init() {}

    /// Where a field stands more than once, the first text counts, and addresses are joined: many programs write a To field for
    /// each recipient.
    package init(_ header: Header) {
        for field in header.fields {
            // Few fields are of the envelope, and most others differ in the length of their names already.
            let name = field.name
            switch name.count {
            case 2:
                if name.equalsIgnoringASCIICase("to") { to += AddressParser.parse(field.value) }
                if name.equalsIgnoringASCIICase("cc") { cc += AddressParser.parse(field.value) }
            case 3: if name.equalsIgnoringASCIICase("bcc") { bcc += AddressParser.parse(field.value) }
            case 4:
                if name.equalsIgnoringASCIICase("from") { from += AddressParser.parse(field.value) }
                if date == nil, name.equalsIgnoringASCIICase("date") { date = field.unfolded }
            case 6: if name.equalsIgnoringASCIICase("sender") { sender += AddressParser.parse(field.value) }
            case 7: if subject == nil, name.equalsIgnoringASCIICase("subject") { subject = field.unfolded }
            case 8: if name.equalsIgnoringASCIICase("reply-to") { replyTo += AddressParser.parse(field.value) }
            case 10: if messageID == nil, name.equalsIgnoringASCIICase("message-id") { messageID = field.unfolded }
            case 11: if inReplyTo == nil, name.equalsIgnoringASCIICase("in-reply-to") { inReplyTo = field.unfolded }
            default: break
            }
        }
        // "If the Sender or Reply-To header is absent or empty, the server sets the corresponding member to be the From's."
        if sender.isEmpty { sender = from }
        if replyTo.isEmpty { replyTo = from }
    }
}

extension Message {
    /// Of the message itself, or of the message within the part with that index.
    package func envelope(of part: Int = 0) -> Envelope { Envelope(header(of: part)) }
}

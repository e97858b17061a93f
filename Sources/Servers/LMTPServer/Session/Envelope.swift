import Directory
import Mail
import SMTPGrammar

/// A mail transaction (RFC 5321 §3.3): what MAIL and RCPT have said.
struct Envelope {
    struct Recipient {
        /// As it was said.
        var path: ForwardPath
        var target: DeliveryTarget
        var place: DeliveryPlace
    }

    /// In the log, and in the message's Received field.
    var id: String
    var sender: ReversePath
    var isUTF8: Bool
    /// What the client says that the message has.
    var announcedSize: Int
    var recipients: [Recipient] = []
}

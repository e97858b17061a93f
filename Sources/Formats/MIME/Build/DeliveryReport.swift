import Bytes

/// RFC 3464: what became of a message.
package struct DeliveryReport: Sendable {
    package enum Action: String, Sendable {
        case failed, delayed, delivered, relayed, expanded
    }

    package struct Recipient: Sendable {
        package var finalRecipient: String
        /// RFC 3461 §4.2: ORCPT, with its type.
        package var originalRecipient: String?
        package var action: Action
        /// RFC 3463: `5.1.1`.
        package var status: String
        package var remoteMTA: String?
        /// What the other server said.
        package var diagnostic: String?
        package var lastAttempt: MessageDate?
        package var willRetryUntil: MessageDate?

        package init(finalRecipient: String, action: Action, status: String) {
            self.finalRecipient = finalRecipient
            self.action = action
            self.status = status
        }
    }

    package var reportingMTA: String
    /// RFC 3461 §4.4: ENVID.
    package var originalEnvelopeID: String?
    package var arrivalDate: MessageDate?
    package var recipients: [Recipient]

    package init(reportingMTA: String, recipients: [Recipient]) {
        self.reportingMTA = reportingMTA
        self.recipients = recipients
    }

    /// RFC 3464 §2.1: the fields of the message, and behind an empty line those of each recipient.
    package var fields: [UInt8] {
        var header = HeaderWriter()
        if let originalEnvelopeID { header.unstructured("Original-Envelope-Id", originalEnvelopeID) }
        header.unstructured("Reporting-MTA", "dns; \(reportingMTA)")
        if let arrivalDate { header.date("Arrival-Date", arrivalDate) }
        var out = header.bytes
        for recipient in recipients {
            var header = HeaderWriter()
            if let original = recipient.originalRecipient { header.unstructured("Original-Recipient", original) }
            header.unstructured("Final-Recipient", typedAddress(recipient.finalRecipient))
            header.token("Action", recipient.action.rawValue.utf8)
            header.token("Status", recipient.status.utf8)
            if let remote = recipient.remoteMTA { header.unstructured("Remote-MTA", "dns; \(remote)") }
            if let diagnostic = recipient.diagnostic { header.unstructured("Diagnostic-Code", "smtp; \(diagnostic)") }
            if let date = recipient.lastAttempt { header.date("Last-Attempt-Date", date) }
            if let date = recipient.willRetryUntil { header.date("Will-Retry-Until", date) }
            out.append("\r\n" as StaticString)
            out += header.bytes
        }
        return out
    }

    /// RFC 6522 §3: words for people, fields for programs, the message or its header.
    package func content(text: String, original: OutgoingPart?) -> OutgoingPart {
        .multipart(
            [.text(text), .fields(fields, subtype: "delivery-status")] + (original.map { [$0] } ?? []), subtype: "report",
            parameters: ["report-type": "delivery-status"])
    }
}

/// RFC 8098: what a reader did with a message.
package struct DispositionReport: Sendable {
    package var reportingUA: String?
    package var finalRecipient: String
    package var originalRecipient: String?
    /// Without angle brackets.
    package var originalMessageID: [UInt8]?
    /// RFC 8098 §3.2.6: `automatic-action/MDN-sent-automatically; displayed`.
    package var disposition: String

    package init(finalRecipient: String, disposition: String) {
        self.finalRecipient = finalRecipient
        self.disposition = disposition
    }

    package var fields: [UInt8] {
        var header = HeaderWriter()
        if let reportingUA { header.unstructured("Reporting-UA", reportingUA) }
        if let originalRecipient { header.unstructured("Original-Recipient", originalRecipient) }
        header.unstructured("Final-Recipient", typedAddress(finalRecipient))
        if let originalMessageID { header.identifiers("Original-Message-ID", [originalMessageID]) }
        header.token("Disposition", disposition.utf8)
        return header.bytes
    }

    package func content(text: String, original: OutgoingPart?) -> OutgoingPart {
        .multipart(
            [.text(text), .fields(fields, subtype: "disposition-notification")] + (original.map { [$0] } ?? []), subtype: "report",
            parameters: ["report-type": "disposition-notification"])
    }
}

/// RFC 3464 §2.3.2; RFC 6533 §3: an address that is no ASCII, in ASCII (utf-8-addr-xtext).
private func typedAddress(_ address: String) -> String {
    if address.utf8.allSatisfy({ $0 < 0x80 }) { return "rfc822; \(address)" }
    var out = "utf-8; "
    for scalar in address.unicodeScalars {
        if scalar.value > 0x20, scalar.value < 0x7F, scalar != "\\", scalar != "+", scalar != "=" {
            out.unicodeScalars.append(scalar)
        } else {
            out += "\\x{" + String(scalar.value, radix: 16, uppercase: true) + "}"
        }
    }
    return out
}

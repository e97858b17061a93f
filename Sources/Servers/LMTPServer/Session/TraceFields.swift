import Bytes
import CivilTime
import MIME
import SMTPGrammar
import Wire

/// The fields that a delivery puts before a message (RFC 5321 §4.4).
enum TraceFields {
    /// Of all of them together: paths, names and literals have limits of their own (SMTPGrammar).
    static let maximumSize = 4 << 10

    /// Delivered-To and the `for` of Received are there where there is one recipient: the octets are the same for all, and the others
    /// must not learn who had a blind copy (RFC 5321 §7.2).
    static func bytes(
        of envelope: Envelope, from client: HostName, _ peer: Peer, by hostName: String, now: Int64
    ) -> [UInt8] {
        var out: [UInt8] = []
        out.append("Return-Path: <\(envelope.sender.text)>\r\n")
        let only = envelope.recipients.count == 1 ? envelope.recipients.first?.path.text : nil
        if let only { out.append("Delivered-To: \(only)\r\n") }
        out.append("Received: from \(client.text)")
        if case .address(let address) = peer { out.append(address.isIPv4 ? " ([\(address)])" : " ([IPv6:\(address)])") }
        // RFC 3848 §1, RFC 6531 §4.3: the names of the protocols.
        out.append("\r\n\tby \(hostName) with \(envelope.isUTF8 ? "UTF8LMTP" : "LMTP") id \(envelope.id)")
        if let only { out.append("\r\n\tfor <\(only)>") }
        out.append(";\r\n\t" as StaticString)
        if let time = CivilDateTime(wallSeconds: now / 1000) {
            out.append(contentsOf: MessageDate(local: time, offsetMinutes: 0).bytes)
        }
        out.append("\r\n" as StaticString)
        return out
    }
}

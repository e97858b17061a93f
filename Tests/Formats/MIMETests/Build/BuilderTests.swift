import Bytes
import CivilTime
import MIME
import TestRandom
import Testing

@Suite("Messages that are built")
struct BuilderTests {
    private let date = MessageDate(slice("Fri, 21 Nov 1997 09:55:06 -0600"))

    private func outgoing(_ content: OutgoingPart, subject: String = "s") throws -> OutgoingMessage {
        OutgoingMessage(
            date: try #require(date), messageID: "1@x", from: [.mailbox(MailAddress(name: "A", localPart: "a", domain: "x"))],
            to: [.mailbox(MailAddress(name: nil as String?, localPart: "b", domain: "y"))], subject: subject, content: content)
    }

    private func body(_ bytes: [UInt8], _ part: Int) -> [UInt8] {
        let message = Message(bytes)
        return TransferDecoder.decode(bytes[message.parts[part].body], message.transferEncoding(of: part))
    }

    @Test("a plain message, byte for byte")
    func plain() throws {
        #expect(text(try outgoing(.text("hello\nyou\n"), subject: "Grüße").bytes(boundary: "x")) == text(message([
            "Date: Fri, 21 Nov 1997 09:55:06 -0600", "From: A <a@x>", "To: b@y", "Message-ID: <1@x>", "Subject: =?utf-8?B?R3LDvMOfZQ==?=", "MIME-Version: 1.0",
            "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: 7bit", "", "hello", "you",
        ])))
    }

    @Test("whatever a subject, a name, a file's name or a text holds, it is read as it was meant")
    func roundTrip() throws {
        var random = SeededGenerator(state: 21)
        for round in 0..<400 {
            let (subject, name, file) = (randomText(&random), randomText(&random), randomText(&random))
            let words = (0..<4).map { _ in randomText(&random) }.joined(separator: round % 2 == 0 ? "\r\n" : "\r\nFrom .\r\n")
            let data = (0..<Int.random(in: 0..<500, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
            let inner = try outgoing(.text(words)).bytes(boundary: "x")
            var built = try outgoing(.multipart([
                .multipart([.text(words), .text(words, subtype: "html")], subtype: "alternative"), .file(data, type: "application/pdf", name: file), .message(inner),
            ], subtype: "mixed"), subject: subject)
            built.to = [.group(name: bytes("G, " + name), members: [MailAddress(name: name, localPart: name.isEmpty ? "x" : "q \"\\x", domain: "d.example")])]
            built.cc = [.mailbox(MailAddress(name: name, localPart: "a.b", domain: "d"))]
            let message = try built.bytes(boundary: "x")
            let parsed = Message(message)
            #expect(message.split(separator: 0x0A).allSatisfy { $0.count <= 999 && $0.last == 0x0D })
            #expect(parsed.header.fields.count == 8)
            #expect(parsed.header.first("subject").map { text($0.text) } == trimmed(subject))
            #expect(parsed.parts.map(\.kind) == [.multipart, .multipart, .leaf, .leaf, .leaf, .message, .leaf])
            for part in [2, 3, 6] { #expect(text(body(message, part)) == text(BodyWriter.canonicalText(words.utf8))) }
            #expect(body(message, 4) == data)
            #expect(Array(message[parsed.parts[5].body]) == inner)
            #expect(parsed.bodyStructure(of: 4).disposition?.parameters.text("filename").map { text($0) } == file)
            let envelope = parsed.envelope()
            guard case .group(let group, let members)? = envelope.to.first else { Issue.record("no group"); continue }
            #expect(text(EncodedWords.decode(group[...])) == "G, " + name)
            #expect(members.first?.displayName.map { text($0) } ?? "" == name)
            #expect(members.first.map { text($0.localPart) } == (name.isEmpty ? "x" : "q \"\\x"))
            #expect(envelope.cc.first?.mailboxes.first?.displayName.map { text($0) } ?? "" == name)
            #expect(envelope.date.flatMap { MessageDate($0[...]) } == date)
        }
    }

    /// White space at the ends of a field says nothing where it stands as it is; in words it is kept.
    private func trimmed(_ subject: String) -> String { subject }

    @Test("nothing that is given can begin a field")
    func injection() throws {
        var built = try outgoing(.text("x"), subject: "a\r\nBcc: evil@x\r\n\r\nbody")
        built.messageID = "a\r\nX: y"
        built.from = [.mailbox(MailAddress(name: "n\r\nX: y", localPart: "l\r\nX: y", domain: "d\r\nX: y"))]
        built.fields = [("X-A\r\nX: y", "v\nX: y")]
        let names = Message(built.bytes(boundary: "\r\nX: y")).header.fields.map { text($0.name) }
        #expect(names == ["Date", "From", "To", "Message-ID", "Subject", "X-AXy", "MIME-Version", "Content-Type", "Content-Transfer-Encoding"])
    }

    @Test("a delimiter is none that stands in a part")
    func collision() throws {
        let text = "--=_x_1_\r\nContent-Type: text/plain\r\n\r\ninjected"
        let bytes = try outgoing(.multipart([.text(text), .message(MIMETests.bytes(text))], subtype: "mixed")).bytes(boundary: "x")
        #expect(Message(bytes).parts.count == 4)
        #expect(text == MIMETests.text(body(bytes, 1)))
    }

    @Test("reports have their three parts (RFC 6522, RFC 3464, RFC 8098)")
    func reports() throws {
        var recipient = DeliveryReport.Recipient(finalRecipient: "ö@x", action: .failed, status: "5.1.1")
        recipient.diagnostic = "550 no such user"
        let report = DeliveryReport(reportingMTA: "mx.example", recipients: [recipient, .init(finalRecipient: "b@x", action: .delayed, status: "4.4.1")])
        let bytes = try outgoing(report.content(text: "sorry", original: .headers(MIMETests.bytes("Subject: a\n")))).bytes(boundary: "x")
        let type = Message(bytes).contentType(of: 0)
        #expect(text(type.subtype) == "report" && type.parameters.value("report-type").map { text($0) } == "delivery-status")
        #expect(text(body(bytes, 2)) == text(message([
            "Reporting-MTA: dns; mx.example", "", "Final-Recipient: utf-8; \\x{F6}@x", "Action: failed", "Status: 5.1.1", "Diagnostic-Code: smtp; 550 no such user", "",
            "Final-Recipient: rfc822; b@x", "Action: delayed", "Status: 4.4.1",
        ])))
        #expect(Message(bytes).parts.map { text(Message(bytes).contentType(of: $0.descendantsEnd - 1).subtype) } == ["rfc822-headers", "plain", "delivery-status", "rfc822-headers"])
        var receipt = DispositionReport(finalRecipient: "a@x", disposition: "manual-action/MDN-sent-manually; displayed")
        receipt.originalMessageID = MIMETests.bytes("1@y")
        #expect(text(receipt.fields).contains("Original-Message-ID: <1@y>\r\nDisposition: manual-action/MDN-sent-manually; displayed\r\n"))
    }
}

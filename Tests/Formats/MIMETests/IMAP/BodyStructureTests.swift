import MIME
import Testing

@Suite("Envelope and body structure")
struct BodyStructureTests {
    /// RFC 3501 §8, the message of the sample connection: its ENVELOPE, and 3028 octets in 92 lines.
    @Test("the envelope of the example")
    func envelope() {
        let bytes = crlf("""
            Date: Wed, 17 Jul 1996 02:23:25 -0700 (PDT)
            From: Terry Gray <gray@cac.washington.edu>
            Subject: IMAP4rev1 WG mtg summary and minutes
            To: imap@cac.washington.edu
            cc: minutes@CNRI.Reston.VA.US, John Klensin <KLENSIN@MIT.EDU>
            Message-Id: <B27397-0100000@cac.washington.edu>
            MIME-Version: 1.0
            Content-Type: TEXT/PLAIN; CHARSET=US-ASCII


            """)
        let envelope = Message(bytes).envelope()
        let gray = AddressListItem.mailbox(MailAddress(name: "Terry Gray", localPart: "gray", domain: "cac.washington.edu"))
        #expect(envelope.date.map { text($0) } == "Wed, 17 Jul 1996 02:23:25 -0700 (PDT)")
        #expect(envelope.subject.map { text($0) } == "IMAP4rev1 WG mtg summary and minutes")
        #expect(envelope.from == [gray] && envelope.sender == [gray] && envelope.replyTo == [gray])
        #expect(envelope.to == [.mailbox(MailAddress(name: nil as String?, localPart: "imap", domain: "cac.washington.edu"))])
        #expect(envelope.cc.count == 2 && envelope.bcc.isEmpty && envelope.inReplyTo == nil)
        #expect(envelope.messageID.map { text($0) } == "<B27397-0100000@cac.washington.edu>")
        let structure = Message(bytes).bodyStructure()
        #expect(text(structure.type) == "TEXT" && text(structure.encoding) == "7bit")
        #expect(structure.parameters == [.init(name: MIMETests.bytes("CHARSET"), value: MIMETests.bytes("US-ASCII"))])
        #expect(structure.byteCount == 0 && structure.lineCount == 0)
    }

    @Test("of a text field that stands twice the first counts, addresses are joined, empty ones fall back to From")
    func duplicates() {
        let envelope = Message(message(["Subject: a", "Subject: b", "To: a@x", "To: b@x", "From: f@x", "Sender:", "Reply-To: ,", "In-Reply-To: "])).envelope()
        #expect(envelope.subject.map { text($0) } == "a" && envelope.to.count == 2 && envelope.inReplyTo == [])
        #expect(envelope.sender == envelope.from && envelope.replyTo == envelope.from)
    }

    @Test("every field of a part is told")
    func fields() {
        let bytes = message([
            "Content-Type: image/png; name*0=a; name*1=b.png", "Content-ID: <1@x>", "Content-Description: =?utf-8?Q?a?=", "Content-Transfer-Encoding: BASE64",
            "Content-MD5: Q2hlY2sgSW50ZWdyaXR5IQ==", "Content-Disposition: attachment; filename*=utf-8''%D0%9F", "Content-Language: de, en-US (both)",
            "Content-Location: http://x/", " y", "", "AAAA",
        ])
        let structure = Message(bytes).bodyStructure()
        #expect(structure.content == .other)
        #expect(structure.parameters.map { text($0.value) } == ["ab.png"])
        #expect([structure.id, structure.description, structure.md5, structure.location].map { $0.map { text($0) } } == ["<1@x>", "=?utf-8?Q?a?=", "Q2hlY2sgSW50ZWdyaXR5IQ==", "http://x/y"])
        #expect(text(structure.encoding) == "BASE64")
        #expect(structure.disposition.map { text($0.kind) } == "attachment")
        #expect(structure.disposition?.parameters.text("filename").map { text($0) } == "П")
        #expect(structure.languages.map { text($0) } == ["de", "en-US"])
        #expect(structure.byteCount == 6 && structure.lineCount == 1)
    }

    @Test("a message in a message has its envelope, its structure and its lines")
    func message822() {
        let bytes = message(["Content-Type: multipart/mixed; boundary=a", "", "--a", "Content-Type: message/rfc822", "", "Subject: in", "", "one", "two", "--a--"])
        guard case .multipart(let parts) = Message(bytes).bodyStructure().content, let part = parts.first,
            case .message(let envelope, let inner) = part.content
        else { Issue.record("no message"); return }
        #expect(envelope.subject.map { text($0) } == "in")
        #expect(part.byteCount == "Subject: in\r\n\r\none\r\ntwo".utf8.count && part.lineCount == 3)
        #expect(inner.byteCount == 8 && inner.lineCount == 1 && inner.content == .text)
    }

    @Test("message identifiers are compared without what does not count", arguments: [
        ("<a@b>", ["a@b"]), ("<a@b>\r\n <c@d> (x <e@f>)", ["a@b", "c@d"]), ("<\"a\"@b> word <c\r\n @d>", ["a@b", "c@d"]), ("<a@b <c@d>", ["a@b", "c@d"]), ("\"<q@q>\" <>", []), ("a@b", []),
    ])
    func identifiers(value: String, expected: [String]) {
        #expect(MessageID.list(slice(value)).map { text($0) } == expected)
    }

    @Test("an identifier without brackets is one in Message-ID")
    func bareIdentifier() { #expect(MessageID.first(slice(" a@b ")).map { text($0) } == "a@b") }

    /// RFC 5256 §2.1.
    @Test("base subjects", arguments: [
        ("hello", "hello", false), ("Re: hello", "hello", true), ("RE : Fwd:FW: hello (fwd) (FWD)", "hello", true), ("[list] Re: [list] hello", "hello", true),
        ("Re[2]: hello", "hello", true), ("[a][b] hello", "hello", false), ("[only]", "[only]", false), ("[a] [b]", "[b]", false), ("[fwd: [list] Re: hello]", "hello", true),
        ("Fwd: [fwd: x] ", "x", true), ("=?utf-8?Q?Re:_h=C3=A9?=", "hé", true), ("  a \t b  ", "a b", false), ("Regarding: x", "Regarding: x", false), ("re:", "", true), ("", "", false),
        ("(fwd)", "", true), ("[x] re [y] : z", "z", true), ("[fwd: ]", "", true), ("[unclosed re: a", "[unclosed re: a", false),
    ])
    func baseSubjects(subject: String, expected: String, isReply: Bool) {
        let base = BaseSubject(slice(subject))
        #expect(text(base.text) == expected)
        #expect(base.isReplyOrForward == isReply)
    }
}

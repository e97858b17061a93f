import Bytes
import TestRandom
import Testing

@testable import IMAPGrammar

@Suite("IMAP URLs (RFC 5092)")
struct URLTests {
    @Test("the RFCs' examples are read, and written as they were but for the case of the keywords", arguments: [
        "imap://minbari.example.org/gray-council;UIDVALIDITY=385759045/;UID=20/;PARTIAL=0.1024", "imap://psicorp.example.org/~peter/%E6%97%A5%E6%9C%AC%E8%AA%9E/%E5%8F%B0%E5%8C%97",
        "imap://;AUTH=GSSAPI@minbari.example.org/gray-council/;UID=20/;SECTION=1.2", "imap://;AUTH=*@minbari.example.org/gray%20council?SUBJECT%20shadows",
        "imap://john;AUTH=*@minbari.example.org/babylon5/personel?charset%20UTF-8%20SUBJECT%20%7B14+%7D%0D%0A%D0%98%D0%B2%D0%B0%D0%BD%D0%BE%D0%B2%D0%B0",
        "imap://joe@example.com/INBOX/;UID=20/;SECTION=1.2;URLAUTH=submit+fred:INTERNAL:91354a473744909de610943775f92038",
        "imap://joe@example.com/INBOX/;UID=20;EXPIRE=2007-01-01T00:00:00Z;URLAUTH=anonymous", "imap://joe@example.com/INBOX/;UID=20/;SECTION=1.2;URLAUTH=authuser", "/INBOX/;UID=20",
        "/Drafts;UIDVALIDITY=385759045/;UID=20/;SECTION=HEADER", ";UID=20/;SECTION=1", "imap://example.com:1143", "imap://[2001:db8::1]:143/x", "imap://example.com", "/",
        "/a/b;UIDVALIDITY=3", "/INBOX/;UID=1/;SECTION=1.MIME/;PARTIAL=5",
    ])
    func roundTrip(_ url: String) throws {
        let parsed = try IMAPURL.parse(bytes(url))
        #expect(text { parsed.append(to: &$0) } == url)
    }

    @Test("the parts")
    func parts() throws {
        let line = "imap://joe;auth=PLAIN@example.com:99/Q%26A/x;uidvalidity=9/;uid=20/;section=1.2/;partial=3.4;expire=2007-01-01T01:00:00.5+01:00;urlauth=user+jim:internal:91354a473744909de610943775f92038"
        let url = try IMAPURL.parse(bytes(line))
        #expect(url.server == IMAPURL.Server(user: bytes("joe"), mechanism: bytes("PLAIN"), host: bytes("example.com"), port: 99))
        #expect(url.mailbox == box("Q&A/x") && url.uidValidity == 9 && url.uid == 20 && url.section == bytes("1.2"))
        #expect(url.partial == IMAPURL.Partial(origin: 3, count: 4))
        #expect(url.authorization?.access == .user(bytes("jim")) && url.authorization?.expires?.seconds == 1_167_609_600)
        #expect(url.authorization?.verifier?.mechanism == bytes("INTERNAL"))
        #expect(IMAPURL.rump(of: bytes(line)).map { String(utf8: $0) } == String(line.dropLast(42)))
        #expect(IMAPURL.rump(of: bytes("/INBOX/;UID=20")) == nil)
    }

    @Test("what is no IMAP URL", arguments: [
        "", "http://x/", "imap:/x", "imap:///x", "imap://a b/x", "/x/;UID=0", "/x/;UID=", "/x/;FOO=1", "/x;UIDVALIDITY=0", "/x;UIDVALIDITY=1/y", "/;UID=1", "/?x", "/;UIDVALIDITY=1", "imap://h/;UID=1", "/%zz", "/a%00", "/a%0A", "/%FF", "/x/;UID=1/;PARTIAL=",
        "/x/;UID=1/;PARTIAL=1.0", "/x/;UID=1;EXPIRE=2007-01-01T00:00:00Z", "/x/;UID=1;URLAUTH=root", "/x/;UID=1;URLAUTH=anonymous:INTERNAL:abc", "/x/;UID=1;EXPIRE=yesterday;URLAUTH=anonymous",
        "imap://x:99999/", "imap://j;FOO=1@x/", "/x/;UID=4294967296", "/é",
    ])
    func bad(_ url: String) {
        #expect(throws: ParseError.self) { try IMAPURL.parse(bytes(url)) }
    }

    @Test("a URL that is written is read again as it was", arguments: 0..<200)
    func property(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        func word() -> [UInt8] { bytes((0..<Int.random(in: 1...5, using: &random)).map { _ in ["a", "/", "é", "&", ";", "?", " ", "%", ":", "@"].randomElement(using: &random) ?? "a" }.joined()) }
        var url = IMAPURL(server: Bool.random(using: &random) ? .init(user: word(), host: bytes("h")) : nil, mailbox: MailboxName(utf8: [0x61] + word() + [0x61]))
        if Bool.random(using: &random) { url.uidValidity = 7 }
        if Bool.random(using: &random) {
            url.uid = 3
            if Bool.random(using: &random) { url.section = [0x31] + word() + [0x31] }
            if Bool.random(using: &random) { url.partial = .init(origin: 0, count: 9) }
            if Bool.random(using: &random) { url.authorization = .init(access: .submit(word())) }
        } else if Bool.random(using: &random) {
            url.search = word()
        }
        var out: [UInt8] = []
        url.append(to: &out)
        #expect(try IMAPURL.parse(out) == url, "\(String(utf8: out))")
    }
}

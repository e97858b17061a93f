import Testing

@testable import IMAPServer

/// RFC 4469.
@Suite struct CatenateTests {
    private let site: TestSite
    private let client: TestClient

    init() throws {
        site = try TestSite()
        client = site.anna()
        client.append(
            "Subject: with parts\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\nfirst\r\n--x\r\nX-Part: 2\r\n\r\nsecond\r\n--x--\r\n",
            to: "Drafts")
    }

    private func catenate(_ parts: String, to mailbox: String = "INBOX") -> String {
        client.say("x APPEND \(mailbox) (\\Seen) CATENATE (\(parts))")
    }

    private func text(_ uid: Int) -> String {
        client.say("s SELECT INBOX")
        return client.say("f UID FETCH \(uid) BODY.PEEK[]")
    }

    @Test("a message is made of texts and of parts of others")
    func parts() {
        let answer = catenate(
            "URL \"/Drafts/;UID=1/;SECTION=HEADER\" TEXT {7+}\r\n--x\r\n\r\n URL \"/Drafts/;UID=1/;SECTION=2\" TEXT {9+}\r\n\r\n--x--\r\n")
        #expect(answer.contains("x OK [APPENDUID"))
        #expect(text(1).contains("Subject: with parts\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\nsecond\r\n--x--\r\n)"))
        #expect(text(1).contains("\\Seen") == false, "FETCH asks for no flags")
    }

    @Test("a URL may be of the selected mailbox, of a part of a section, and of the whole message")
    func relative() {
        client.say("s SELECT Drafts")
        #expect(catenate("URL \";UID=1/;SECTION=1/;PARTIAL=1.3\"").contains("x OK"))
        #expect(catenate("URL \"/Drafts/;UID=1\"").contains("x OK"))
        #expect(text(1).contains("{3}\r\nirs)"))
        #expect(text(2).contains("X-Part: 2\r\n\r\nsecond"))
    }

    @Test("what there is not, or may not be read, is BADURL, and nothing is appended", arguments: [
        "/Drafts/;UID=2", "/Drafts;UIDVALIDITY=5/;UID=1", "/Drafts/;UID=1/;SECTION=7", "/Nowhere/;UID=1", "/Drafts", "nonsense",
        "imap://elsewhere.example.org/Drafts/;UID=1", "/Drafts/;UID=1/;SECTION=..", "/Other%20Users/boris/INBOX/;UID=1", ";UID=1",
    ])
    func bad(_ url: String) {
        #expect(catenate("TEXT {3+}\r\nabc URL \"\(url)\"").contains("x NO [BADURL \(url)]"), "\(url)")
        #expect(client.say("x STATUS INBOX (MESSAGES)").contains("MESSAGES 0"))
    }

    @Test("a command makes no more of URLs than it may send")
    func limit() throws {
        let small = try TestSite { $0.appendLimit = 1000 }.anna()
        small.append("Subject: a\r\n\r\n" + String(repeating: "x", count: 800) + "\r\n", to: "INBOX")
        let url = "URL \"/INBOX/;UID=1\""
        #expect(small.say("x APPEND INBOX CATENATE (\(url) \(url))").contains("x NO [TOOBIG]"))
        #expect(small.say("x APPEND INBOX CATENATE (\(url)) CATENATE (\(url))").contains("x NO [TOOBIG]"))
        #expect(small.say("x APPEND INBOX CATENATE (\(url))").contains("x OK"))
    }
}

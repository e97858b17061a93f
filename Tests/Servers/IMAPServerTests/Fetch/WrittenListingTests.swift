import Database
import Mail
import Testing

@testable import IMAPServer

/// ENVELOPE and BODYSTRUCTURE as they are kept (RFC 9051 §7.5.2) are what is read from the structure.
@Suite struct WrittenListingTests {
    static let messages = [
        "Subject: a\r\n\r\nb\r\n", "\r\n", "no header at all",
        "From: A <a@x>, \"B, C\" <b@y>\r\nTo: g: a@b, c@d;, x@y\r\nCc: <@r:u@d>\r\nDate: Mon, 7 Feb 1994 21:52:25 -0800 (PST)\r\nMessage-ID: <a@b>\r\n\r\n",
        "Subject: \"quoted\" \\ back\r\n\r\nb\r\n", "Subject: r\u{E4}w\r\n\r\nb\r\n", "Subject: =?utf-8?Q?=D0=B4?=\r\n\r\nb\r\n",
        "Subject: \(String(repeating: "long ", count: 400))\r\n\r\nb\r\n",
        """
        MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8; name="r\u{E9}sum\u{E9}.txt"\r
        Content-ID: <c@d>\r\nContent-Language: en, de\r\n\r\nx\r\n--b\r\nContent-Type: message/rfc822\r\nContent-Disposition: attachment; filename=a.eml\r\n\r
        From: i@j\r\nSubject: inner\r\n\r\ny\r\n--b--\r\n
        """,
        "Content-Type: multipart/mixed; boundary=p\r\n\r\n" + String(repeating: "--p\r\nContent-Type: image/png; name=\"\(String(repeating: "n", count: 100))\"\r\n\r\nx\r\n", count: 150) + "--p--\r\n",
    ]

    @Test("with what is kept, without it, and made anew the answer is the same", arguments: [false, true])
    func isTheSame(isUTF8: Bool) throws {
        let site = try TestSite()
        let client = site.anna()
        for message in Self.messages { client.append(message, to: "INBOX") }
        if isUTF8 { client.say("e ENABLE UTF8=ACCEPT") }
        client.say("s SELECT INBOX")
        let question = "f FETCH 1:* (UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE BODYSTRUCTURE)"
        let kept = client.say(question)
        #expect(kept.components(of: "ENVELOPE (") == Self.messages.count)
        let count = try site.database.read { tx in try tx.first("SELECT COUNT(*) FROM mail_listing", []) { $0.integer(0) } } ?? 0
        // But for those with other letters, and the one that is too large.
        #expect(count == Int64(Self.messages.count) - 3)
        _ = try site.database.write { tx in try tx.execute("DELETE FROM mail_listing WHERE content_id % 2 = 0", []) }
        #expect(client.say(question) == kept)
        _ = try site.database.write { tx in try tx.execute("DELETE FROM mail_listing", []) }
        #expect(client.say(question) == kept)
        // With BODY[...] beside them the structure is read.
        let read = client.say("f FETCH 1:* (UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE BODYSTRUCTURE BODY.PEEK[]<0.1>)")
        #expect(read.components(of: "ENVELOPE (") == Self.messages.count)
        try site.context.services.place.store.makeListings(site.database) { _ in }
        let made = try site.database.read { tx in try tx.first("SELECT COUNT(*) FROM mail_listing", []) { $0.integer(0) } } ?? 0
        #expect(made == count && client.say(question) == kept)
    }

    @Test("it goes with the message")
    func isRemoved() throws {
        let site = try TestSite()
        let client = site.anna()
        client.append("Subject: a\r\n\r\nb\r\n", to: "INBOX")
        client.say("s SELECT INBOX")
        client.say("c COPY 1 Sent")
        func count() throws -> Int64 {
            try site.database.read { tx in try tx.first("SELECT COUNT(*) FROM mail_listing", []) { $0.integer(0) } } ?? 0
        }
        for mailbox in ["INBOX", "Sent"] {
            #expect(try count() >= 1)
            client.say("s SELECT \(mailbox)")
            client.say("f STORE 1 +FLAGS (\\Deleted)")
            client.say("e EXPUNGE")
        }
        _ = try site.database.write { tx in try site.context.services.place.store.purge(tx, before: 1_900_000_000_000, now: 1_900_000_000_000, limit: 100) }
        #expect(try count() == 0)
    }
}

extension String {
    fileprivate func components(of text: String) -> Int { ranges(of: text).count }
}

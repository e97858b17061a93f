import Testing

@testable import IMAPServer

/// RFC 3501 §2.3.2: \Recent, which one session has of each message, where it does not speak IMAP4rev2.
@Suite struct RecentTests {
    private let site: TestSite
    private let sender: TestClient

    init() throws {
        site = try TestSite()
        sender = site.anna()
    }

    private func deliver(_ count: Int = 1, to mailbox: String = "INBOX") {
        for _ in 0..<count { sender.append("Subject: a\r\n\r\nb\r\n", to: mailbox) }
    }

    private func recent(_ client: TestClient, _ command: String) -> [String] {
        client.lines(command).filter { $0.hasSuffix(" RECENT") }
    }

    @Test("the first session that selects the mailbox is told, no other one, and no later one")
    func select() {
        deliver(2)
        #expect(sender.say("s STATUS INBOX (MESSAGES RECENT)").contains("MESSAGES 2 RECENT 2"))
        let first = site.anna()
        #expect(recent(first, "s SELECT INBOX") == ["* 2 RECENT"])
        #expect(first.say("f FETCH 1:2 FLAGS").contains("* 1 FETCH (FLAGS (\\Recent))\r\n* 2 FETCH (FLAGS (\\Recent))"))
        #expect(sender.say("s STATUS INBOX (RECENT)").contains("RECENT 0"))
        let second = site.anna()
        #expect(recent(second, "s SELECT INBOX") == ["* 0 RECENT"])
        #expect(second.say("f FETCH 1 FLAGS").contains("(FLAGS ())"))
        first.say("u UNSELECT")
        #expect(recent(first, "s SELECT INBOX") == ["* 0 RECENT"])
    }

    @Test("EXAMINE tells and takes nothing")
    func examine() {
        deliver()
        let client = site.anna()
        for _ in 0..<2 {
            #expect(recent(client, "s EXAMINE INBOX") == ["* 1 RECENT"])
            #expect(client.say("f FETCH 1 FLAGS").contains("\\Recent"))
        }
        deliver()
        #expect(recent(client, "n NOOP") == ["* 2 RECENT"])
        #expect(recent(client, "s SELECT INBOX") == ["* 2 RECENT"])
        #expect(recent(client, "s EXAMINE INBOX") == ["* 0 RECENT"])
    }

    @Test("what comes while several have it selected is recent for the first that is told")
    func arrivals() {
        let (first, second) = (site.anna(), site.anna())
        first.say("s SELECT INBOX")
        second.say("s SELECT INBOX")
        deliver()
        #expect(sender.say("s STATUS INBOX (RECENT)").contains("RECENT 1"))
        #expect(recent(second, "n NOOP") == ["* 1 RECENT"])
        #expect(recent(first, "n NOOP") == ["* 0 RECENT"])
        #expect(sender.say("s STATUS INBOX (RECENT)").contains("RECENT 0"))
        deliver()
        #expect(recent(first, "n NOOP") == ["* 1 RECENT"])
        #expect(recent(second, "n NOOP") == ["* 1 RECENT"], "its own one still is")
        // When both have gone it is known still.
        first.say("u UNSELECT")
        second.say("u CLOSE")
        #expect(recent(site.anna(), "s SELECT INBOX") == ["* 0 RECENT"])
    }

    @Test("flags that change are told with it, and it cannot be set or taken away")
    func store() {
        deliver()
        let client = site.anna()
        client.say("s SELECT INBOX")
        #expect(client.say("f STORE 1 FLAGS (\\Seen \\Recent)").contains("(\\Recent \\Seen)"))
        #expect(client.say("f STORE 1 -FLAGS (\\Recent)").contains("f OK"))
        #expect(client.say("f FETCH 1 FLAGS").contains("(\\Recent \\Seen)"))
    }

    @Test("RECENT, NEW and OLD search by it")
    func search() {
        deliver(2)
        site.anna().say("s SELECT INBOX")
        deliver(2)
        let client = site.anna()
        client.say("s SELECT INBOX")
        client.say("f STORE 4 +FLAGS (\\Seen)")
        #expect(client.say("q SEARCH RECENT").contains("* SEARCH 3 4\r\n"))
        #expect(client.say("q SEARCH NEW").contains("* SEARCH 3\r\n"))
        #expect(client.say("q SEARCH OLD").contains("* SEARCH 1 2\r\n"))
    }

    @Test("how many there are is told when some of them are expunged")
    func expunge() {
        deliver(3)
        let client = site.anna()
        client.say("s SELECT INBOX")
        client.say("f STORE 2 +FLAGS (\\Deleted)")
        #expect(recent(client, "e EXPUNGE") == ["* 2 RECENT"])
        #expect(client.say("q SEARCH RECENT").contains("* SEARCH 1 2\r\n"))
    }

    @Test("copies are recent where they come")
    func copies() {
        deliver(2)
        let client = site.anna()
        client.say("s SELECT INBOX")
        client.say("c COPY 1:2 Sent")
        #expect(sender.say("s STATUS Sent (RECENT)").contains("RECENT 2"))
        #expect(recent(site.anna(), "s SELECT Sent") == ["* 2 RECENT"])
    }

    @Test("with IMAP4rev2 there is none")
    func rev2() {
        deliver()
        let client = site.anna()
        client.say("e ENABLE IMAP4rev2")
        let answer = client.say("s SELECT INBOX") + client.say("f FETCH 1 FLAGS") + client.say("q SEARCH RECENT")
        #expect(!answer.contains("RECENT") && !answer.contains("\\Recent"))
        #expect(recent(site.anna(), "s SELECT INBOX") == ["* 1 RECENT"])
    }

    @Test("a connection that is cut has told what it told")
    func cut() {
        do {
            let client = site.anna()
            client.say("s SELECT INBOX")
            deliver()
            #expect(recent(client, "n NOOP") == ["* 1 RECENT"])
        }
        #expect(recent(site.anna(), "s SELECT INBOX") == ["* 0 RECENT"])
    }
}

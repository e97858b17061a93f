import Testing

@testable import IMAPServer

/// RFC 5465.
@Suite struct NotifyTests {
    private let site: TestSite
    private let client: TestClient
    private let other: TestClient

    init() throws {
        site = try TestSite()
        client = site.anna()
        other = site.anna()
        other.say("c CREATE Lists")
        other.say("c CREATE Lists/a")
        for _ in 1...2 { other.append("Subject: a\r\n\r\nb\r\n", to: "Lists/a") }
    }

    private func woken() -> [String] {
        #expect(client.session.wantsWakes)
        client.session.wake()
        return client.send([]).split(separator: "\r\n").map { line in
            // UIDVALIDITY is another each time.
            line.firstRange(of: " UIDVALIDITY").map { String(line[..<$0.lowerBound]) } ?? String(line)
        }
    }

    @Test("STATUS tells how mailboxes are at once, and when messages come or go, without a command")
    func status() {
        let lines = client.lines("n NOTIFY SET STATUS (SUBTREE Lists (MessageNew MessageExpunge))")
        #expect(lines.count == 3 && lines[0].hasPrefix("* STATUS Lists (MESSAGES 0") && lines[1].hasPrefix("* STATUS Lists/a (MESSAGES 2 UIDNEXT 3"))
        other.append("Subject: a\r\n\r\nb\r\n", to: "Lists/a")
        other.append("Subject: a\r\n\r\nb\r\n", to: "INBOX")
        #expect(woken() == ["* STATUS Lists/a (MESSAGES 3 UIDNEXT 4"])
        other.say("s SELECT Lists/a")
        other.say("x STORE 1 +FLAGS (\\Deleted)")
        #expect(woken() == [], "flags were not asked for")
        other.say("x EXPUNGE")
        #expect(woken() == ["* STATUS Lists/a (MESSAGES 2 UIDNEXT 4"])
        client.say("n NOTIFY NONE")
        #expect(!client.session.wantsWakes)
    }

    @Test("names that come, go or change are told, and subscriptions")
    func names() {
        client.say("n NOTIFY SET (PERSONAL (MailboxName SubscriptionChange))")
        other.say("c CREATE New")
        #expect(woken() == ["* LIST () \"/\" New"])
        other.say("c SUBSCRIBE New")
        #expect(woken() == ["* LIST (\\Subscribed) \"/\" New"])
        other.say("c RENAME New Newer")
        #expect(woken().contains("* LIST () \"/\" Newer (\"OLDNAME\" (New))"))
        other.say("c DELETE Newer")
        #expect(woken() == ["* LIST (\\NonExistent) \"/\" Newer"])
    }

    @Test("of the selected mailbox all is told at once, with what was asked of new messages")
    func selected() {
        client.say("s SELECT Lists/a")
        client.say("n NOTIFY SET (SELECTED (MessageNew (UID BODY[TEXT]) MessageExpunge FlagChange)) (PERSONAL (MessageNew MessageExpunge))")
        other.append("Subject: a\r\n\r\nnew\r\n", to: "Lists/a")
        #expect(woken() == ["* 3 EXISTS", "* 3 RECENT", "* 3 FETCH (UID 3 BODY[TEXT] {5}", "new", ")"])
        // RFC 5465 §5.2: fetching for it sets no \Seen.
        #expect(client.lines("x SEARCH SEEN").first == "* SEARCH")
        other.say("s SELECT Lists/a")
        other.say("x STORE 1 +FLAGS (\\Deleted)")
        #expect(woken() == ["* 1 FETCH (UID 1 FLAGS (\\Recent \\Deleted))"])
        other.say("x EXPUNGE")
        #expect(woken() == ["* 1 EXPUNGE", "* 2 RECENT"])
    }

    @Test("with SELECTED-DELAYED it waits for a command")
    func delayed() {
        client.say("s SELECT Lists/a")
        client.say("n NOTIFY SET (SELECTED-DELAYED (MessageNew MessageExpunge))")
        other.append("Subject: a\r\n\r\nnew\r\n", to: "Lists/a")
        #expect(woken() == [])
        #expect(client.say("x NOOP").contains("* 3 EXISTS"))
    }

    @Test("events that cannot be told, or not so, are refused", arguments: [
        ("(SELECTED (MessageNew))", "x BAD"), ("(PERSONAL (FlagChange))", "x BAD"), ("(SELECTED (MailboxName))", "x BAD"),
        ("(SELECTED (MessageNew MessageExpunge)) (SELECTED-DELAYED (MessageNew MessageExpunge))", "x BAD"),
        ("(PERSONAL (MessageNew (UID) MessageExpunge))", "x BAD"), ("(PERSONAL (AnnotationChange))", "x NO [BADEVENT (MessageNew "),
        ("(PERSONAL (Nonsense))", "x NO [BADEVENT ("),
    ])
    func refused(_ row: (groups: String, answer: String)) {
        #expect(client.say("x NOTIFY SET \(row.groups)").hasPrefix(row.answer))
        #expect(!client.session.wantsWakes)
    }

    @Test("what others have is told of where it is shared")
    func shared() {
        let boris = site.boris()
        other.say("c SETACL Lists/a boris lr")
        boris.say("n NOTIFY SET (SUBTREE \"Other Users\" (MessageNew MessageExpunge MailboxName))")
        other.append("Subject: a\r\n\r\nb\r\n", to: "Lists/a")
        other.append("Subject: a\r\n\r\nb\r\n", to: "Lists")
        boris.session.wake()
        #expect(boris.send([]).hasPrefix("* STATUS \"Other Users/anna/Lists/a\" (MESSAGES 3"))
        other.say("c DELETEACL Lists/a boris")
        boris.session.wake()
        #expect(boris.send([]) == "* LIST (\\NonExistent) \"/\" \"Other Users/anna/Lists/a\"\r\n")
    }
}

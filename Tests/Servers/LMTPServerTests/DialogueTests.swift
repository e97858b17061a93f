import Testing

@testable import LMTPServer

@Suite struct DialogueTests {
    @Test("the greeting has the server's name, and LHLO tells the extensions")
    func greeting() throws {
        let client = try TestSite().stranger()
        #expect(client.send([]) == "220 mail.example.org LMTP Tegu is ready\r\n")
        let lines = client.say("LHLO foo.edu").split(separator: "\r\n").map(String.init)
        #expect(lines.first == "250-mail.example.org")
        // RFC 2033 §4.1: PIPELINING, ENHANCEDSTATUSCODES and 8BITMIME
        #expect(Set(lines.dropFirst().map { String($0.dropFirst(4)) }) == [
            "PIPELINING", "ENHANCEDSTATUSCODES", "8BITMIME", "SMTPUTF8", "CHUNKING", "SIZE \((100 << 20) - 4096)",
        ])
        #expect(lines.last?.hasPrefix("250 ") == true)
    }

    @Test("HELO and EHLO are never answered with yes")
    func hello() throws {
        // RFC 2033 §4.1
        let client = try TestSite().client()
        #expect(client.codes("HELO x") == ["500 5.5.1"] && client.codes("EHLO x") == ["500 5.5.1"])
    }

    @Test("who is not trusted is turned away")
    func notTrusted() throws {
        // RFC 5321 §3.1
        let client = try TestSite().stranger("198.51.100.1")
        #expect(client.send("LHLO x\r\n").hasPrefix("554 mail.example.org"))
        #expect(client.lastPause == .close)
        #expect(try TestSite().stranger("local").send([]).hasPrefix("220 "))
    }

    @Test("each recipient has an answer, in the order of the RCPTs that were taken")
    func recipients() throws {
        // RFC 2033 §4.2
        let site = try TestSite()
        let client = site.client()
        #expect(client.codes("MAIL FROM:<chris@bar.com>") == ["250 2.1.0"])
        #expect(client.codes("RCPT TO:<anna@example.org>") == ["250 2.1.5"])
        #expect(client.codes("RCPT TO:<nobody@example.org>") == ["550 5.1.1"])
        #expect(client.codes("RCPT TO:<\"boris\"@EXAMPLE.org>") == ["250 2.1.5"])
        #expect(client.codes("DATA") == ["354 send"])
        #expect(client.codes("Blah blah blah...\r\n..etc. etc. etc.\r\n.") == ["250 2.0.0", "250 2.0.0"])
        #expect(client.codes("QUIT") == ["221 2.0.0"])
        #expect(client.lastPause == .close)
        for name in ["anna", "boris"] {
            let texts = try #require(try site.messages(name))
            #expect(texts.count == 1 && texts.first?.hasSuffix("\r\nBlah blah blah...\r\n.etc. etc. etc.\r\n") == true)
        }
        // The octets are there once.
        #expect(try site.contents() == TestSite.contents(for: 2))
        #expect(try site.faults() == [])
    }

    @Test("the fields of trace tell of the one recipient, and of none where there are several")
    func trace() throws {
        // RFC 5321 §4.4, §7.2
        let site = try TestSite()
        #expect(site.client().deliver("Subject: one\r\n\r\nx", to: ["Anna@example.org"]) == ["250 2.0.0"])
        #expect(site.client("2001:db8::1").lastPause == .close)
        #expect(site.client("local").deliver("Subject: two\r\n\r\nx", to: ["anna@example.org", "boris@example.org"], from: "").count == 2)
        let texts = try #require(try site.messages("anna"))
        let first = texts[0].split(separator: "\r\n", omittingEmptySubsequences: false).map(String.init)
        #expect(first[0] == "Return-Path: <sender@client.example>")
        #expect(first[1] == "Delivered-To: Anna@example.org")
        #expect(first[2] == "Received: from client.example ([192.0.2.1])")
        #expect(first[3].hasPrefix("\tby mail.example.org with LMTP id "))
        #expect(Array(first[4...]) == ["\tfor <Anna@example.org>;", "\tFri, 15 Jan 2027 08:00:00 +0000", "Subject: one", "", "x", ""])
        #expect(texts[1].hasPrefix("Return-Path: <>\r\nReceived: from client.example\r\n\tby "))
        #expect(!texts[1].contains("anna@") && !texts[1].contains("boris@"))
    }

    @Test("what is said in the wrong order is refused")
    func order() throws {
        let site = try TestSite()
        let client = site.stranger()
        client.send([])
        #expect(client.codes("MAIL FROM:<>") == ["503 5.5.1"])
        client.say("LHLO x")
        #expect(client.codes("RCPT TO:<anna@example.org>") == ["503 5.5.1"])
        #expect(client.codes("DATA") == ["503 5.5.1"])
        client.say("MAIL FROM:<>")
        #expect(client.codes("MAIL FROM:<>") == ["503 5.5.1"])
        // RFC 2033 §4.2: no recipient was taken
        client.say("RCPT TO:<nobody@example.org>")
        #expect(client.codes("DATA") == ["503 5.5.1"])
        #expect(client.codes("RSET") == ["250 2.0.0"])
        #expect(client.codes("RCPT TO:<anna@example.org>") == ["503 5.5.1"])
        // RFC 5321 §4.1.4: LHLO ends a transaction
        client.say("MAIL FROM:<>")
        client.say("LHLO x")
        #expect(client.codes("MAIL FROM:<>") == ["250 2.1.0"])
        #expect(client.codes("NOOP") == ["250 2.0.0"] && client.codes("VRFY anna") == ["252 2.0.0"] && client.codes("FOO") == ["500 5.5.2"])
    }

    @Test("commands that are sent together are answered in their order")
    func pipelining() throws {
        // RFC 2920 §3.1
        let client = try TestSite().client()
        let answer = client.send(
            "RSET\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<anna@example.org>\r\nRCPT TO:<x@example.org>\r\nRCPT TO:<boris@example.org>\r\nDATA\r\n")
        #expect(TestClient.codes(answer) == ["250 2.0.0", "250 2.1.0", "250 2.1.5", "550 5.1.1", "250 2.1.5", "354 send"])
        #expect(TestClient.codes(client.send("hello\r\n.\r\nQUIT\r\n")) == ["250 2.0.0", "250 2.0.0", "221 2.0.0"])
    }

    @Test("what is answered does not depend on how the bytes were cut")
    func cuts() throws {
        let dialogue = "LHLO x\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<anna@example.org>\r\nDATA\r\n..a\r\n.\r\nMAIL FROM:<>\r\n"
            + "RCPT TO:<anna@example.org>\r\nBDAT 3\r\nabcBDAT 4 LAST\r\n\r\n.\rNONSENSE\r\nQUIT\r\n"
        let whole = try TestSite().stranger().send(Array(dialogue.utf8))
        let site = try TestSite()
        let client = site.stranger()
        var pieces = ""
        for byte in dialogue.utf8 { pieces += client.send([byte]) }
        #expect(pieces == whole && whole.hasSuffix("221 2.0.0 goodbye\r\n"))
        let texts = try #require(try site.messages("anna"))
        #expect(texts.count == 2 && texts[0].hasSuffix("\r\n.a\r\n") && texts[1].hasSuffix("\r\nabc\r\n.\r"))
    }

    @Test("chunks are answered one by one, and the last one for each recipient")
    func chunks() throws {
        // RFC 3030 §2, RFC 2033 §4.2
        let site = try TestSite()
        let client = site.client()
        // Chunks of no transaction are read all the same.
        #expect(TestClient.codes(client.send("BDAT 6\r\nNOOP\r\nNOOP\r\n")) == ["503 5.5.1", "250 2.0.0"])
        client.say("MAIL FROM:<>")
        #expect(TestClient.codes(client.send("BDAT 3 LAST\r\nabcNOOP\r\n")) == ["503 5.5.1", "250 2.0.0"])
        client.say("RCPT TO:<anna@example.org>")
        client.say("RCPT TO:<boris@example.org>")
        #expect(TestClient.codes(client.send("BDAT 5\r\n\r\n.\r\n")) == ["250 2.0.0"])
        // Not DATA behind a chunk, nor another recipient.
        #expect(client.codes("DATA") == ["503 5.5.1"] && client.codes("RCPT TO:<anna@example.org>") == ["503 5.5.1"])
        #expect(TestClient.codes(client.send("BDAT 4\r\nend\nBDAT 0 LAST\r\n")) == ["250 2.0.0", "250 2.0.0", "250 2.0.0"])
        #expect(try site.messages("boris")?.first?.hasSuffix("\r\n\r\n.\r\nend\r\n") == true)
        #expect(client.codes("MAIL FROM:<>") == ["250 2.1.0"])
        client.say("RCPT TO:<anna@example.org>")
        #expect(client.say("BDAT 999999999999") == "" && client.send("x") == "")
        site.clock.advance(10 * 60_000 + 1)
        #expect(TestClient.codes(client.send("x")) == ["552 5.3.4", "421 4.3.4"] && client.lastPause == .close)
    }

    @Test("addresses that are not ASCII come with SMTPUTF8 only")
    func utf8() throws {
        // RFC 6531 §3.4
        let site = try TestSite()
        let client = site.client()
        #expect(client.codes("MAIL FROM:<отправитель@example.com>") == ["553 5.6.7"])
        client.say("MAIL FROM:<a@example.com>")
        #expect(client.codes("RCPT TO:<борис@пример.испытание>") == ["553 5.6.7"])
        client.say("RSET")
        #expect(client.codes("MAIL FROM:<отправитель@example.com> SMTPUTF8 BODY=8BITMIME") == ["250 2.1.0"])
        #expect(client.codes("RCPT TO:<борис@пример.испытание>") == ["250 2.1.5"])
        client.say("DATA")
        #expect(client.codes("Тема\r\n.") == ["250 2.0.0"])
        let text = try #require(try site.messages("boris")?.first)
        #expect(text.hasPrefix("Return-Path: <отправитель@example.com>\r\nDelivered-To: борис@пример.испытание\r\n"))
        #expect(text.contains(" with UTF8LMTP id "))
    }

    @Test("a client that only makes mistakes is not listened to for ever")
    func errors() throws {
        let client = try TestSite().client()
        var answers: [String] = []
        while client.lastPause != .close, answers.count < 1000 { answers.append(client.say("FOO")) }
        #expect(answers.count == 50 && answers.last?.contains("421 4.7.0") == true)
    }
}

import IMAPGrammar
import Mail
import TestRandom
import Testing

@testable import IMAPServer

@Suite struct SessionTests {
    @Test("the greeting tells the capabilities of who has not signed in")
    func greeting() throws {
        let greeting = try TestSite().stranger().send([])
        #expect(greeting.hasPrefix("* OK [CAPABILITY IMAP4rev2 IMAP4rev1 "))
        #expect(greeting.contains("AUTH=PLAIN") && !greeting.contains("IDLE"))
    }

    @Test("without TLS no password is taken, and CAPABILITY says so")
    func loginDisabled() throws {
        let site = try TestSite()
        let client = TestClient(Session(server: site.context, peer: "192.0.2.1", isLoopback: false, isTLS: false), of: site)
        // RFC 9051 §6.2.3
        #expect(client.say("a CAPABILITY").contains("LOGINDISABLED"))
        #expect(client.say("b LOGIN anna anna").contains("b NO [PRIVACYREQUIRED]"))
        #expect(client.say("c AUTHENTICATE PLAIN").contains("c NO [PRIVACYREQUIRED]"))
    }

    @Test("what is answered does not depend on how the bytes were cut")
    func cuts() throws {
        let site = try TestSite()
        let dialogue = "a NOOP\r\nb LOGIN anna {4+}\r\nanna\r\nc SELECT INBOX\r\nd APPEND INBOX (\\Seen) {12+}\r\nSubject: a\r\n\r\n"
            + "e IDLE\r\nDONE\r\nf FETCH 1:* (FLAGS BODY[])\r\ng NONSENSE\r\nh LOGOUT\r\n"
        let whole = site.stranger().send(Array(dialogue.utf8))
        #expect(whole.contains("h OK") && whole.contains("e OK") && whole.contains("Subject: a"))
        let client = try TestSite().stranger()
        var pieces = ""
        for byte in dialogue.utf8 { pieces += client.send([byte]) }
        // Ids and times of another site are others.
        func plain(_ text: String) -> [String] {
            text.split(separator: "\r\n").map { line in String(line.prefix { $0 != "[" }) }
        }
        #expect(plain(pieces) == plain(whole))
    }

    @Test("each command is refused in the states that it is not for")
    func states() throws {
        let client = try TestSite().stranger()
        for command in ["SELECT INBOX", "LIST \"\" *", "FETCH 1 FLAGS", "IDLE", "COMPRESS DEFLATE", "ENABLE CONDSTORE", "EXPUNGE"] {
            #expect(client.say("a \(command)").hasSuffix("a BAD sign in first\r\n"), "\(command)")
            client.session.forgetErrors()
        }
        client.say("a LOGIN anna anna")
        for command in ["FETCH 1 FLAGS", "STORE 1 FLAGS ()", "SEARCH ALL", "EXPUNGE", "CLOSE", "COPY 1 INBOX"] {
            #expect(client.say("a \(command)") == "a BAD no mailbox is selected\r\n", "\(command)")
        }
        #expect(client.say("a LOGIN anna anna") == "a BAD already signed in\r\n")
    }

    @Test("a long answer comes in pieces, each made when the one before is taken")
    func pieces() throws {
        let client = try TestSite().anna()
        let message = "Subject: long\r\n\r\n" + String(repeating: "0123456789abcdef0123456789abcdef0123456789abcdef0123456789ab\r\n", count: 20_000)
        for _ in 0..<3 { client.append(message, to: "INBOX") }
        client.say("b SELECT INBOX")
        let answer = client.say("c FETCH 1:3 (BODY.PEEK[] BODY.PEEK[TEXT]<10.1000000>)")
        #expect(answer.utf8.count > 3 * (message.utf8.count + 1_000_000))
        #expect(client.largestPiece < 2 * Session.pieceSize)
        #expect(answer.hasSuffix("c OK done\r\n"))
    }

    @Test("a session that has no mailbox keeps no watch, and one that ends neither")
    func watches() throws {
        let site = try TestSite()
        let hub = site.context.services.place.store.hub
        do {
            let client = site.anna()
            client.say("b SELECT INBOX")
            #expect(hub.watched.mailboxes.count == 1)
            client.say("c SELECT Sent")
            #expect(hub.watched.mailboxes.count == 1)
            client.say("d UNSELECT")
            #expect(hub.watched.mailboxes.isEmpty)
            client.say("e SELECT INBOX")
        }
        #expect(hub.watched.mailboxes.isEmpty)
    }

    @Test("what CAPABILITY names of commands is known", arguments: [
        ("IDLE", "x IDLE\r\nDONE"), ("NAMESPACE", "x NAMESPACE"), ("UNSELECT", "x UNSELECT"), ("MOVE", "x MOVE 1 Sent"),
        ("SORT", "x SORT (DATE) UTF-8 ALL"), ("THREAD=REFERENCES", "x THREAD REFERENCES UTF-8 ALL"), ("ACL", "x GETACL INBOX"),
        ("QUOTA", "x GETQUOTAROOT INBOX"), ("METADATA", "x GETMETADATA INBOX /private/comment"), ("PREVIEW", "x FETCH 1 PREVIEW"),
        ("ESORT", "x SORT RETURN (COUNT) (DATE) UTF-8 ALL"), ("PARTIAL", "x UID SEARCH RETURN (PARTIAL 1:10) ALL"),
        ("CONDSTORE", "x FETCH 1 MODSEQ"), ("QRESYNC", "x ENABLE QRESYNC"), ("BINARY", "x FETCH 1 BINARY[1]"),
    ])
    func capabilities(_ row: (name: String, command: String)) throws {
        let client = try TestSite().anna()
        client.append("Subject: a\r\n\r\nb\r\n", to: "INBOX")
        client.say("y SELECT INBOX")
        #expect(client.session.capabilities.contains(row.name))
        #expect(client.say(row.command).contains("x OK"))
    }

    @Test("bytes without sense never end the process, and soon the connection", arguments: 0..<8)
    func garbage(_ seed: UInt64) throws {
        var random = SeededGenerator(state: seed)
        let words = [
            "FETCH", "STORE", "1:*", "*", "(", ")", "{3+}\r\nabc", "{99999999999999999999}", "BODY[", "]<0.5>", "BODY[1.2.3.MIME]", "UID", "SEARCH",
            "SELECT", "INBOX", "\"", "\\Seen", "+FLAGS", "4294967295", "0", "NOT", "OR", "$", "APPEND", "\r\n", "a", "SORT", "THREAD", "RETURN",
            "(PARTIAL -1:-5)", "CHANGEDSINCE", "18446744073709551615", "LIST", "%", "ENABLE", "QRESYNC", "COPY", "MOVE", "EXPUNGE", "~{2+}\r\n\0\0",
            "REPLACE", "CATENATE", "GETMETADATA", "/private/x", "BINARY[1]", "IDLE", "DONE",
        ]
        let site = try TestSite()
        for _ in 0..<20 {
            let client = site.anna()
            client.append("Subject: a\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\nb\r\n--x--\r\n", to: "INBOX")
            client.say("y SELECT INBOX")
            for _ in 0..<60 where client.lastPause != .close {
                let line = (0..<Int.random(in: 1...8, using: &random)).map { _ in words.randomElement(using: &random) ?? "" }
                client.say("t " + line.joined(separator: " "))
            }
        }
    }
}

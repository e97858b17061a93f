import CollectionStore
import Database
import Directory
import Mail
import Testing

@testable import IMAPServer

/// What one client, or one user, can cost.
@Suite struct LimitsTests {
    @Test("a user has so many connections, and one more when one has ended")
    func connections() throws {
        let site = try TestSite { $0.connectionsPerUser = 2 }
        let first = site.anna()
        let third: TestClient
        do {
            let second = site.anna()
            third = site.stranger()
            #expect(third.say("x LOGIN anna anna").contains("x NO [LIMIT]"))
            #expect(site.stranger().say("x LOGIN boris boris").contains("x OK"))
            second.say("x UNAUTHENTICATE")
            #expect(third.say("x LOGIN anna anna").contains("x OK"))
            second.say("x LOGIN anna anna")
        }
        // The second had been refused, and its end gives nothing back that it had not.
        #expect(site.stranger().say("x LOGIN anna anna").contains("x NO [LIMIT]"))
        first.session.end()
        first.session.end()
        #expect(site.stranger().say("x LOGIN anna anna").contains("x OK"))
    }

    @Test("a password is checked on a thread for that")
    func signIn() throws {
        // However slow the machine is.
        let client = try TestSite { $0.turnTime = .seconds(600) }.stranger()
        let session = client.session
        session.receive(Array("a LOGIN anna anna\r\nb NOOP\r\n".utf8))
        #expect(session.run() == .signIn)
        #expect(!session.isSignedIn && !session.isBetweenCommands)
        #expect(session.run() == .input)
        let answer = String(decoding: session.takeOutput(), as: UTF8.self)
        #expect(answer.contains("a OK") && answer.contains("b OK"))
        withExtendedLifetime(client) {}
    }

    @Test("a search gives others their turn, tells how far it is, and finds the same")
    func turns() throws {
        let client = try TestSite { ($0.turnTime, $0.progressInterval) = (.zero, .zero) }.anna()
        client.append("Subject: needle\r\n\r\nb\r\n", to: "INBOX")
        client.say("s SELECT INBOX")
        client.multiply(11)
        let answer = client.say("t SEARCH RETURN (COUNT) TEXT needle")
        #expect(answer.contains("COUNT 2048"))
        // RFC 9585 §3
        #expect(answer.contains("* OK [INPROGRESS (\"t\" ") && answer.contains(" 2048)] still at work"))
        #expect(client.turns > 4)
        #expect(client.say("t SEARCH NOT SEEN NOT TEXT nothing").contains(" 2048\r\n"))
        #expect(client.say("t SORT (SUBJECT) UTF-8 TEXT needle").contains(" 2048\r\n"))
    }

    @Test("a search looks for so many texts")
    func texts() throws {
        let client = try TestSite().anna()
        client.say("s SELECT INBOX")
        #expect(client.say("t SEARCH " + Array(repeating: "BODY a", count: 50).joined(separator: " ")).contains("t OK"))
        #expect(client.say("t SEARCH " + Array(repeating: "NOT TEXT a", count: 51).joined(separator: " ")).contains("t NO [LIMIT]"))
    }

    @Test("answers about many messages come in pieces: STORE, others' changes, QRESYNC, LIST, SEARCH")
    func pieces() throws {
        let site = try TestSite()
        let client = site.anna()
        client.append("Subject: a\r\n\r\nb\r\n", to: "INBOX")
        client.say("s SELECT INBOX")
        client.multiply(14)
        let count = 1 << 14
        let other = site.anna()
        other.say("e ENABLE QRESYNC")
        other.say("s SELECT INBOX")
        let plain = site.anna()
        plain.say("s SELECT INBOX")
        func lines(_ answer: String, _ word: String) -> Int { answer.split(separator: "\r\n").count { $0.contains(word) } }

        #expect(lines(client.say("x STORE 1:* +FLAGS (\\Flagged $Some-Keyword)"), " FETCH (") == count)
        #expect(lines(other.say("x NOOP"), " FETCH (") == count)
        let validity = 1_800_000_000
        let known = other.say("s SELECT INBOX (QRESYNC (\(validity) 1))")
        #expect(lines(known, " FETCH (") == count && known.hasSuffix("s OK [READ-WRITE] done\r\n"))
        // Alternate ones, so that no range tells them.
        let odd = stride(from: 1, to: count, by: 2).map(String.init).joined(separator: ",")
        for part in odd.split(separator: ",").chunks(of: 2000) {
            client.say("x UID STORE \(part.joined(separator: ",")) +FLAGS.SILENT (\\Deleted)")
        }
        #expect(client.say("x SEARCH DELETED").split(separator: " ").count > count / 2)
        client.say("x EXPUNGE")
        #expect(lines(plain.say("x NOOP"), " EXPUNGE") == count / 2)
        for each in [client, other, plain] { #expect(each.largestPiece <= 2 * Session.pieceSize + 4096) }
    }

    @Test("STORE, EXPUNGE and CLOSE of many ranges are several transactions, and tell the same")
    func steps() throws {
        let site = try TestSite()
        let client = site.anna()
        client.append("Subject: a\r\n\r\nb\r\n", to: "INBOX")
        client.say("s SELECT INBOX")
        client.multiply(13)
        client.say("e ENABLE QRESYNC")
        let odd = stride(from: 1, through: 8192, by: 2).map(String.init).joined(separator: ",")
        func modseq() -> Int {
            let answer = client.say("x STATUS INBOX (HIGHESTMODSEQ)")
            return answer.firstRange(of: "HIGHESTMODSEQ ").flatMap { Int(answer[$0.upperBound...].prefix { $0.isNumber }) } ?? 0
        }
        let before = modseq()
        let stored = client.lines("x UID STORE \(odd) +FLAGS (\\Deleted)")
        #expect(stored.count == 4097 && stored.last == "x OK done", "each message is told once")
        #expect(modseq() == before + 5)
        // RFC 7162 §3.2.7, §3.2.8
        #expect(client.lines("x UID EXPUNGE 1:6000").last == "x OK [HIGHESTMODSEQ \(before + 8)] done")
        #expect(client.say("x CLOSE").hasPrefix("x OK closed"))
        #expect(client.say("x STATUS INBOX (MESSAGES)").contains("MESSAGES 4096"))
    }

    @Test("what came is told piece by piece to who idles, and what comes meanwhile behind it")
    func idle() throws {
        let site = try TestSite()
        let client = site.anna()
        client.append("Subject: a\r\n\r\nb\r\n", to: "INBOX")
        client.say("s SELECT INBOX")
        client.multiply(12)
        let idler = site.anna()
        idler.say("s SELECT INBOX")
        idler.say("i IDLE")
        client.say("x STORE 1:* +FLAGS (\\Flagged)")
        idler.session.wake()
        #expect(!idler.session.isBetweenCommands)
        client.append("Subject: b\r\n\r\nb\r\n", to: "INBOX")
        idler.session.wake()
        let told = idler.send([])
        #expect(told.split(separator: "\r\n").count == 4098 && told.hasSuffix("* 4097 EXISTS\r\n* 0 RECENT\r\n"))
        #expect(idler.say("DONE").hasSuffix("i OK idle no more\r\n"))
    }

    @Test("octets for which the quota has no room are not taken in first")
    func quota() throws {
        let site = try TestSite()
        let client = site.anna()
        try site.database.write { tx in try tx.execute("UPDATE principal SET quota_bytes = 2000000 WHERE name = 'anna'") }
        let answer = client.say("x APPEND INBOX {3000000}")
        #expect(answer.contains("x NO [OVERQUOTA]") && !answer.contains("+ "))
        #expect(client.say("x APPEND INBOX {1900000}").hasPrefix("+ "))
    }

    @Test("VANISHED (EARLIER) is complete although the log was cut since the mailbox was selected")
    func cutLog() throws {
        let site = try TestSite()
        let client = site.anna()
        for number in 1...3 { client.append("Subject: \(number)\r\n\r\nb\r\n", to: "INBOX") }
        client.say("e ENABLE QRESYNC")
        client.say("s SELECT INBOX")
        client.say("x UID STORE 1 +FLAGS (\\Deleted)")
        client.say("x EXPUNGE")
        client.say("s SELECT INBOX")
        try site.database.write { tx in
            _ = try site.context.services.place.store.forgetChanges(tx, before: .max, limit: 1000)
        }
        // RFC 7162 §3.2.6
        let lines = client.lines("x UID FETCH 1:* (FLAGS) (CHANGEDSINCE 4 VANISHED)")
        #expect(lines.contains("* VANISHED (EARLIER) 1"), "\(lines)")
    }

    @Test("a mailbox that has no room for another keyword does not say that one can be made")
    func keywords() throws {
        let client = try TestSite().anna()
        client.append("Subject: a\r\n\r\nb\r\n", to: "INBOX")
        client.say("s SELECT INBOX")
        func permanent() -> String? { client.lines("s SELECT INBOX").first { $0.hasPrefix("* OK [PERMANENTFLAGS") } }
        client.say("x STORE 1 +FLAGS (\((1..<56).map { "k\($0)" }.joined(separator: " ")))")
        #expect(permanent()?.contains("k55 \\*)") == true)
        #expect(client.say("x STORE 1 +FLAGS (last)").contains("x OK"))
        #expect(permanent()?.contains("k55 last)") == true)
        #expect(client.say("x STORE 1 +FLAGS (more)").contains("x NO [LIMIT]"))
    }
}

extension Array {
    fileprivate func chunks(of count: Int) -> [ArraySlice<Element>] {
        stride(from: 0, to: self.count, by: count).map { self[$0..<Swift.min($0 + count, self.count)] }
    }
}

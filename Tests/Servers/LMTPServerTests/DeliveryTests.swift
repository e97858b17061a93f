import Database
import Directory
import Mail
import Synchronization
import Testing

@testable import LMTPServer

@Suite struct DeliveryTests {
    @Test("a detail behind the name is a folder where there is one, and INBOX else")
    func details() throws {
        // RFC 5233 §1
        let site = try TestSite()
        for name in ["lists", "Lists", "Work/2026"] { try site.makeMailbox(name, of: "anna") }
        let client = site.client()
        for (detail, mailbox) in [("Lists", "Lists"), ("lists", "lists"), ("work/2026", "Work/2026")] {
            let before = try site.messages("anna", mailbox)?.count ?? 0
            #expect(client.deliver("x", to: ["anna+\(detail)@example.org"]) == ["250 2.0.0"])
            #expect(try site.messages("anna", mailbox)?.count == before + 1, "\(detail)")
        }
        // LISTS could be either of two.
        for detail in ["new", "", "a/b", "LISTS", "inbox", "a//b"] {
            #expect(client.deliver("x", to: ["anna+\(detail)@example.org"]) == ["250 2.0.0"])
        }
        #expect(try site.messages("anna")?.count == 6)
        #expect(try site.messages("anna", "new") == nil)
        // An address with the delimiter in it is its own.
        #expect(client.deliver("x", to: ["with+plus@example.org"]) == ["250 2.0.0"])
        #expect(try site.messages("anna")?.count == 7)
        client.say("MAIL FROM:<>")
        #expect(client.codes("RCPT TO:<nobody+lists@example.org>") == ["550 5.1.1"])
    }

    @Test("who has several of the addresses gets one message, and each address its answer")
    func aliases() throws {
        let site = try TestSite()
        #expect(site.client().deliver("x", to: ["anna@example.org", "A.Berg@example.org", "anna@example.org"]) == Array(repeating: "250 2.0.0", count: 3))
        #expect(try site.messages("anna")?.count == 1)
        // RFC 5233 §1: also where a detail makes them others, and there is no mailbox for it.
        let details = ["anna@example.org", "anna+shop@example.org", "anna+a@example.org", "A.Berg+b@example.org"]
        #expect(site.client().deliver("y", to: details) == Array(repeating: "250 2.0.0", count: 4))
        #expect(try site.messages("anna")?.count == 2 && site.faults() == [])
    }

    @Test("a group has mail once somebody has made its mailbox")
    func groups() throws {
        let site = try TestSite()
        let client = site.client()
        client.say("MAIL FROM:<>")
        #expect(client.codes("RCPT TO:<sales@example.org>") == ["550 5.1.1"])
        try site.makeMailbox("INBOX", of: "sales")
        #expect(client.codes("RCPT TO:<sales@example.org>") == ["250 2.1.5"])
    }

    @Test("over the quota is temporary, or final where the setting says so", arguments: [true, false])
    func quota(_ retries: Bool) throws {
        let site = try TestSite { $0.overQuota = retries ? .retry : .refuse }
        let code = retries ? "452 4.2.2" : "552 5.2.2"
        try site.setQuota(1_000, of: "anna")
        let client = site.client()
        // RFC 1870 §6.1: told before it is sent
        client.say("MAIL FROM:<> SIZE=2000")
        #expect(client.codes("RCPT TO:<anna@example.org>") == [code] && client.codes("RCPT TO:<boris@example.org>") == ["250 2.1.5"])
        client.say("RSET")
        // One recipient's refusal is no other's.
        #expect(client.deliver(String(repeating: "x", count: 900), to: ["boris@example.org", "anna@example.org"]) == ["250 2.0.0", code])
        #expect(try site.messages("anna")?.count == 0 && site.messages("boris")?.count == 1)
        #expect(try site.faults() == [])
    }

    @Test("a message that is too large is refused, whether it was announced or not")
    func tooLarge() throws {
        var limits = MailLimits()
        limits.messageSize = 1 << 20
        limits.heldSize = 64 << 10
        let site = try TestSite(limits: limits)
        let client = site.client()
        #expect(client.codes("MAIL FROM:<> SIZE=1048577") == ["552 5.3.4"])
        let line = String(repeating: "x", count: 70) + "\r\n"
        #expect(client.deliver(String(repeating: line, count: 16_000), to: ["anna@example.org", "boris@example.org"]) == ["552 5.3.4", "552 5.3.4"])
        #expect(try site.contents() == 0)
        // What is left of it is nothing, and the next one comes through.
        #expect(client.deliver("x", to: ["anna@example.org"]) == ["250 2.0.0"])
        // However large: who is cut off would send it again and again. What was stored of it goes at once.
        client.say("MAIL FROM:<>")
        client.say("RCPT TO:<anna@example.org>")
        client.say("DATA")
        let piece = String(repeating: line, count: 1_000)
        for _ in 0..<100 { #expect(client.send(piece) == "") }
        #expect(try site.contents() == 1)
        #expect(client.codes(".") == ["552 5.3.4"] && client.codes("NOOP") == ["250 2.0.0"])
        // A chunk that is, before it has come and when it has come.
        client.say("MAIL FROM:<>")
        client.say("RCPT TO:<anna@example.org>")
        #expect(client.send("BDAT 8000000\r\n") == "")
        for _ in 0..<8 { client.send([UInt8](repeating: 0x78, count: 1_000_000)) }
        #expect(TestClient.codes(client.send("BDAT 0 LAST\r\n")) == ["552 5.3.4"])
        // A message without an end is not listened to for ever.
        client.say("MAIL FROM:<>")
        client.say("RCPT TO:<anna@example.org>")
        client.say("DATA")
        for _ in 0..<20 { #expect(client.send(piece) == "") }
        site.clock.advance(10 * 60_000 + 1)
        #expect(TestClient.codes(client.send(piece)) == ["552 5.3.4", "421 4.3.4"] && client.lastPause == .close)
        client.session.end()
        #expect(try site.contents() == 1)
    }

    @Test("a large message is in the database before it is whole, and gone where it does not become so")
    func staged() throws {
        var limits = MailLimits()
        limits.heldSize = 256 << 10
        let site = try TestSite(limits: limits)
        let client = site.client()
        let body = String(repeating: "0123456789abcdef0123456789abcdef\r\n", count: 50_000)
        client.say("MAIL FROM:<>")
        client.say("RCPT TO:<anna@example.org>")
        client.say("RCPT TO:<boris@example.org>")
        client.say("DATA")
        for start in stride(from: 0, to: body.utf8.count, by: 50_000) {
            #expect(client.send(Array(body.utf8.dropFirst(start).prefix(50_000))) == "")
            #expect((client.session.incoming?.uploads.first?.upload.heldCount ?? 0) <= 768 << 10)
        }
        #expect(try site.contents() == 1)
        #expect(client.codes(".") == ["250 2.0.0", "250 2.0.0"])
        #expect(try site.messages("boris")?.first?.hasSuffix(body) == true)
        let contents = TestSite.contents(for: 2)
        #expect(try site.contents() == contents && site.faults() == [])

        client.say("MAIL FROM:<>")
        client.say("RCPT TO:<anna@example.org>")
        client.say("DATA")
        _ = client.send(body)
        #expect(try site.contents() == contents + 1)
        client.session.end()
        #expect(try site.contents() == contents)
    }

    @Test("what is wrong with us is temporary, at every step", arguments: [
        (Failure.Code.unavailable, "451 4.3.0"), (.storageFull, "452 4.3.1"), (.damaged, "451 4.3.0"), (.constraint, "451 4.3.0"),
        (.serverBug, "451 4.3.0"),
    ])
    func ourFaults(_ failure: Failure.Code, _ code: String) throws {
        var limits = MailLimits()
        limits.heldSize = 256 << 10
        let site = try TestSite(limits: limits)
        let client = site.client()
        client.say("MAIL FROM:<>")
        site.database.fail(reads: failure)
        #expect(client.codes("RCPT TO:<anna@example.org>") == [code])
        site.database.fail()
        client.say("RCPT TO:<anna@example.org>")
        client.say("RCPT TO:<boris@example.org>")
        client.say("DATA")
        site.database.fail(writes: failure)
        #expect(client.codes("x\r\n.") == [code, code])
        // Also while a large one is coming in, and although the database is well again at its end.
        client.say("MAIL FROM:<>")
        client.say("RCPT TO:<anna@example.org>")
        client.say("DATA")
        #expect(client.send(String(repeating: "0123456789\r\n", count: 200_000)) == "")
        site.database.fail()
        #expect(client.codes(".") == [code])
        #expect(client.deliver("x", to: ["anna@example.org"]) == ["250 2.0.0"])
        #expect(try site.messages("anna")?.count == 1 && site.contents() == 1)
    }

    @Test("a directory that is down makes an address neither unknown nor known")
    func directory() throws {
        let down = DownDirectory()
        let directories = Directories([Directories.Source(down)], localDomain: "example.org") { tx, new, now throws in
            try LocalDirectory().add(tx, new, now: now)
        }
        let client = try TestSite(directories: directories).client()
        client.say("MAIL FROM:<>")
        // RFC 3463 §3.5: X.4.3
        #expect(client.codes("RCPT TO:<clara@example.org>") == ["451 4.4.3"])
        #expect(client.codes("RCPT TO:<clara@example.com>") == ["550 5.1.1"])
        #expect(client.codes("RCPT TO:<anna@example.org>") == ["250 2.1.5"])
    }

    @Test("a recipient who goes between RCPT and the message is unknown; the others have it")
    func gone() throws {
        let site = try TestSite()
        let client = site.client()
        client.say("MAIL FROM:<>")
        client.say("RCPT TO:<anna@example.org>")
        client.say("RCPT TO:<boris@example.org>")
        client.say("DATA")
        let anna = try site.id("anna")
        try site.database.write { tx in try LocalDirectory().remove(tx, anna) }
        #expect(client.codes("x\r\n.") == ["550 5.1.1", "250 2.0.0"])
        #expect(try site.faults() == [])
    }

    @Test("more recipients than the limit are asked to come again")
    func tooMany() throws {
        // RFC 5321 §4.5.3.1.10
        let client = try TestSite { $0.recipients = 2 }.client()
        client.say("MAIL FROM:<>")
        let codes = ["anna", "boris", "a.berg"].flatMap { client.codes("RCPT TO:<\($0)@example.org>") }
        #expect(codes == ["250 2.1.5", "250 2.1.5", "452 4.5.3"])
    }

    @Test("a client that is gone before the end of its message was seen gets nothing delivered")
    func cut() throws {
        let site = try TestSite()
        let client = site.client()
        client.say("MAIL FROM:<>")
        client.say("RCPT TO:<anna@example.org>")
        client.say("DATA")
        client.session.receive(Array("x\r\n.\r\n".utf8))
        client.session.isCut.store(true, ordering: .relaxed)
        #expect(client.session.run() == .close)
        client.session.end()
        #expect(try site.contents() == 0)
    }
}

private final class DownDirectory: DirectoryBackend {
    let name = "corp"
    let domains = ["example.org"]
    private var failure: DirectoryUnavailable { DirectoryUnavailable(directory: name, reason: "down", retryAfter: 5) }

    func find(_ name: SignInName) throws(DirectoryUnavailable) -> DirectoryEntry? { throw failure }
    func entry(id: String) throws(DirectoryUnavailable) -> DirectoryEntry? { throw failure }
    func verify(_ password: [UInt8], of entry: DirectoryEntry) throws(DirectoryUnavailable) -> PasswordVerdict { throw failure }
    func forEach(_ kind: Principal.Kind, _ body: (DirectoryEntry) -> Bool) throws(DirectoryUnavailable) -> Bool { throw failure }
    func groups(of entry: DirectoryEntry) throws(DirectoryUnavailable) -> [DirectoryEntry] { throw failure }
}

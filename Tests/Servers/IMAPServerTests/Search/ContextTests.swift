import Testing

@testable import IMAPServer

/// RFC 5267 §4.
@Suite struct ContextTests {
    private let client: TestClient
    private let other: TestClient

    init() throws {
        let site = try TestSite()
        client = site.anna()
        other = site.anna()
        for number in 1...4 { other.append("Subject: \(number % 2 == 0 ? "even" : "odd")\r\n\r\nb\r\n", to: "INBOX") }
        client.say("s SELECT INBOX")
        other.say("s SELECT INBOX")
    }

    private func noop() -> [String] { client.lines("n NOOP").filter { $0.contains("ESEARCH") || $0.contains("EXPUNGE") || $0.contains("EXISTS") } }

    @Test("a result is told as messages come, go, and begin or cease to match")
    func updates() {
        #expect(client.lines("B01 UID SEARCH RETURN (UPDATE COUNT) DELETED").first == "* ESEARCH (TAG \"B01\") UID COUNT 0")
        #expect(client.lines("B02 SEARCH RETURN (UPDATE ALL) SUBJECT odd").first == "* ESEARCH (TAG \"B02\") ALL 1,3")
        other.say("x STORE 1:2 +FLAGS (\\Deleted)")
        #expect(noop() == ["* ESEARCH (TAG \"B01\") UID ADDTO (0 1:2)"])
        other.say("x STORE 2 -FLAGS (\\Deleted)")
        #expect(noop() == ["* ESEARCH (TAG \"B01\") UID REMOVEFROM (0 2)"])
        other.append("Subject: odd too\r\n\r\nb\r\n", to: "INBOX")
        #expect(noop() == ["* 5 EXISTS", "* ESEARCH (TAG \"B02\") ADDTO (0 5)"])
        other.say("x EXPUNGE")
        #expect(noop() == ["* ESEARCH (TAG \"B01\") UID REMOVEFROM (0 1)", "* ESEARCH (TAG \"B02\") REMOVEFROM (0 1)", "* 1 EXPUNGE"])
    }

    @Test("during a command with numbers nothing of it is told, and nothing is lost")
    func delayed() {
        client.say("B01 UID SEARCH RETURN (UPDATE) FLAGGED")
        other.say("x STORE 3 +FLAGS (\\Flagged)")
        #expect(!client.say("x FETCH 1 (FLAGS)").contains("ESEARCH"))
        #expect(noop() == ["* ESEARCH (TAG \"B01\") UID ADDTO (0 3)"])
    }

    @Test("it ends by CANCELUPDATE, and with the mailbox")
    func cancel() {
        client.say("B01 UID SEARCH RETURN (UPDATE) FLAGGED")
        client.say("B02 UID SEARCH RETURN (UPDATE) FLAGGED")
        #expect(client.say("x CANCELUPDATE \"B01\"").contains("x OK"))
        other.say("x STORE 3 +FLAGS (\\Flagged)")
        #expect(noop() == ["* ESEARCH (TAG \"B02\") UID ADDTO (0 3)"])
        client.say("s SELECT INBOX")
        other.say("x STORE 4 +FLAGS (\\Flagged)")
        #expect(noop() == [])
    }

    @Test("what is not kept up to date says so", arguments: [
        "SEARCH RETURN (UPDATE) 1:3", "SEARCH RETURN (UPDATE) YOUNGER 60", "SORT RETURN (UPDATE) (DATE) UTF-8 ALL",
    ])
    func refused(_ command: String) {
        #expect(client.say("B01 \(command)").hasPrefix("* NO [NOUPDATE \"B01\"]"))
    }

    @Test("a client keeps so many")
    func limit() {
        for number in 1...10 { #expect(!client.say("c\(number) SEARCH RETURN (UPDATE) ALL").contains("NOUPDATE")) }
        #expect(client.say("c11 SEARCH RETURN (UPDATE) ALL").contains("NOUPDATE"))
    }
}

import Testing

@testable import IMAPServer

/// RFC 9738: a command deals with the last messages that it names, and says with which.
@Suite struct MessageLimitTests {
    private let client: TestClient

    init() throws {
        client = try TestSite { $0.messageLimit = 3 }.anna()
        for number in 1...5 { client.append("Subject: \(number)\r\n\r\nb\r\n", to: "INBOX") }
        client.say("s SELECT INBOX")
    }

    @Test("CAPABILITY tells the limit")
    func capability() { #expect(client.say("x CAPABILITY").contains(" MESSAGELIMIT=3")) }

    @Test("what is within the limit is answered as without one")
    func within() {
        #expect(client.say("x FETCH 2:4 (UID)").hasSuffix("x OK done\r\n"))
        #expect(client.say("x UID STORE 1,3,5 +FLAGS (k)").hasSuffix("x OK done\r\n"))
    }

    @Test("of more the last ones are dealt with")
    func above() {
        #expect(client.lines("x FETCH 1:* (UID)") == [
            "* 3 FETCH (UID 3)", "* 4 FETCH (UID 4)", "* 5 FETCH (UID 5)", "x OK [MESSAGELIMIT 3 3] done, in part",
        ])
        #expect(client.lines("x UID STORE 1:3,5 +FLAGS (\\Deleted)").last == "x OK [MESSAGELIMIT 3 2] done")
        #expect(client.lines("x SEARCH DELETED") == ["* SEARCH 3 5", "x OK [MESSAGELIMIT 3 3] done"])
        #expect(client.lines("x COPY 1:4 Trash").last == "x OK [MESSAGELIMIT 3 2] copied in part")
        #expect(client.lines("x UID EXPUNGE 1:5").last == "x OK [MESSAGELIMIT 3 3] done in part")
        #expect(client.lines("x UID FETCH 1:* (FLAGS)").count == 4)
    }

    @Test("a part of an order says nothing")
    func order() {
        #expect(client.say("x SORT (DATE) UTF-8 ALL").hasPrefix("x NO [MESSAGELIMIT 3]"))
        #expect(client.say("x THREAD REFERENCES UTF-8 ALL").hasPrefix("x NO [MESSAGELIMIT 3]"))
    }
}

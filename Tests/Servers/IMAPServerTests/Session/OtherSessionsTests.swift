import Testing

@testable import IMAPServer

/// What one session does between the commands of another.
@Suite struct OtherSessionsTests {
    private let site: TestSite
    private let first: TestClient
    private let second: TestClient

    init() throws {
        site = try TestSite()
        first = site.anna()
        second = site.anna()
        for number in 1...3 { first.append("Subject: \(number)\r\n\r\nb\r\n", to: "INBOX") }
    }

    private func select(enabling extensions: String? = nil) {
        if let extensions { first.say("e ENABLE \(extensions)") }
        first.say("s SELECT INBOX")
        second.say("s SELECT INBOX")
    }

    @Test("a silent STORE tells the flags that another session set before", arguments: [nil, "CONDSTORE"])
    func silent(_ extensions: String?) {
        select(enabling: extensions)
        second.say("x STORE 1 +FLAGS (\\Flagged)")
        let answer = first.say("x STORE 1:2 +FLAGS.SILENT (\\Seen)")
        #expect(answer.contains("* 1 FETCH") && answer.contains("\\Flagged"))
        #expect(!answer.contains("* 2 FETCH (FLAGS"))
        #expect(answer.contains("* 2 FETCH") == (extensions != nil), "its mod-sequence alone")
    }

    @Test("CLOSE gives no mod-sequence: the client does not know what others did before it (RFC 7162 §3.2.8)")
    func close() {
        select(enabling: "QRESYNC")
        first.say("x STORE 1 +FLAGS (\\Deleted)")
        second.say("x STORE 2 +FLAGS (\\Flagged)")
        #expect(!first.say("x CLOSE").contains("HIGHESTMODSEQ"))
    }

    @Test("the numbers of a UID SEARCH, SORT and THREAD are those that the client knows", arguments: [
        ("UID SEARCH 3", "* SEARCH 3"), ("UID SORT (ARRIVAL) UTF-8 3", "* SORT 3"), ("UID THREAD REFERENCES UTF-8 3", "* THREAD (3)"),
    ])
    func numbers(_ row: (command: String, answer: String)) throws {
        select()
        second.say("x STORE 1 +FLAGS (\\Deleted)")
        second.say("x EXPUNGE")
        let lines = first.lines("x \(row.command)")
        // What another session expunged is told after the answer: its numbers are from before.
        let answer = try #require(lines.firstIndex(of: row.answer), "\(lines)")
        #expect(lines.firstIndex(of: "* 1 EXPUNGE") ?? lines.endIndex > answer, "\(lines)")
        #expect(lines.contains("* 1 EXPUNGE") || first.say("x NOOP").contains("* 1 EXPUNGE"))
    }
}

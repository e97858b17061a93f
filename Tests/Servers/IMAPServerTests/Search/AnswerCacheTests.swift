import Directory
import IMAPGrammar
import Testing

@testable import IMAPServer

/// Answers to SORT and THREAD that are kept are those that would be made anew.
@Suite struct AnswerCacheTests {
    private let site: TestSite
    private let client: TestClient

    init() throws {
        site = try TestSite()
        client = site.anna()
        client.append("Subject: b\r\nMessage-ID: <1@x>\r\nDate: Mon, 7 Feb 1994 21:52:25 -0800\r\n\r\nb\r\n", to: "INBOX")
        client.append("Subject: a\r\nMessage-ID: <2@x>\r\nReferences: <1@x>\r\nDate: Mon, 7 Feb 1994 20:52:25 -0800\r\n\r\nb\r\n", to: "INBOX")
        client.say("s SELECT INBOX")
        client.multiply(9)
    }

    @Test("the second answer is the first, until the mailbox changes", arguments: [
        "SORT (SUBJECT) UTF-8 ALL", "UID SORT (REVERSE DATE) UTF-8 UNSEEN", "THREAD REFERENCES UTF-8 ALL", "UID THREAD ORDEREDSUBJECT UTF-8 UNSEEN",
    ])
    func untilItChanges(_ command: String) throws {
        let first = client.say("q \(command)")
        #expect(first.contains("1024") && client.say("q \(command)") == first)
        let other = site.anna()
        other.say("s SELECT INBOX")
        #expect(other.say("q \(command)") == first)
        other.say("x STORE 5 +FLAGS (\\Seen)")
        other.say("x STORE 6 +FLAGS (\\Deleted)")
        client.say("n NOOP")
        let second = client.say("q \(command)")
        #expect(command.contains("UNSEEN") == (second != first))
        other.say("x EXPUNGE")
        // Not told yet: the numbers are still those from before.
        if !command.hasPrefix("UID") { #expect(client.say("q \(command)").contains("1024")) }
        client.say("n NOOP")
        let third = client.say("q \(command)")
        #expect(third != second && third.contains("1024") == command.hasPrefix("UID"))
    }

    @Test("what depends on the time, on the session or on a tag is made anew", arguments: [
        "SORT (DATE) UTF-8 YOUNGER 10", "SORT (DATE) UTF-8 RECENT", "SORT (DATE) UTF-8 UID $", "SORT RETURN (COUNT) (DATE) UTF-8 ALL",
    ])
    func isNotKept(_ command: String) throws {
        client.say("r SEARCH RETURN (SAVE) ALL")
        let one = client.say("q1 \(command)").replacing("q1", with: "q")
        client.say("r SEARCH RETURN (SAVE) 1")
        let two = client.say("q2 \(command)").replacing("q2", with: "q")
        #expect((one == two) == !command.contains("$"))
    }

    @Test("it is bounded, and the longest unused goes first")
    func isBounded() throws {
        let cache = AnswerCache(octets: 4000)
        let selected = try #require(client.session.selected)
        func key(_ isUID: Bool, _ size: Int) throws -> AnswerCache.Key {
            let text = "a \(isUID ? "UID " : "")THREAD REFERENCES UTF-8 LARGER \(size)"
            guard case .thread(let thread) = try TaggedCommand.parse(Array(text.utf8)).command else { throw CancellationError() }
            return try #require(AnswerCache.Key(.thread(thread), selected, viewer: try client.session.signedInPrincipal().id))
        }
        let keys = try (0...9).map { try key(true, $0) }
        for size in 1...5 {
            cache.keep(Array(repeating: UInt8(size), count: 1000), keys[size])
            _ = cache.find(keys[1])
        }
        let other = try key(false, 1)
        #expect(cache.find(keys[1]) != nil && cache.find(keys[5]) != nil)
        #expect(cache.find(keys[2]) == nil && cache.find(other) == nil)
        cache.keep(Array(repeating: 9, count: 1001), keys[9])
        #expect(cache.find(keys[9]) == nil, "one answer is a quarter at most")
    }
}

import Database
import Mail
import Testing

@testable import IMAPServer

/// What is answered without a worker. All other tests ask so too where they can.
@Suite struct ImmediateAnswersTests {
    private let site: TestSite
    private let first: TestClient
    private let second: TestClient
    /// On PostgreSQL each look waits for the network.
    private let canLook: Bool

    init() throws {
        site = try TestSite()
        first = site.anna()
        second = site.anna()
        first.append("Subject: 1\r\n\r\nb\r\n", to: "INBOX")
        first.say("c CREATE other")
        first.say("s SELECT INBOX")
        canLook = try site.database.withoutWaiting { true } ?? false
    }

    private func isAtOnce(_ text: String) -> Bool {
        let isAtOnce = first.session.answersAtOnce(Array(text.utf8))
        _ = first.session.takeOutput()
        return isAtOnce
    }

    @Test("looks that find nothing new", arguments: [
        "x NOOP\r\n", "x noop\r\n", "x CHECK\r\n", "x STATUS other (MESSAGES UNSEEN UIDNEXT)\r\n", "x STATUS INBOX (MESSAGES)\r\n",
    ])
    func looks(_ text: String) {
        #expect(isAtOnce(text) == (canLook && !first.isInMaildir))
    }

    @Test("what is more, is not whole, has an effect of its own, or cannot be answered with OK", arguments: [
        "x NOOP\r\ny NOOP\r\n", "x NOOP", "x NOOP\n", "\r\n", "x STATUS {5}\r\n", "x STATUS {5+}\r\nother (MESSAGES)\r\n",
        "x STATUS other (HIGHESTMODSEQ)\r\n", "x STATUS other (DELETED-STORAGE)\r\n", "x STATUS missing (MESSAGES)\r\n", "x NOOP 1\r\n",
        "x SELECT other\r\n", "x FETCH 1 (FLAGS)\r\n", "x LOGOUT\r\n", "NOOP\r\n", "x IDLE\r\n",
    ])
    func others(_ text: String) {
        #expect(!isAtOnce(text))
        #expect(first.lines("y NOOP").last == "y OK done", "nothing has been done")
    }

    @Test("what another session did is told by the worker, and then there is nothing new again")
    func news() {
        second.append("Subject: 2\r\n\r\nb\r\n", to: "INBOX")
        #expect(!isAtOnce("x NOOP\r\n") && !isAtOnce("x STATUS other (MESSAGES)\r\n"))
        #expect(first.say("x NOOP").contains("* 2 EXISTS"))
        #expect(isAtOnce("x NOOP\r\n") == (canLook && !first.isInMaildir))
    }

    @Test("neither who has not signed in, nor within a command that goes on")
    func states() {
        let stranger = site.stranger()
        #expect(!stranger.session.answersAtOnce(Array("x NOOP\r\n".utf8)))
        first.say("x IDLE")
        #expect(!isAtOnce("x NOOP\r\n"))
        first.say("DONE")
        first.session.receive(Array("x NO".utf8))
        #expect(!isAtOnce("y NOOP\r\n"))
        #expect(first.say("OP").hasPrefix("x OK"))
    }
}

extension TestClient {
    /// Whether the selected mailbox is in files, which other programs may have changed.
    fileprivate var isInMaildir: Bool { session.selected?.mailbox.isInMaildir ?? false }
}

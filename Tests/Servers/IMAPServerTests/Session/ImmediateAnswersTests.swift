import Database
import Directory
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
        "x SELECT missing\r\n", "x SELECT other (QRESYNC (1 1))\r\n", "x SELECT other\r\ny NOOP\r\n", "x FETCH 1 (FLAGS)\r\n", "x LOGOUT\r\n", "NOOP\r\n", "x IDLE\r\n",
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

    @Test("mailboxes are opened and left without a worker, where nothing is to be stored", arguments: [
        "SELECT INBOX", "EXAMINE INBOX", "SELECT other", "select other (condstore)", "EXAMINE other", "CLOSE", "UNSELECT",
    ])
    func opening(_ command: String) {
        // The first session has told that its message is recent, which is stored when it leaves.
        first.say("u UNSELECT")
        first.say("s SELECT INBOX")
        // UNSELECT looks at nothing, wherever that is.
        #expect(isAtOnce("x \(command)\r\n") == (command == "UNSELECT" || canLook && !first.isInMaildir))
        #expect(first.say("y NOOP") == "y OK done\r\n")
    }

    @Test("neither what a session is the first to tell, nor what a CLOSE expunges, is left to memory")
    func stored() {
        first.say("u UNSELECT")
        first.append("Subject: 2\r\n\r\nb\r\n", to: "other")
        #expect(!isAtOnce("x SELECT other\r\n"))
        #expect(first.say("s SELECT other").contains("* 1 RECENT"))
        first.say("f STORE 1 +FLAGS (\\Deleted)")
        #expect(!isAtOnce("x CLOSE\r\n"))
        first.say("c CLOSE")
        #expect(first.say("s STATUS other (MESSAGES)").contains("MESSAGES 0"))
    }

    @Test("what comes right behind a SELECT is told")
    func watch() {
        first.say("u UNSELECT")
        for number in 2...4 {
            first.say("s SELECT INBOX")
            second.append("Subject: 2\r\n\r\nb\r\n", to: "INBOX")
            #expect(!isAtOnce("x NOOP\r\n"))
            #expect(first.say("x NOOP").contains("* \(number) EXISTS"))
            first.say("u UNSELECT")
        }
    }

    /// Each with what comes before it; all of it is said by both of two sessions, one of which never asks without a worker.
    static let dialogues: [[String]] = [
        ["SELECT INBOX"], ["EXAMINE INBOX"], ["select inbox (condstore)", "FETCH 1 (FLAGS)"], ["SELECT other"], ["SELECT above"],
        ["SELECT INBOX", "SELECT INBOX", "EXAMINE other", "UNSELECT", "SELECT other", "CLOSE"],
        ["ENABLE IMAP4rev2", "SELECT INBOX", "SELECT \"other\"", "EXAMINE inbox", "CLOSE"],
        ["ENABLE IMAP4rev2 CONDSTORE", "SELECT INBOX", "EXAMINE INBOX (CONDSTORE)"], ["ENABLE QRESYNC", "SELECT INBOX", "SELECT other", "CLOSE"],
        ["ENABLE UIDONLY", "SELECT INBOX", "UNSELECT"], ["SELECT missing"], ["SELECT INBOX", "SELECT missing", "CLOSE"],
        ["SELECT \"Other Users/boris/read\"", "SELECT INBOX", "EXAMINE \"Other Users/boris/read\"", "CLOSE"],
        ["SELECT \"Other Users/boris/own\"", "STORE 1 +FLAGS (\\Seen)", "SELECT \"Other Users/boris/own\"", "UNSELECT"],
        ["SELECT \"Other Users/boris/hidden\""], ["ENABLE IMAP4rev2", "SELECT \"Other Users/boris/write\"", "CLOSE"],
    ]

    @Test("the octets are those that a worker answers with", arguments: Self.dialogues)
    func sameOctets(_ dialogue: [String]) throws {
        let boris = site.boris()
        for (name, rights) in [("read", "lr"), ("own", "lrs"), ("hidden", "i"), ("write", "lrswite")] {
            boris.say("c CREATE \(name)")
            boris.append("Subject: 1\r\n\r\nb\r\n", to: name, options: "(\\Flagged $Label) ")
            boris.say("a SETACL \(name) anna \(rights)")
        }
        let store = site.context.services.place.store
        try site.database.write { tx in
            let owner = try #require(try LocalDirectory.find(tx.read, domain: "example.org", name: "boris"))
            let own = try #require(try store.mailbox(tx.read, of: owner.id, named: "own"))
            try store.setOwnSeen(tx, of: own.id, true, now: 0)
        }
        first.say("c CREATE above/below")
        first.say("d DELETE above")
        // Nothing is recent for either.
        for name in ["INBOX", "\"Other Users/boris/read\"", "\"Other Users/boris/own\"", "\"Other Users/boris/write\""] {
            boris.say("s SELECT \(name.replacing("Other Users/boris/", with: ""))")
            boris.say("u UNSELECT")
            second.say("s SELECT \(name)")
            second.say("u UNSELECT")
        }
        first.say("u UNSELECT")
        let (quick, slow) = (site.anna(), site.anna())
        for command in dialogue {
            let answer = quick.say("t \(command)")
            // What a STORE has changed is news for the other one.
            slow.say("n NOOP", atOnce: false)
            #expect(answer == slow.say("t \(command)", atOnce: false))
            quick.say("n NOOP")
        }
    }

    @Test("the rehearsal of a server that starts leaves nothing behind")
    func rehearsal() throws {
        first.say("u UNSELECT")
        second.append("Subject: 2\r\n\r\nb\r\n", to: "INBOX")
        let session = site.stranger().session
        try session.rehearse()
        #expect(session.takeOutput().isEmpty && session.selected == nil && session.principal == nil)
        #expect(site.context.services.place.store.hub.watched.mailboxes.isEmpty)
        #expect(first.say("s SELECT INBOX").contains("* 1 RECENT"))
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

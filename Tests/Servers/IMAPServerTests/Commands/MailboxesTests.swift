import Testing

@testable import IMAPServer

/// CREATE and RENAME by those with whom something is shared (RFC 4314 §4).
@Suite struct MailboxesTests {
    private let anna: TestClient
    private let boris: TestClient

    init() throws {
        let site = try TestSite()
        anna = site.anna()
        boris = site.boris()
        for name in ["P", "P/Private", "P/Open"] { anna.say("c CREATE \(name)") }
        anna.say("c SETACL P boris lrkx")
        anna.say("c SETACL P/Open boris lrkx")
    }

    @Test("nothing is made below a mailbox that denies it, nor by a right on one above it")
    func denied() {
        #expect(boris.say("x CREATE \"Other Users/anna/P/Private/new\"").contains("x NO [NOPERM]"))
        #expect(boris.say("x CREATE \"Other Users/anna/P/new/newer\"").contains("x OK"))
        #expect(boris.say("x RENAME \"Other Users/anna/P/Open\" \"Other Users/anna/P/Private/Open\"").contains("x NO [NOPERM]"))
        #expect(boris.say("x CREATE \"Other Users/anna/new\"").contains("x NO [NOPERM]"))
    }

    @Test("that there is a mailbox which somebody may not know of is not told by ALREADYEXISTS")
    func hidden() {
        #expect(boris.say("x CREATE \"Other Users/anna/P/Private\"").contains("x NO [NOPERM]"))
        #expect(boris.say("x RENAME \"Other Users/anna/P/Open\" \"Other Users/anna/P/Private\"").contains("x NO [NOPERM]"))
        #expect(boris.say("x CREATE \"Other Users/anna/P/Open\"").contains("x NO [ALREADYEXISTS]"))
    }

    @Test("nobody but its owner renames INBOX, which would empty it")
    func inbox() {
        anna.append("Subject: a\r\n\r\nb\r\n", to: "INBOX")
        anna.say("c SETACL INBOX boris lrxk")
        #expect(boris.say("x RENAME \"Other Users/anna/INBOX\" \"Other Users/anna/P/all\"").contains("x NO [NOPERM]"))
        #expect(anna.say("x STATUS INBOX (MESSAGES)").contains("MESSAGES 1"))
        #expect(anna.say("x RENAME INBOX all").contains("x OK"))
    }

    @Test("who deletes the mailbox that is selected can go on; others who have it selected are sent away")
    func deletion() {
        boris.say("s SELECT \"Other Users/anna/P/Open\"")
        anna.say("s SELECT P/Open")
        #expect(anna.lines("x DELETE P/Open") == ["* OK [CLOSED] the mailbox before is closed", "x OK deleted"])
        #expect(anna.say("x FETCH 1 FLAGS").hasPrefix("x BAD") && anna.say("x SELECT P").contains("x OK"))
        #expect(boris.lines("x NOOP") == ["* BYE the mailbox is gone", "x OK done"])
    }

    @Test("nothing is shared with all where the administrator has not allowed it; what is can be taken back")
    func sharingWithAll() throws {
        for name in ["anyone", "authenticated"] {
            #expect(anna.say("x SETACL P \(name) lr").contains("x NO [NOPERM]"))
            #expect(anna.say("x DELETEACL P \(name)").contains("x OK"))
        }
        let open = try TestSite { $0.isSharingWithAllAllowed = true }.anna()
        #expect(open.say("x SETACL INBOX anyone lr").contains("x OK"))
    }
}

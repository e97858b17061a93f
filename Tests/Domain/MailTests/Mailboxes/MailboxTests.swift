import CollectionStore
import Database
import Directory
import Mail
import Testing

@Suite("Mailboxes")
struct MailboxTests {
    let fixture: Fixture
    var store: MailStore { fixture.store }

    init() throws { fixture = try Fixture() }

    private func names(of owner: PrincipalID = Fixture.alice) throws -> [String] {
        try fixture.read { tx in try store.mailboxes(tx, of: owner).map { $0.isSelectable ? $0.name : "(\($0.name))" } }
    }

    @Test("INBOX comes with the mailboxes that clients look for, and the owner is subscribed to them")
    func standard() throws {
        let inbox = try fixture.write { tx in try store.makeInbox(tx, of: Fixture.alice, now: 5_000) }
        #expect(inbox.name == "INBOX" && inbox.uidValidity == 5 && inbox.modseq.rawValue >= 1)
        #expect(try names() == ["Archive", "Drafts", "INBOX", "Junk", "Sent", "Trash"])
        let uses = try fixture.read { tx in try store.mailboxes(tx, of: Fixture.alice).compactMap(\.specialUse) }
        #expect(uses == [.archive, .drafts, .junk, .sent, .trash])
        #expect(try fixture.read { tx in try store.subscriptions(tx, of: Fixture.alice).count } == 6)
        // Again is nothing, also where some were deleted since.
        try fixture.write { tx in
            let junk = try #require(try store.mailbox(tx.read, of: Fixture.alice, named: "Junk"))
            try store.delete(tx, junk.id, now: 6_000)
            try store.makeInbox(tx, of: Fixture.alice, now: 7_000)
        }
        #expect(try names() == ["Archive", "Drafts", "INBOX", "Sent", "Trash"])
    }

    @Test("INBOX is one name in any case of letters, also above others (RFC 9051 §5.1)")
    func inboxCase() throws {
        try fixture.write { tx in try store.makeInbox(tx, of: Fixture.alice, now: 1) }
        #expect(try fixture.refusal { tx in _ = try store.create(tx, "inBox", of: Fixture.alice, now: 1) } == .nameTaken)
        #expect(try fixture.mailbox("iNbox/Lists").name == "INBOX/Lists")
        #expect(try fixture.mailbox("Inboxes").name == "Inboxes")
    }

    @Test("the mailboxes above a new one are made and can be selected")
    func parents() throws {
        _ = try fixture.mailbox("a/b/c")
        #expect(try names() == ["a", "a/b", "a/b/c"])
    }

    @Test("names that cannot be are refused", arguments: ["", "/", "a//b", "/a", "a/", "a\u{0}b", "a\r\nb", String(repeating: "x", count: 1_001), String(repeating: "a/", count: 60) + "a"])
    func invalidNames(name: String) throws {
        #expect(try fixture.refusal { tx in _ = try store.create(tx, name, of: Fixture.alice, now: 1) } == .invalidName)
    }

    @Test("a name used again has a higher UIDVALIDITY, however fast it is (RFC 9051 §2.3.1.1)")
    func uidValidity() throws {
        var last: UInt32 = 0
        for _ in 0..<5 {
            let made = try fixture.mailbox("again")
            #expect(made.uidValidity > last)
            last = made.uidValidity
            try fixture.write { tx in try store.delete(tx, made.id, now: 1) }
        }
    }

    @Test("a rename takes along what is below, and keeps ids, UIDs and UIDVALIDITY")
    func rename() throws {
        let top = try fixture.mailbox("a")
        let below = try fixture.mailbox("a/b/c")
        _ = try fixture.mailbox("ab")
        try fixture.append([mail("one")], to: below)
        let before = try fixture.fresh(below)
        let moved = try fixture.write { tx in try store.rename(tx, top.id, to: "x/y", now: 2) }
        #expect(moved.id == top.id && moved.name == "x/y" && moved.uidValidity == top.uidValidity)
        #expect(try names() == ["ab", "x", "x/y", "x/y/b", "x/y/b/c"])
        var after = try fixture.fresh(below)
        #expect(after.name == "x/y/b/c")
        after.name = before.name
        #expect(after == before)
    }

    @Test("a rename is refused onto a name that is there, below itself, and onto names below that are there")
    func renameRefused() throws {
        let a = try fixture.mailbox("a")
        _ = try fixture.mailbox("b/c")
        _ = try fixture.mailbox("a/c")
        #expect(try fixture.refusal { tx in try store.rename(tx, a.id, to: "b", now: 1) } == .nameTaken)
        #expect(try fixture.refusal { tx in try store.rename(tx, a.id, to: "a/x", now: 1) } == .belowItself)
    }

    @Test("renaming INBOX moves its messages and leaves it empty (RFC 9051 §6.3.6)")
    func renameInbox() throws {
        let inbox = try fixture.write { tx in try store.makeInbox(tx, of: Fixture.alice, now: 1) }
        _ = try fixture.mailbox("INBOX/below")
        try fixture.append([mail("one"), mail("two")], to: inbox, flags: MessageFlags(.flagged, keywords: ["$Mine"]))
        let moved = try fixture.write { tx in try store.rename(tx, inbox.id, to: "old-mail", now: 2) }
        #expect(moved.name == "old-mail" && moved.id != inbox.id && moved.messageCount == 2)
        #expect(try fixture.lines(moved) == ["1 F $Mine", "2 F $Mine"])
        let after = try fixture.fresh(inbox)
        #expect(after.messageCount == 0 && after.uidValidity == inbox.uidValidity && after.uidNext == 3)
        #expect(try names().contains("INBOX/below"))
        #expect(try fixture.faults() == [])
    }

    @Test("deleting one with others below leaves a name that cannot be selected (RFC 9051 §6.3.5)")
    func deleteParent() throws {
        let a = try fixture.mailbox("a")
        let b = try fixture.mailbox("a/b")
        try fixture.write { tx in try store.delete(tx, a.id, now: 2) }
        #expect(try names() == ["(a)", "a/b"])
        let name = try #require(try fixture.read { tx in try store.mailbox(tx, of: Fixture.alice, named: "a") })
        #expect(name.id != a.id)
        #expect(try fixture.refusal { tx in try store.delete(tx, name.id, now: 3) } == .hasChildren)
        #expect(throws: MailRefusal.notSelectable) { try fixture.append([mail("x")], to: name) }
        // It becomes a mailbox again, or goes with the last one below.
        try fixture.write { tx in try store.delete(tx, b.id, now: 4) }
        #expect(try names() == [])
    }

    @Test("a name that cannot be selected becomes a mailbox when it is made")
    func createPlaceholder() throws {
        let a = try fixture.mailbox("a")
        _ = try fixture.mailbox("a/b")
        try fixture.write { tx in try store.delete(tx, a.id, now: 2) }
        let again = try fixture.write { tx in try store.create(tx, "a", of: Fixture.alice, now: 3) }
        #expect(again.isSelectable && again.uidValidity > a.uidValidity)
    }

    @Test("INBOX cannot be deleted")
    func deleteInbox() throws {
        let inbox = try fixture.write { tx in try store.makeInbox(tx, of: Fixture.alice, now: 1) }
        #expect(try fixture.refusal { tx in try store.delete(tx, inbox.id, now: 2) } == .isInbox)
    }

    @Test("a use is one mailbox's, and none can ask for \\All (RFC 6154)")
    func specialUse() throws {
        try fixture.write { tx in _ = try store.create(tx, "Gesendet", of: Fixture.alice, specialUse: .sent, now: 1) }
        #expect(
            try fixture.refusal { tx in _ = try store.create(tx, "Sent", of: Fixture.alice, specialUse: .sent, now: 1) }
                == .specialUseTaken)
        #expect(
            try fixture.refusal { tx in _ = try store.create(tx, "Everything", of: Fixture.alice, specialUse: .all, now: 1) }
                == .specialUseTaken)
    }

    @Test("more mailboxes than there may be are refused, with those above them counted")
    func tooMany() throws {
        var limits = MailLimits()
        limits.mailboxesPerOwner = 3
        let fixture = try Fixture(limits: limits)
        _ = try fixture.mailbox("a")
        #expect(
            try fixture.refusal { tx in _ = try fixture.store.create(tx, "b/c/d", of: Fixture.alice, now: 1) } == .tooManyMailboxes)
        _ = try fixture.mailbox("b/c")
    }

    @Test("a subscription outlives its mailbox (RFC 9051 §6.3.7)")
    func subscriptions() throws {
        let box = try fixture.mailbox("a")
        let name = MailboxReference(owner: Fixture.alice, name: "a")
        try fixture.write { tx in
            try store.subscribe(tx, Fixture.bob, to: name)
            try store.subscribe(tx, Fixture.bob, to: name)
            try store.delete(tx, box.id, now: 2)
        }
        #expect(try fixture.read { tx in try store.subscriptions(tx, of: Fixture.bob) } == [name])
        try fixture.write { tx in try store.unsubscribe(tx, Fixture.bob, from: name) }
        #expect(try fixture.read { tx in try store.subscriptions(tx, of: Fixture.bob) } == [])
    }

    @Test("annotations are each one's own or all's, and bounded (RFC 5464)")
    func annotations() throws {
        let box = try fixture.mailbox("a")
        try fixture.write { tx in
            try store.setAnnotation(tx, of: box.id, for: nil, entry: "/comment", value: [1], now: 0)
            try store.setAnnotation(tx, of: box.id, for: Fixture.bob, entry: "/comment", value: [2], now: 0)
            try store.setAnnotation(tx, of: box.id, for: nil, entry: "/comment", value: [3], now: 0)
        }
        #expect(try fixture.read { tx in try store.annotations(tx, of: box.id, for: nil).map(\.value) } == [[3]])
        #expect(try fixture.read { tx in try store.annotations(tx, of: box.id, for: Fixture.bob).map(\.value) } == [[2]])
        try fixture.write { tx in try store.setAnnotation(tx, of: box.id, for: nil, entry: "/comment", value: nil, now: 0) }
        #expect(try fixture.read { tx in try store.annotations(tx, of: box.id, for: nil).isEmpty })
        // RFC 7162 §3.2: each change moves the mod-sequence, and has its row of the log.
        #expect(try fixture.read { tx in try store.mailbox(tx, box.id)?.modseq.rawValue } == box.modseq.rawValue + 4)
        #expect(throws: MailRefusal.annotationTooLarge) {
            try fixture.write { tx in
                try store.setAnnotation(tx, of: box.id, for: nil, entry: "/x", value: Array(repeating: 0, count: 70_000), now: 0)
            }
        }
    }
}

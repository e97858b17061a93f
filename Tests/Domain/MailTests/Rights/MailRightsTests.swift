import CollectionStore
import Database
import Directory
import Mail
import Testing

@Suite("Rights on mailboxes")
struct MailRightsTests {
    let fixture: Fixture
    let box: Mailbox
    var store: MailStore { fixture.store }

    init() throws {
        fixture = try Fixture()
        box = try fixture.mailbox()
        try fixture.append((1...3).map { mail("m\($0)") }, to: box)
    }

    private func rights(_ letters: String) throws -> MailRights { try #require(MailRights(letters: letters.utf8)) }

    private func granted(on mailbox: Mailbox, to asker: Asker) throws -> String {
        try fixture.read { tx in
            let owner = try #require(try LocalDirectory.find(tx, mailbox.owner))
            return String(decoding: try store.rights(tx, on: mailbox, of: owner, for: asker).letters, as: UTF8.self)
        }
    }

    @Test("letters are rights, the old ones too (RFC 4314 §2.1.1)")
    func letters() throws {
        #expect(try rights("lrs") == [.lookup, .read, .keepSeen])
        #expect(try rights("d") == [.deleteMessages, .expunge])
        #expect(MailRights(letters: "lz".utf8) == nil)
        #expect(String(decoding: MailRights.all.letters, as: UTF8.self) == "lrswipkxteacd")
    }

    @Test("the owner may do everything, others what they, their groups and all are granted")
    func granting() throws {
        let bob = try fixture.asker(Fixture.bob, groups: [Fixture.sales])
        #expect(try granted(on: box, to: try fixture.asker(Fixture.alice)) == "lrswipkxteacd")
        #expect(try granted(on: box, to: bob) == "")
        try fixture.write { tx in
            try store.setGrant(tx, MailGrant(grantee: .principal(Fixture.sales), rights: try rights("lr")), on: box.id)
            try store.setGrant(tx, MailGrant(grantee: .signedIn, rights: try rights("p")), on: box.id)
            try store.setGrant(tx, MailGrant(grantee: .principal(Fixture.bob), rights: try rights("s")), on: box.id)
        }
        #expect(try granted(on: box, to: bob) == "lrsp")
        let shared = try fixture.read { tx in try store.sharedMailboxes(tx, with: bob) }
        let expected = try rights("lrsp")
        #expect(shared.map(\.mailbox.name) == ["work"] && shared[0].rights == expected)
        try fixture.write { tx in
            try store.setGrant(tx, MailGrant(grantee: .principal(Fixture.sales), rights: []), on: box.id)
        }
        #expect(try fixture.read { tx in try store.sharedMailboxes(tx, with: bob).isEmpty })
        #expect(throws: MailRefusal.cannotBeGranted) {
            try fixture.write { tx in
                try store.setGrant(tx, MailGrant(grantee: .principal(Fixture.alice), rights: .all), on: box.id)
            }
        }
    }

    @Test("what is granted to everybody stands in the lists of the owner's domain, and can be had by its name from others")
    func everybody() throws {
        let stranger = PrincipalID(rawValue: 4)
        try fixture.write { tx in
            try tx.execute(
                """
                INSERT INTO principal (id, kind, domain, name, display_name, created)
                VALUES (4, 'user', 'elsewhere.org', 'eve', 'eve', 0)
                """)
            for grantee in [Grantee.everybody, .signedIn] {
                try store.setGrant(tx, MailGrant(grantee: grantee, rights: try rights("lr")), on: box.id)
            }
        }
        let (bob, eve) = (try fixture.asker(Fixture.bob), try fixture.asker(stranger))
        #expect(try fixture.read { tx in try store.sharedMailboxes(tx, with: bob).count } == 1)
        #expect(try fixture.read { tx in try store.sharedMailboxes(tx, with: eve).isEmpty })
        #expect(try granted(on: box, to: eve) == "lr")
    }

    @Test("a new mailbox has the rights of the one above it")
    func inherited() throws {
        try fixture.write { tx in
            try store.setGrant(tx, MailGrant(grantee: .principal(Fixture.bob), rights: try rights("lrs")), on: box.id)
            try store.setOwnSeen(tx, of: box.id, true, now: 2)
        }
        let below = try fixture.mailbox("work/a/b")
        #expect(try granted(on: below, to: try fixture.asker(Fixture.bob)) == "lrs")
        #expect(below.hasOwnSeen)
    }

    @Test("a deleted mailbox is not shared, and is again when it is restored")
    func deleted() throws {
        let bob = try fixture.asker(Fixture.bob)
        try fixture.write { tx in
            try store.setGrant(tx, MailGrant(grantee: .principal(Fixture.bob), rights: try rights("lr")), on: box.id)
            try store.delete(tx, box.id, now: 2)
        }
        #expect(try fixture.read { tx in try store.sharedMailboxes(tx, with: bob).isEmpty })
        try fixture.write { tx in _ = try store.restore(tx, mailbox: box.id, of: Fixture.alice, now: 3) }
        #expect(try fixture.read { tx in try store.sharedMailboxes(tx, with: bob).count } == 1)
    }

    @Test("where each has a \\Seen of their own, nobody sees another's, nor changes it")
    func ownSeen() throws {
        try fixture.set(.add, [.seen], on: [1], in: box)
        try fixture.write { tx in try store.setOwnSeen(tx, of: box.id, true, now: 2) }
        _ = try fixture.snapshot(box, for: Fixture.bob)
        let position = try fixture.fresh(box).modseq
        let result = try fixture.set(.add, [.seen, .flagged], on: [2], in: box, by: Fixture.bob)
        #expect(result.changed == UIDSet([2]))
        #expect(try fixture.lines(box) == ["1 S", "2 F", "3"])
        #expect(try fixture.lines(box, for: Fixture.bob) == ["1", "2 S F", "3"])
        #expect(try fixture.snapshot(box, for: Fixture.bob).changed(since: position) == UIDSet([2]))
        func unseen(_ viewer: PrincipalID) throws -> Int {
            try fixture.read { tx in try store.unseenCount(tx, of: try #require(try store.mailbox(tx, box.id)), for: viewer) }
        }
        #expect(try unseen(Fixture.alice) == 2)
        #expect(try unseen(Fixture.bob) == 2)
        // Copies are as the one sees them who copies; what is appended is seen by them alone.
        let target = try fixture.mailbox("target")
        try fixture.write { tx in
            _ = try store.copy(tx, .all, from: box.id, to: target.id, viewer: Fixture.bob, now: 3)
        }
        #expect(try fixture.lines(target) == ["1", "2 S F", "3"])
        try fixture.append([mail("new")], to: box, flags: MessageFlags(.seen), viewer: Fixture.bob)
        #expect(try fixture.lines(box).last == "4")
        #expect(try fixture.lines(box, for: Fixture.bob).last == "4 S")
        // And UNCHANGEDSINCE looks at it.
        let refused = try fixture.set(.remove, [.seen], on: [2], in: box, by: Fixture.bob, unchangedSince: position)
        #expect(refused.failed == UIDSet([2]))
        try fixture.write { tx in _ = try store.expunge(tx, UIDSet([2]), in: box.id, onlyDeleted: false, by: nil, now: 4) }
        #expect(try unseen(Fixture.bob) == 2)
        #expect(try fixture.faults() == [])
    }
}

import CollectionStore
import Database
import Directory
import Mail
import Testing

@Suite("Retention")
struct RetentionTests {
    let fixture: Fixture
    let box: Mailbox
    var store: MailStore { fixture.store }

    init() throws {
        fixture = try Fixture()
        box = try fixture.mailbox()
        try fixture.append((1...3).map { mail("m\($0)") }, to: box, flags: MessageFlags(.flagged, keywords: ["k"]))
    }

    private func expunge(_ uids: UIDSet, now: Milliseconds = 10_000) throws {
        try fixture.write { tx in _ = try store.expunge(tx, uids, in: box.id, onlyDeleted: false, by: Fixture.bob, now: now) }
    }

    @Test("expunged messages come back with their flags, but without \\Deleted, under new UIDs")
    func restoreMessages() throws {
        try fixture.set(.add, [.deleted], on: [2], in: box)
        try expunge(UIDSet([1, 2]))
        let retained = try fixture.read { tx in try store.retainedMessages(tx, of: Fixture.alice, limit: 10) }
        #expect(retained.map(\.uid) == [1, 2] && retained[0].expungedBy == Fixture.bob)
        let count = try fixture.write { tx in
            try store.restore(tx, messages: UIDSet([2, 5]), from: box.id, of: Fixture.alice, now: 20_000)
        }
        #expect(count == 1)
        #expect(try fixture.lines(box) == ["3 F k", "4 F k"])
        #expect(try fixture.text(box, 4) == mail("m2"))
        #expect(try fixture.read { tx in try store.retainedMessages(tx, of: Fixture.alice, limit: 10).count } == 1)
        // Another's are not theirs to bring back.
        #expect(
            try fixture.write { tx in
                try store.restore(tx, messages: .all, from: box.id, of: Fixture.bob, now: 20_000)
            } == 0)
        #expect(try fixture.faults() == [])
    }

    @Test("where the mailbox is gone, messages come back to INBOX")
    func restoreToInbox() throws {
        try expunge(UIDSet([1]))
        try fixture.write { tx in
            try store.delete(tx, box.id, now: 11_000)
            try store.restore(tx, messages: UIDSet([1]), from: box.id, of: Fixture.alice, now: 12_000)
        }
        let inbox = try #require(try fixture.read { tx in try store.mailbox(tx, of: Fixture.alice, named: "INBOX") })
        #expect(try fixture.lines(inbox) == ["1 F k"])
    }

    @Test("a deleted mailbox counts for nothing, and comes back with its messages, under a free name")
    func restoreMailbox() throws {
        let used = try fixture.used()
        try fixture.write { tx in try store.delete(tx, box.id, now: 11_000) }
        #expect(try fixture.used() == 0)
        #expect(throws: MailRefusal.notFound) { try fixture.snapshot(box) }
        let other = try fixture.mailbox()
        #expect(try fixture.read { tx in try store.retainedMailboxes(tx, of: Fixture.alice).map(\.messageCount) } == [3])
        let back = try fixture.write { tx in try store.restore(tx, mailbox: box.id, of: Fixture.alice, now: 12_000) }
        #expect(back.name == "work (2)" && back.id == box.id && back.uidValidity > other.uidValidity)
        #expect(try fixture.lines(back) == ["1 F k", "2 F k", "3 F k"])
        #expect(try fixture.used() == used)
        #expect(try fixture.faults() == [])
    }

    @Test("a mailbox comes back in the place of a name that could not be selected")
    func restoreOverName() throws {
        _ = try fixture.mailbox("work/below")
        try fixture.write { tx in
            try store.delete(tx, box.id, now: 11_000)
            _ = try store.restore(tx, mailbox: box.id, of: Fixture.alice, now: 12_000)
        }
        #expect(try fixture.read { tx in try store.mailboxes(tx, of: Fixture.alice).map(\.name) } == ["work", "work/below"])
        #expect(try fixture.fresh(box).isSelectable)
    }

    @Test("what does not fit the quota does not come back")
    func quota() throws {
        try fixture.write { tx in try store.delete(tx, box.id, now: 11_000) }
        try fixture.setQuota(10)
        #expect(
            try fixture.refusal { tx in _ = try store.restore(tx, mailbox: box.id, of: Fixture.alice, now: 1) } == .quotaExceeded)
    }

    @Test("when their time is over, messages, mailboxes and octets go for good, and not before")
    func purge() throws {
        let other = try fixture.mailbox("other")
        try fixture.write { tx in
            _ = try store.copy(tx, UIDSet([1]), from: box.id, to: other.id, viewer: Fixture.alice, now: 1)
        }
        try expunge(UIDSet([1, 2]), now: 10_000)
        func purge(before horizon: Milliseconds) throws -> Int {
            var all = 0
            while true {
                let count = try fixture.write { tx in try store.purge(tx, before: horizon, now: 0, limit: 1) }
                if count == 0 { return all }
                all += count
            }
        }
        #expect(try purge(before: 10_000) == 0)
        #expect(try purge(before: 10_001) == 2)
        // The one that was copied is still one's.
        #expect(try fixture.text(other, 1) == mail("m1"))
        try fixture.write { tx in try store.delete(tx, box.id, now: 20_000) }
        #expect(try purge(before: 20_001) >= 1)
        #expect(try fixture.read { tx in try store.retainedMailboxes(tx, of: Fixture.alice).isEmpty })
        #expect(try fixture.read { tx in try tx.first("SELECT COUNT(*) FROM mail_content") { $0.integer(0) } } == 1)
        let bodies = try fixture.read { tx in try tx.first("SELECT COUNT(*) FROM mail_body") { $0.integer(0) } }
        #expect(bodies == (other.isInMaildir ? 0 : 1))
        #expect(try fixture.faults() == [])
    }

    private func retainedBytes() throws -> Int64? {
        try fixture.read { tx in
            try tx.first("SELECT retained_bytes FROM mail_account WHERE owner_id = 1") { $0.integer(0) }
        }
    }

    @Test("what is retained is counted, through each way in and out")
    func counted() throws {
        let size = Int64(mail("m1").utf8.count)
        #expect(try retainedBytes() == 0)
        try expunge(UIDSet([1, 2]))
        #expect(try retainedBytes() == 2 * size)
        try fixture.write { tx in try store.restore(tx, messages: UIDSet([1]), from: box.id, of: Fixture.alice, now: 11_000) }
        #expect(try retainedBytes() == size)
        try fixture.write { tx in try store.delete(tx, box.id, now: 12_000) }
        #expect(try retainedBytes() == 3 * size)
        #expect(try fixture.faults() == [])
        try fixture.write { tx in _ = try store.restore(tx, mailbox: box.id, of: Fixture.alice, now: 13_000) }
        #expect(try retainedBytes() == size)
        try fixture.write { tx in try store.delete(tx, box.id, now: 14_000) }
        while try fixture.write({ tx in try store.purge(tx, before: 20_000, now: 0, limit: 1) }) > 0 { #expect(try fixture.faults() == []) }
        #expect(try retainedBytes() == 0)
    }

    @Test("above its limit the oldest of what is retained goes before its time, messages and mailboxes")
    func bounded() throws {
        var limits = MailLimits()
        limits.retainedSize = Int64(3 * mail("m1").utf8.count)
        let fixture = try Fixture(limits: limits)
        let (store, first) = (fixture.store, try fixture.mailbox("first"))
        for round in 1...10 {
            try fixture.append([mail("m\(round % 10)")], to: first)
            try fixture.write { tx in
                _ = try store.expunge(tx, in: first.id, onlyDeleted: false, by: nil, now: Milliseconds(round))
            }
            #expect(try fixture.faults() == [])
        }
        func retained() throws -> [UID] { try fixture.read { tx in try store.retainedMessages(tx, of: Fixture.alice, limit: 100).map(\.uid) } }
        #expect(try retained() == [10, 9, 8])
        for round in 1...5 {
            let mailbox = try fixture.mailbox("gone")
            try fixture.append([mail("n\(round)")], to: mailbox)
            try fixture.write { tx in try store.delete(tx, mailbox.id, now: Milliseconds(100 + round)) }
        }
        #expect(try retained() == [])
        let mailboxes = try fixture.read { tx in try store.retainedMailboxes(tx, of: Fixture.alice) }
        #expect(mailboxes.map(\.deleted) == [105, 104, 103] && mailboxes.allSatisfy { $0.messageCount == 1 })
        #expect(try fixture.faults() == [])
        // A limit that was lowered since is kept by the purge.
        limits.retainedSize = 0
        let strict = MailStore(limits: limits)
        while try fixture.write({ tx in try strict.purge(tx, before: 0, now: 0, limit: 100) }) > 0 {}
        #expect(try fixture.read { tx in try store.retainedMailboxes(tx, of: Fixture.alice).isEmpty })
        #expect(try fixture.faults() == [])
    }

    @Test("there are no more deleted mailboxes than there may be mailboxes")
    func boundedMailboxes() throws {
        var limits = MailLimits()
        limits.mailboxesPerOwner = 5
        let fixture = try Fixture(limits: limits)
        for round in 1...20 {
            let mailbox = try fixture.mailbox("gone")
            try fixture.write { tx in try fixture.store.delete(tx, mailbox.id, now: Milliseconds(round)) }
        }
        #expect(try fixture.read { tx in try fixture.store.retainedMailboxes(tx, of: Fixture.alice).map(\.deleted) } == [20, 19, 18, 17, 16])
    }

    @Test("of a principal that goes nothing stays")
    func destroyAll() throws {
        try expunge(UIDSet([1]))
        let other = try fixture.mailbox("gone")
        try fixture.write { tx in
            try store.delete(tx, other.id, now: 1)
            try store.subscribe(tx, Fixture.alice, to: MailboxReference(owner: Fixture.bob, name: "x"))
            try store.setAnnotation(tx, of: box.id, for: nil, entry: "/c", value: [1], now: 0)
            try store.destroyAll(tx, of: Fixture.alice)
        }
        let rows = try fixture.read { tx in
            try tx.all(
                """
                SELECT COUNT(*) FROM mailbox UNION ALL SELECT COUNT(*) FROM mail_message UNION ALL SELECT COUNT(*) FROM mail_content
                UNION ALL SELECT COUNT(*) FROM mail_body UNION ALL SELECT COUNT(*) FROM mail_retained
                UNION ALL SELECT COUNT(*) FROM mail_change UNION ALL SELECT COUNT(*) FROM mail_subscription
                UNION ALL SELECT COUNT(*) FROM mail_annotation UNION ALL SELECT COUNT(*) FROM mail_account
                UNION ALL SELECT COUNT(*) FROM mail_keyword
                """) { $0.integer(0) }
        }
        #expect(rows == Array(repeating: 0, count: 10))
    }
}

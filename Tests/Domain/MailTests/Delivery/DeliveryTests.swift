import Database
import Directory
import Mail
import TestMailStorage
import Testing

@Suite("Delivery")
struct DeliveryTests {
    @Test("each recipient has an answer of their own, and the octets are stored once")
    func deliver() throws {
        let fixture = try Fixture()
        try fixture.setQuota(10, of: Fixture.bob)
        let content = try fixture.content(mail("hello"))
        let outcomes = fixture.store.deliver(
            fixture.database, content,
            to: [
                DeliveryTarget(Fixture.alice), DeliveryTarget(Fixture.bob), DeliveryTarget(Fixture.alice, .mailbox("Lists/swift")),
                DeliveryTarget(Fixture.sales, .mailbox("a//b")), DeliveryTarget(PrincipalID(rawValue: 99)),
            ], now: 1_000)
        #expect(outcomes[1] == .refused(.quotaExceeded) && outcomes[3] == .refused(.invalidName) && outcomes[4] == .noRecipient)
        for (outcome, name) in [(outcomes[0], "INBOX"), (outcomes[2], "Lists/swift")] {
            guard case .delivered(let id, let uid) = outcome else { Issue.record("\(name): \(outcome)"); continue }
            let mailbox = try #require(try fixture.read { tx in try fixture.store.mailbox(tx, id) })
            #expect(mailbox.name == name && uid == 1)
            #expect(try fixture.text(mailbox, 1) == mail("hello"))
        }
        #expect(try fixture.read { tx in try tx.first("SELECT COUNT(*) FROM mail_content") { $0.integer(0) } } == 1)
        #expect(try fixture.faults() == [])
    }

    @Test("a detail is a mailbox that is there, else INBOX, and makes none")
    func details() throws {
        let fixture = try Fixture()
        let lists = try fixture.mailbox("Lists")
        let content = try fixture.content(mail("hello"))
        let details = ["Lists", "lists", "other", "", "a//b"]
        let outcomes = fixture.store.deliver(
            fixture.database, content, to: details.map { DeliveryTarget(Fixture.alice, .detail($0)) }, now: 1_000)
        let places = outcomes.map { if case .delivered(let id, _) = $0 { id == lists.id ? "Lists" : "INBOX" } else { "\($0)" } }
        #expect(places == ["Lists", "Lists", "INBOX", "INBOX", "INBOX"])
        #expect(try fixture.read { tx in try fixture.store.mailbox(tx, of: Fixture.alice, named: "other") } == nil)
        // Several addresses that are one mailbox are one message, with one answer.
        let inbox = try fixture.mailbox("INBOX")
        #expect(try fixture.fresh(lists).messageCount == 1 && inbox.messageCount == 1)
        #expect(outcomes[0] == outcomes[1] && outcomes[2] == .delivered(inbox.id, 1) && outcomes[4] == outcomes[2])
        #expect(try fixture.faults() == [])
    }

    @Test("a fault in one recipient's place is nobody else's, and the octets of many parts are stored once")
    func parts() throws {
        let fixture = try Fixture()
        let people = (10..<100).map { PrincipalID(rawValue: $0) }
        try fixture.write { tx in
            for person in people {
                try tx.execute(
                    """
                    INSERT INTO principal (id, kind, domain, name, display_name, created)
                    VALUES ($1, 'user', 'example.org', $2, $2, 0)
                    """, [.integer(person.rawValue), .text("p\(person.rawValue)")])
            }
            try fixture.store.makeInbox(tx, of: people[50], now: 1)
            try tx.execute(
                "UPDATE mail_account SET uid_validity = $2 WHERE owner_id = $1",
                [.integer(people[50].rawValue), .integer(Int64(UInt32.max))])
        }
        var targets = people.map { DeliveryTarget($0) }
        // No mailbox can be made any more.
        targets[50].place = .mailbox("New")
        let outcomes = fixture.store.deliver(fixture.database, try fixture.content(mail("hello")), to: targets, now: 1_000)
        for (index, outcome) in outcomes.enumerated() {
            switch outcome {
            case .delivered: #expect(index != 50)
            case .failed(let failure): #expect(index == 50 && !failure.isTemporary)
            default: Issue.record("\(index): \(outcome)")
            }
        }
        // Accounts share no file.
        let contents: Int64 = TestMailStorage.current == .maildir ? 89 : 1
        #expect(try fixture.read { tx in try tx.first("SELECT COUNT(*) FROM mail_content") { $0.integer(0) } } == contents)
        #expect(try fixture.read { tx in try tx.first("SELECT COUNT(*) FROM mail_message") { $0.integer(0) } } == 89)
        #expect(try fixture.faults() == [])
    }

    @Test("a delivery to many that takes too long keeps what it has done, and the rest comes again")
    func tooLong() throws {
        let fixture = try Fixture()
        let content = try fixture.content(mail("hello"))
        let targets = [DeliveryTarget(Fixture.alice)] + (100..<150).map { DeliveryTarget(PrincipalID(rawValue: $0)) }
        var parts = 0
        let outcomes = fixture.store.deliver(fixture.database, content, to: targets, now: 1_000) {
            parts += 1
            return parts == 1
        }
        guard case .delivered = outcomes[0], case .failed(let failure) = outcomes[50] else {
            Issue.record("\(outcomes)")
            return
        }
        #expect(failure.isTemporary && outcomes[1] == .noRecipient)
    }

    @Test("a delivery that would be refused is known before")
    func check() throws {
        let fixture = try Fixture()
        try fixture.setQuota(100, of: Fixture.bob)
        try fixture.read { tx in try fixture.store.checkDelivery(tx, of: 100, to: Fixture.bob) }
        #expect(throws: MailRefusal.quotaExceeded) {
            try fixture.read { tx in try fixture.store.checkDelivery(tx, of: 101, to: Fixture.bob) }
        }
        try fixture.setQuota(0, of: Fixture.bob)
        #expect(throws: MailRefusal.quotaExceeded) {
            try fixture.read { tx in try fixture.store.checkDelivery(tx, of: 0, to: Fixture.bob) }
        }
    }
}

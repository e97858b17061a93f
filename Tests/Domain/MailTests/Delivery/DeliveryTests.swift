import Database
import Directory
import Mail
import Testing

@Suite("Delivery")
struct DeliveryTests {
    @Test("each recipient has an answer of their own, and the octets are stored once")
    func deliver() throws {
        let fixture = try Fixture()
        try fixture.setQuota(10, of: Fixture.bob)
        let content = try fixture.content(mail("hello"))
        let outcomes = try fixture.store.deliver(
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
        let outcomes = try fixture.store.deliver(
            fixture.database, content, to: details.map { DeliveryTarget(Fixture.alice, .detail($0)) }, now: 1_000)
        let places = outcomes.map { if case .delivered(let id, _) = $0 { id == lists.id ? "Lists" : "INBOX" } else { "\($0)" } }
        #expect(places == ["Lists", "Lists", "INBOX", "INBOX", "INBOX"])
        #expect(try fixture.read { tx in try fixture.store.mailbox(tx, of: Fixture.alice, named: "other") } == nil)
        #expect(try fixture.faults() == [])
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

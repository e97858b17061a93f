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
                DeliveryTarget(Fixture.alice), DeliveryTarget(Fixture.bob), DeliveryTarget(Fixture.alice, mailbox: "Lists/swift"),
                DeliveryTarget(Fixture.sales, mailbox: "a//b"),
            ], now: 1_000)
        #expect(outcomes[1] == .refused(.quotaExceeded) && outcomes[3] == .refused(.invalidName))
        for (outcome, name) in [(outcomes[0], "INBOX"), (outcomes[2], "Lists/swift")] {
            guard case .delivered(let id, let uid) = outcome else { Issue.record("\(name): \(outcome)"); continue }
            let mailbox = try #require(try fixture.read { tx in try fixture.store.mailbox(tx, id) })
            #expect(mailbox.name == name && uid == 1)
            #expect(try fixture.text(mailbox, 1) == mail("hello"))
        }
        #expect(try fixture.read { tx in try tx.first("SELECT COUNT(*) FROM mail_content") { $0.integer(0) } } == 1)
        #expect(try fixture.faults() == [])
    }
}

import Database
import Directory
import Mail
import Testing

@Suite("The check of the mail store")
struct MailConsistencyTests {
    @Test(
        "finds each contradiction",
        arguments: [
            ("UPDATE mailbox SET unseen_count = 7", "unseen"), ("UPDATE mailbox SET byte_count = byte_count + 1", "octets"),
            ("UPDATE mailbox SET message_count = 1", "messages"), ("UPDATE mailbox SET deleted_count = 1", "deleted"),
            ("UPDATE mailbox SET uid_next = 2", "UIDNEXT"), ("UPDATE mailbox SET modseq = 1", "changed after"),
            ("DELETE FROM mail_change", "log"), ("DELETE FROM mail_keyword", "keyword"),
            ("DELETE FROM mail_message", "no message has it"), ("UPDATE mail_content SET structure = keys", "structure"),
            ("UPDATE mail_content SET keys = structure", "keys"), ("DELETE FROM mail_body", "octets"),
            ("UPDATE mail_seen SET seen_count = 5", "seen"),
        ])
    func faults(damage: String, told: String) throws {
        let fixture = try Fixture(storage: .database)
        let box = try fixture.mailbox()
        try fixture.write { tx in try fixture.store.setOwnSeen(tx, of: box.id, true, now: 1) }
        try fixture.append([mail("a"), mail("b")], to: box, flags: MessageFlags(keywords: ["k"]))
        try fixture.set(.add, .seen, on: [1], in: box, by: Fixture.bob)
        #expect(try fixture.faults() == [])
        try fixture.write { tx in
            // A statement is a literal; these are few.
            for statement: StaticString in [
                "UPDATE mailbox SET unseen_count = 7", "UPDATE mailbox SET byte_count = byte_count + 1",
                "UPDATE mailbox SET message_count = 1", "UPDATE mailbox SET deleted_count = 1", "UPDATE mailbox SET uid_next = 2",
                "UPDATE mailbox SET modseq = 1", "DELETE FROM mail_change", "DELETE FROM mail_keyword", "DELETE FROM mail_message",
                "UPDATE mail_content SET structure = keys", "UPDATE mail_content SET keys = structure", "DELETE FROM mail_body",
                "UPDATE mail_seen SET seen_count = 5",
            ] where "\(statement)" == damage { try tx.execute(statement) }
        }
        var faults: [String] = []
        try MailConsistency.check(fixture.database, fixture.store) { faults.append($0) }
        #expect(faults.contains { $0.contains(told) }, "\(faults)")
    }
}

import CollectionStore
import Database
import Mail
import TestRandom
import Testing

@testable import IMAPServer

/// RFC 5256: SORT and THREAD answer the same, whether what they go by is gathered or read message by message.
@Suite("Ordered answers")
struct OrderedAnswersTests {
    private let site: TestSite
    private let client: TestClient
    private static let count = 1100

    init() throws {
        site = try TestSite()
        client = site.anna()
    }

    private static func message(_ random: inout SeededGenerator) -> [UInt8] {
        func pick(_ texts: [String]) -> String { texts.randomElement(using: &random) ?? "" }
        var head = ""
        if Bool.random(using: &random) { head += "Date: \(Int.random(in: 1...28, using: &random)) Nov 2026 10:00:00 +0\(Int.random(in: 0...9, using: &random))00\r\n" }
        head += "Subject: \(pick(["", "Re: "]))\(pick(["plan", "Plan", "Éclair", "éclair", "a", "ab", "", "zu \(Int.random(in: 0...300, using: &random))"]))\r\n"
        head += "From: \(pick(["Anna", "boris", "\"\""])) <\(pick(["a", "B", "c"]))@x.org>\r\nTo: \(pick(["Z <q@x>", "<r@x>", "zed: a@b;"]))\r\n"
        if Bool.random(using: &random) { head += "Cc: <\(pick(["k", "l"]))@x>\r\n" }
        head += "Message-ID: <\(Int.random(in: 0...2000, using: &random))@x>\r\n"
        if Bool.random(using: &random) { head += "References: <\(Int.random(in: 0...2000, using: &random))@x> <\(Int.random(in: 0...2000, using: &random))@x>\r\n" }
        return Array((head + "\r\n" + String(repeating: "x", count: Int.random(in: 0...9, using: &random)) + "\r\n").utf8)
    }

    private func append(_ count: Int, _ random: inout SeededGenerator) {
        for _ in 0..<(count / 100) {
            var command = Array("x APPEND INBOX".utf8)
            for _ in 0..<100 {
                let message = Self.message(&random)
                command += Array(" {\(message.count)+}\r\n".utf8) + message
            }
            client.send(command + [13, 10])
        }
    }

    private static let questions = [
        "SORT (DATE) UTF-8 ALL", "SORT (REVERSE DATE SUBJECT) UTF-8 ALL", "SORT (SUBJECT REVERSE SIZE) UTF-8 ALL", "UID SORT (ARRIVAL) UTF-8 UNSEEN",
        "SORT (FROM TO CC REVERSE SUBJECT) UTF-8 NOT DELETED", "SORT (DISPLAYFROM REVERSE DISPLAYTO) UTF-8 1:50,900:1100", "SORT (SIZE) UTF-8 SUBJECT plan",
        "SORT (REVERSE SUBJECT) UTF-8 FLAGGED", "THREAD REFERENCES UTF-8 ALL", "UID THREAD ORDEREDSUBJECT UTF-8 UNSEEN", "SORT RETURN (MIN MAX COUNT) (SUBJECT) UTF-8 ALL",
        "THREAD REFERENCES UTF-8 SUBJECT plan",
    ]

    private func answers() -> [String] { Self.questions.map { client.say("s \($0)") } }

    @Test("are the same with what is gathered and without", arguments: [1, 2] as [UInt64])
    func same(seed: UInt64) throws {
        var random = SeededGenerator(state: seed)
        append(Self.count, &random)
        client.say("s SELECT INBOX")
        client.say("s STORE 5:300 +FLAGS.SILENT (\\Seen)")
        client.say("s STORE 290:310,1000 +FLAGS.SILENT (\\Flagged)")
        let plain = answers()
        #expect(plain.allSatisfy { $0.contains("s OK") })
        let maker = MailOrderMaker(site.database, site.context.services.place.store) { 1 }
        func rows() throws -> Int64 { try site.database.read { tx in try tx.first("SELECT COUNT(*) FROM mail_order") { $0.integer(0) } ?? 0 } }
        func make() throws {
            let mailboxes = try site.database.read { tx in try tx.all("SELECT id FROM mailbox") { MailboxID(rawValue: $0.integer(0)) } }
            for mailbox in mailboxes { while try maker.step(mailbox) {} }
        }
        try make()
        #expect(try rows() == 8)
        // What is kept of the answers is forgotten with a change, which takes away none that is asked for.
        func compare(_ before: [String]) {
            for (question, (a, b)) in zip(Self.questions, zip(before, answers())) { #expect(a == b, "\(question)") }
        }
        client.say("s STORE 1 +FLAGS.SILENT (other)")
        compare(plain)

        // Some behind it, and some that are gone.
        append(200, &random)
        client.say("s STORE 400:500 +FLAGS.SILENT (\\Deleted)")
        client.say("s EXPUNGE")
        let mixed = answers()
        #expect(mixed[0] != plain[0])
        try site.database.write { tx in try MailOrder.removeAll(tx) }
        client.say("s STORE 1 -FLAGS.SILENT (other)")
        compare(mixed)

        // A segment that cannot be read is none, and neither is one that lacks messages.
        try make()
        try site.database.write { tx in try tx.execute("UPDATE mail_order SET data = $1 WHERE part = 1", [.bytes([7])]) }
        client.say("s STORE 1 +FLAGS.SILENT (other)")
        compare(mixed)
        try site.database.write { tx in try tx.execute("UPDATE mail_order SET first_uid = 1, last_uid = 4000", []) }
        client.say("s STORE 1 -FLAGS.SILENT (other)")
        compare(mixed)
    }
}

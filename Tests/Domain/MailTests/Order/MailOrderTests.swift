import CollectionStore
import Database
import Testing

@testable import Mail

/// Segments of what is sorted by, and when they are made.
@Suite struct MailOrderTests {
    private let fixture: Fixture
    private let mailbox: Mailbox
    private static let many = MailOrderMaker.fewest

    init() throws {
        fixture = try Fixture()
        mailbox = try fixture.mailbox()
    }

    private func append(_ count: Int, _ subject: String = "s") throws {
        for start in stride(from: 0, to: count, by: 500) {
            try fixture.append(
                (start..<min(start + 500, count)).map {
                    "Subject: \(subject) \($0 % 100)\r\nMessage-ID: <\(subject)\($0)@x>\r\nReferences: <a@x> <b\($0 % 7)@x>\r\n\r\nx\r\n"
                }, to: mailbox)
        }
    }

    private func maker(keep: Milliseconds = .max, at now: Milliseconds = 1000) -> MailOrderMaker {
        MailOrderMaker(fixture.database, fixture.store, keep: keep) { now }
    }

    private func ranges() throws -> [ClosedRange<UID>] { try fixture.read { tx in try MailOrder.entries(tx, of: mailbox.id).map(\.range) } }
    private func faults() throws -> [String] { try fixture.store.orderFaults(fixture.database, of: mailbox.id) }
    private func expunge(_ uids: UIDSet) throws {
        try fixture.write { tx in
            _ = try fixture.store.store(tx, .add, MessageFlags(.deleted), on: uids, in: mailbox.id, viewer: Fixture.alice, now: 2)
            _ = try fixture.store.expunge(tx, .all, in: mailbox.id, by: Fixture.alice, now: 3)
        }
    }

    @Test("a mailbox of few messages has none; one grows by what comes, up to its size, and says what the messages say")
    func grows() throws {
        let maker = maker()
        try append(Self.many - 1)
        #expect(try !maker.step(mailbox.id) && ranges() == [])
        try append(1)
        #expect(try maker.step(mailbox.id) && ranges() == [1...1000] && faults() == [])
        #expect(try !maker.step(mailbox.id))
        try append(Self.many - 1, "t")
        #expect(try !maker.step(mailbox.id))
        try append(1)
        #expect(try maker.step(mailbox.id) && ranges() == [1...2000] && faults() == [])
        try append(3000)
        while try maker.step(mailbox.id) {}
        // What is behind it is too little for another one.
        #expect(try ranges() == [1...4096] && faults() == [])
        try append(100)
        while try maker.step(mailbox.id) {}
        #expect(try ranges() == [1...4096, 4097...5100] && faults() == [])
    }

    @Test("one that is worn, old, damaged or of another version is made anew")
    func isMadeAnew() throws {
        try append(2 * Self.many)
        #expect(try maker().step(mailbox.id))
        try expunge(UIDSet(1...10))
        #expect(try faults() == [])
        func made() throws -> [Int] {
            try maker(at: 9000).tidy(mailbox.id)
            while try maker(at: 9000).step(mailbox.id) {}
            return try fixture.read { tx in try MailOrder.entries(tx, of: mailbox.id).map(\.count) }
        }
        #expect(try made() == [2000])
        try maker(keep: 7999, at: 9000).tidy(mailbox.id)
        #expect(try made() == [1990])
        try expunge(UIDSet(11...1100))
        // It is too few for one of its own now.
        #expect(try made() == [])
        try append(Self.many)
        #expect(try made() == [1900])

        try fixture.write { tx in try tx.execute("UPDATE mail_order SET version = 0", []) }
        #expect(try made() == [1900] && faults() == [])
        try fixture.write { tx in try tx.execute("UPDATE mail_order SET data = $1 WHERE part = 1", [.bytes([9])]) }
        #expect(try faults().count == 1)
        let read = try fixture.read { tx in try MailOrder.segments(tx, of: mailbox.id, from: 1, .subject, limit: 5) }
        #expect(read.map(\.segment.count) == [0])
        #expect(try fixture.read { tx in try MailOrder.segments(tx, of: mailbox.id, from: 1, [], limit: 5) }.map(\.segment.count) == [1900])
    }

    @Test("it goes with its mailbox, and nothing is written for one that is gone")
    func goes() throws {
        try append(Self.many)
        #expect(try maker().step(mailbox.id))
        func rows() throws -> Int64 { try fixture.read { tx in try tx.first("SELECT COUNT(*) FROM mail_order", []) { $0.integer(0) } ?? 0 } }
        #expect(try rows() == 8)
        try fixture.write { tx in try fixture.store.destroyAll(tx, of: Fixture.alice) }
        #expect(try rows() == 0)
        try fixture.write { tx in try MailOrder.write(tx, OrderSegment(), 1...5, of: mailbox.id, now: 1) }
        #expect(try rows() == 0 && !maker().step(mailbox.id))
    }
}

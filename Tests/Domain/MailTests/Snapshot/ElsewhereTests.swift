import CollectionStore
import Database
import Directory
import Mail
import Synchronization
import Testing

/// What a hub was told.
private final class Heard: Sendable {
    private let events = Mutex<[MailHub.Event]>([])
    func add(_ event: MailHub.Event) { events.withLock { $0.append(event) } }
    /// Since the last call.
    func take() -> [MailHub.Event] {
        events.withLock { events in
            defer { events = [] }
            return events
        }
    }
}

@Suite("Changes of mail by other processes")
struct ElsewhereTests {
    private let fixture: Fixture
    /// Another process's, on the same database.
    private let other: MailStore
    private let box: Mailbox
    private let heard = Heard()

    init() throws {
        fixture = try Fixture()
        other = MailStore(maildirs: fixture.store.maildirs)
        box = try fixture.mailbox("a")
        _ = fixture.store.hub.watch(box.id) { [heard] in heard.add($0) }
    }

    private func look(after last: MailLook) throws -> MailLook { try fixture.store.look(fixture.database, after: last) }

    private func append() throws {
        let message = NewMessage(try fixture.content("Subject: a\r\n\r\nb\r\n"), flags: MessageFlags())
        try fixture.write { tx in _ = try other.append(tx, [message], to: box.id, viewer: nil, now: 1) }
    }

    @Test("a look tells of what is watched for the first time, then of what has changed only")
    func looks() throws {
        try append()
        var last = try look(after: MailLook())
        #expect(heard.take().map(\.mailbox) == [box.id])
        last = try look(after: last)
        #expect(heard.take() == [])
        try append()
        last = try look(after: last)
        #expect(heard.take() == [MailHub.Event(owner: Fixture.alice, mailbox: box.id, modseq: try fixture.fresh(box).modseq)])
        _ = try look(after: last)
        #expect(heard.take() == [])
    }

    @Test("a look tells of rights, of deletion, and of who is in a group, which move no modseq")
    func rights() throws {
        var last = try look(after: try look(after: MailLook()))
        _ = heard.take()
        let grant = MailGrant(grantee: .principal(Fixture.bob), rights: [.lookup, .read])
        try fixture.write { tx in try other.setGrant(tx, grant, on: box.id) }
        last = try look(after: last)
        #expect(heard.take().map(\.mailbox) == [box.id])
        let (bob, sales) = try fixture.read { tx in
            (try #require(try LocalDirectory.find(tx, Fixture.bob)), try #require(try LocalDirectory.find(tx, Fixture.sales)))
        }
        try fixture.write { tx in _ = try Groups.add(tx, bob, to: sales, now: 1) }
        last = try look(after: last)
        #expect(heard.take().map(\.mailbox) == [box.id])
        try fixture.write { tx in try other.delete(tx, box.id, now: 2) }
        last = try look(after: last)
        #expect(heard.take().map(\.mailbox) == [box.id])
        try fixture.write { tx in try other.destroyAll(tx, of: Fixture.alice) }
        last = try look(after: last)
        #expect(heard.take().map(\.mailbox) == [box.id])
        _ = try look(after: last)
        #expect(heard.take() == [])
    }

    @Test("who was woken and could not read is woken once more")
    func reminders() throws {
        var last = try look(after: MailLook())
        _ = heard.take()
        fixture.store.hub.remind(box.id)
        fixture.store.hub.remind(MailboxID(rawValue: 99))
        last = try look(after: last)
        #expect(heard.take().map(\.mailbox) == [box.id])
        _ = try look(after: last)
        #expect(heard.take() == [])
    }

    @Test("who watches an owner is told of any mailbox of theirs")
    func owners() throws {
        let all = Heard()
        _ = fixture.store.hub.watchAll(of: Fixture.alice) { all.add($0) }
        let second = try fixture.mailbox("b")
        let last = try look(after: MailLook())
        _ = all.take()
        let message = NewMessage(try fixture.content("Subject: a\r\n\r\nb\r\n"), flags: MessageFlags())
        try fixture.write { tx in _ = try other.append(tx, [message], to: second.id, viewer: nil, now: 1) }
        let next = try look(after: last)
        #expect(all.take().map(\.owner) == [Fixture.alice])
        _ = try look(after: next)
        #expect(all.take() == [])
    }

    @Test("more mailboxes than one statement asks for are all looked at")
    func many() throws {
        let boxes = try (0..<120).map { try fixture.mailbox("many\($0)") }
        for box in boxes { _ = fixture.store.hub.watch(box.id) { [heard] in heard.add($0) } }
        let last = try look(after: MailLook())
        #expect(Set(heard.take().compactMap(\.mailbox)).count == 121)
        let grant = MailGrant(grantee: .principal(Fixture.bob), rights: [.lookup])
        try fixture.write { tx in try other.setGrant(tx, grant, on: boxes[119].id) }
        // Rights are of the owner's list: all of theirs look anew.
        _ = try look(after: last)
        #expect(heard.take().compactMap(\.mailbox).contains(boxes[119].id))
    }

    @Test("a notice wakes those whom it concerns, and nobody else")
    func notices() throws {
        let topic = ChangeNotice.Topic(letter: UInt8(ascii: "m"))
        let notice = ChangeNotice(topic, id: box.id.rawValue, owner: Fixture.alice.rawValue, position: 9)
        fixture.store.hear(.notices([
            notice, ChangeNotice(topic, id: box.id.rawValue &+ 1), ChangeNotice(.init(letter: UInt8(ascii: "x")), id: box.id.rawValue),
        ]))
        #expect(heard.take() == [MailHub.Event(owner: Fixture.alice, mailbox: box.id, modseq: ModSeq(rawValue: 9))])
    }
}

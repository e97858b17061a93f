import CollectionStore
import Directory
import Mail
import Testing

@Suite("Flags, expunging, copies and moves")
struct ChangeTests {
    let fixture: Fixture
    let box: Mailbox
    var store: MailStore { fixture.store }

    init() throws {
        fixture = try Fixture()
        box = try fixture.mailbox()
        try fixture.append((1...5).map { mail("m\($0)") }, to: box)
    }

    @Test("flags are replaced, added and removed; what does not change has no new modseq (RFC 9051 §6.4.6)")
    func store_() throws {
        #expect(try fixture.set(.add, [.seen, .flagged], on: [1, 2, 9], in: box).changed == UIDSet([1, 2]))
        #expect(try fixture.set(.replace, [.answered], keywords: ["x"], on: [2, 3], in: box).changed == UIDSet([2, 3]))
        #expect(try fixture.set(.remove, [.flagged], keywords: ["X"], on: [1, 2, 3], in: box).changed == UIDSet([1, 2, 3]))
        let before = try fixture.fresh(box)
        let nothing = try fixture.set(.add, [.seen], on: [1], in: box)
        #expect(nothing.changed.isEmpty && nothing.modseq == nil)
        #expect(try fixture.fresh(box) == before)
        #expect(try fixture.lines(box) == ["1 S", "2 A", "3 A", "4", "5"])
        #expect(before.unseenCount == 4)
        #expect(try fixture.faults() == [])
    }

    @Test("those that changed after UNCHANGEDSINCE are left alone and told (RFC 7162 §3.1.3)")
    func unchangedSince() throws {
        let position = try fixture.fresh(box).modseq
        try fixture.set(.add, [.flagged], on: [2], in: box)
        let result = try fixture.set(.add, [.deleted], on: [1, 2, 3], in: box, unchangedSince: position)
        #expect(result.failed == UIDSet([2]) && result.changed == UIDSet([1, 3]))
        #expect(try fixture.lines(box) == ["1 D", "2 F", "3 D", "4", "5"])
    }

    @Test("only the flags that may change do (RFC 4314 §4)")
    func allowed() throws {
        try fixture.write { tx in
            _ = try store.store(
                tx, .replace, MessageFlags([.seen, .deleted], keywords: ["k"]), on: .all, in: box.id, viewer: Fixture.alice,
                allowed: [.seen, .flagged], keywordsAllowed: false, now: 1)
        }
        #expect(try fixture.lines(box)[0] == "1 S")
        #expect(try fixture.snapshot(box).keywords == [])
    }

    @Test("what has \\Deleted goes, all or of a set, and its room is given back")
    func expunge() throws {
        try fixture.set(.add, [.deleted], on: [1, 3, 4], in: box)
        let used = try fixture.used()
        let first = try fixture.write { tx in
            try store.expunge(tx, UIDSet(2...3), in: box.id, by: Fixture.alice, now: 2)
        }
        #expect(first.uids == UIDSet([3]))
        #expect(try fixture.write { tx in try store.expunge(tx, in: box.id, by: nil, now: 2).uids } == UIDSet([1, 4]))
        #expect(try fixture.write { tx in try store.expunge(tx, in: box.id, by: nil, now: 2).modseq } == nil)
        #expect(try fixture.lines(box) == ["2", "5"])
        #expect(try fixture.used() < used)
        let next = try fixture.append([mail("six")], to: box)
        #expect(next.uids == UIDSet([6]))
        #expect(try fixture.faults() == [])
    }

    @Test("copies have the flags, dates and octets, and the target's keywords")
    func copy() throws {
        let target = try fixture.mailbox("target")
        try fixture.append([mail("t")], to: target, flags: MessageFlags(keywords: ["other", "B"]))
        try fixture.set(.add, [.flagged], keywords: ["a"], on: [1], in: box)
        try fixture.set(.add, keywords: ["b"], on: [4], in: box)
        // Not 3, which stands between the others.
        let result = try fixture.write { tx in
            try store.copy(tx, UIDSet([1, 2, 4, 5, 77]), from: box.id, to: target.id, viewer: Fixture.alice, now: 9_000)
        }
        #expect(result == CopyResult(uidValidity: target.uidValidity, source: UIDSet([1, 2, 4, 5]), target: UIDSet(2...5)))
        #expect(try fixture.lines(target) == ["1 other B", "2 F a", "3", "4 B", "5"])
        #expect(try fixture.text(target, 4) == mail("m4"))
        #expect(try fixture.lines(box).count == 5)
        #expect(try fixture.faults() == [])
        let nothing = try fixture.write { tx in
            try store.copy(tx, UIDSet([77]), from: box.id, to: target.id, viewer: Fixture.alice, now: 9_000)
        }
        #expect(nothing.source.isEmpty && nothing.target.isEmpty)
    }

    @Test("a sparse set copies what it names and nothing between, nor twice")
    func sparse() throws {
        let target = try fixture.mailbox("target")
        try fixture.append([mail("m6"), mail("m7")], to: box)
        _ = try fixture.write { tx in
            try store.copy(tx, UIDSet([1, 3, 4, 7]), from: box.id, to: target.id, viewer: Fixture.alice, now: 9_000)
        }
        for (uid, source) in [(1, 1), (2, 3), (3, 4), (4, 7)] { #expect(try fixture.text(target, UID(uid)) == mail("m\(source)")) }
        #expect(try fixture.fresh(target).messageCount == 4)
    }

    @Test("a move takes them away without retaining them, and the quota stays (RFC 6851)")
    func move() throws {
        let target = try fixture.mailbox("target")
        try fixture.setQuota(try fixture.used())
        let result = try fixture.write { tx in
            try store.move(tx, UIDSet(2...3), from: box.id, to: target.id, viewer: Fixture.alice, now: 9_000)
        }
        #expect(result.source == UIDSet(2...3) && result.target == UIDSet(1...2))
        #expect(try fixture.lines(box) == ["1", "4", "5"])
        #expect(try fixture.lines(target) == ["1", "2"])
        #expect(try fixture.read { tx in try store.retainedMessages(tx, of: Fixture.alice, limit: 10).isEmpty })
        // Into the same mailbox: new UIDs.
        let within = try fixture.write { tx in
            try store.move(tx, UIDSet([1, 5]), from: box.id, to: box.id, viewer: Fixture.alice, now: 9_000)
        }
        #expect(within.target == UIDSet(6...7))
        #expect(try fixture.lines(box) == ["4", "6", "7"])
        #expect(try fixture.text(box, 7) == mail("m5"))
        #expect(try fixture.faults() == [])
    }

    @Test("a move to another owner moves the quota, where that has room")
    func moveToOther() throws {
        let target = try fixture.mailbox("target", of: Fixture.bob)
        try fixture.setQuota(10, of: Fixture.bob)
        #expect(
            try fixture.refusal { tx in
                _ = try store.move(tx, .all, from: box.id, to: target.id, viewer: Fixture.bob, now: 1)
            } == .quotaExceeded)
        try fixture.setQuota(nil, of: Fixture.bob)
        try fixture.write { tx in _ = try store.move(tx, .all, from: box.id, to: target.id, viewer: Fixture.bob, now: 1) }
        #expect(try fixture.used() == 0)
        #expect(try fixture.used(of: Fixture.bob) > 0)
        #expect(try fixture.faults() == [])
    }

    @Test("sessions are told after the commit, of the mailbox and of its owner's list")
    func hub() throws {
        final class Events: Sendable {
            let all = LockedArray<MailHub.Event>()
        }
        let events = Events()
        let watch = store.hub.watch(box.id) { events.all.append($0) }
        let list = store.hub.watchAll(of: Fixture.alice) { events.all.append($0) }
        try fixture.append([mail("x")], to: box)
        let modseq = try fixture.fresh(box).modseq
        let told = MailHub.Event(owner: Fixture.alice, mailbox: box.id, modseq: modseq)
        #expect(events.all.values == [told, told])
        store.hub.cancel(watch)
        _ = try fixture.mailbox("new")
        #expect(events.all.values.last?.mailbox == nil && events.all.values.count == 3)
        store.hub.cancel(list)
        try fixture.append([mail("x")], to: box)
        #expect(events.all.values.count == 3)
        struct Undone: Error {}
        _ = store.hub.watch(box.id) { events.all.append($0) }
        try? fixture.write { tx in
            _ = try store.append(tx, [NewMessage(try fixture.content(mail("y")))], to: box.id, now: 1)
            throw Undone()
        }
        #expect(events.all.values.count == 3)
    }
}

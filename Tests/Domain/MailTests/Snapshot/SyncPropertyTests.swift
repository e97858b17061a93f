import CollectionStore
import Database
import Directory
import Glibc
import Mail
import TestRandom
import Testing

/// What a client knows that was disconnected at some time.
private struct Client {
    var mailbox: MailboxID
    var viewer: PrincipalID
    var modseq: ModSeq
    /// By UID, as lines.
    var known: [UID: String]
}

@Suite("Clients of any age")
struct SyncPropertyTests {
    @Test("2,000 random changes: counters only rise, counts are a recount, and every client learns the truth", arguments: [1, 2])
    func random(seed: UInt64) throws {
        let fixture = try Fixture()
        var random = SeededGenerator(seed: seed)
        var boxes = [try fixture.mailbox("a"), try fixture.mailbox("b"), try fixture.mailbox("c", of: Fixture.bob)]
        try fixture.write { tx in try fixture.store.setOwnSeen(tx, of: boxes[1].id, true, now: 1) }
        var clients: [Client] = []
        for step in 0..<2_000 {
            let box = boxes[Int.random(in: 0..<boxes.count, using: &random)]
            let viewer = Bool.random(using: &random) ? Fixture.alice : Fixture.bob
            try change(fixture, boxes, box, viewer, step: step, &random)
            for (index, old) in boxes.enumerated() {
                let now = try fixture.fresh(old)
                #expect(now.uidNext >= old.uidNext && now.modseq >= old.modseq && now.uidValidity == old.uidValidity)
                boxes[index] = now
            }
            if Int.random(in: 0..<40, using: &random) == 0 { clients.append(try client(fixture, box, viewer)) }
            if Int.random(in: 0..<300, using: &random) == 0 {
                try fixture.write { tx in _ = try fixture.store.forgetChanges(tx, before: Int64(step), limit: 200) }
            }
            if step % 200 == 199 || step == 10 {
                #expect(try fixture.faults() == [], "step \(step)")
                for client in clients { try check(fixture, client, "step \(step)") }
                clients = clients.suffix(30)
            }
        }
    }

    private func uids(_ mailbox: Mailbox, _ random: inout SeededGenerator) -> UIDSet {
        if Int.random(in: 0..<10, using: &random) == 0 { return .all }
        let count = Int.random(in: 1..<8, using: &random)
        return UIDSet((0..<count).map { _ in UID.random(in: 1...max(1, mailbox.uidNext), using: &random) })
    }

    private func change(
        _ fixture: Fixture, _ boxes: [Mailbox], _ box: Mailbox, _ viewer: PrincipalID, step: Int, _ random: inout SeededGenerator
    ) throws {
        let uids = uids(box, &random)
        let target = boxes[Int.random(in: 0..<boxes.count, using: &random)].id
        let flags = MessageFlags(
            SystemFlags(rawValue: UInt64.random(in: 0..<32, using: &random)),
            keywords: Bool.random(using: &random) ? ["k\(Int.random(in: 0..<6, using: &random))"] : [])
        let now = Int64(step)
        let kind = Int.random(in: 0..<12, using: &random)
        let change = [FlagChange.add, .remove, .replace][Int.random(in: 0..<3, using: &random)]
        let messages = try (0..<Int.random(in: 1..<4, using: &random)).map { number in
            NewMessage(try fixture.content(mail("\(step)-\(number)")), flags: flags)
        }
        try fixture.write { tx in
            let store = fixture.store
            switch kind {
            case 0...3: _ = try store.append(tx, messages, to: box.id, viewer: viewer, now: now)
            case 4...7: _ = try store.store(tx, change, flags, on: uids, in: box.id, viewer: viewer, now: now)
            case 8: _ = try store.expunge(tx, uids, in: box.id, by: viewer, now: now)
            case 9: _ = try store.copy(tx, uids.intersection(UIDSet(1...50)), from: box.id, to: target, viewer: viewer, now: now)
            case 10: _ = try store.move(tx, uids, from: box.id, to: target, viewer: viewer, now: now)
            default: _ = try store.restore(tx, messages: uids, from: box.id, of: box.owner, now: now)
            }
        }
    }

    private func state(_ snapshot: MailboxSnapshot) -> [UID: String] {
        let lines = Fixture.lines(snapshot)
        return Dictionary(uniqueKeysWithValues: lines.enumerated().map { (snapshot.uid(at: $0.offset), $0.element) })
    }

    private func client(_ fixture: Fixture, _ box: Mailbox, _ viewer: PrincipalID) throws -> Client {
        let snapshot = try fixture.snapshot(box, for: viewer)
        return Client(mailbox: box.id, viewer: viewer, modseq: snapshot.modseq, known: state(snapshot))
    }

    /// RFC 7162: what the client knows, with what it is told now, is what is there.
    private func check(_ fixture: Fixture, _ client: Client, _ place: Comment) throws {
        try fixture.read { tx in
            let mailbox = try #require(try fixture.store.mailbox(tx, client.mailbox))
            let snapshot = try fixture.store.snapshot(tx, of: mailbox, for: client.viewer)
            // One that was brought forward is the one that is read anew.
            let anew = try MailStore().snapshot(tx, of: mailbox, for: client.viewer)
            let truth = state(anew)
            #expect(state(snapshot) == truth, place)
            #expect(snapshot.difference(from: anew).changed.isEmpty || client.viewer != mailbox.owner, place)
            #expect(snapshot.uidNext == mailbox.uidNext && snapshot.modseq == mailbox.modseq)
            #expect(snapshot.count == mailbox.messageCount)
            let unseen = (0..<snapshot.count).count { !snapshot.flags(at: $0).contains(.seen) }
            #expect(try fixture.store.unseenCount(tx, of: mailbox, for: client.viewer) == unseen, place)

            var known = client.known
            let vanished = try fixture.store.vanished(tx, from: mailbox, since: client.modseq)
            for uid in known.keys where vanished.uids.contains(uid) { known[uid] = nil }
            for uid in anew.changed(since: client.modseq).elements { known[uid] = truth[uid] }
            #expect(known == truth, place)
            #expect(vanished.uids.intersection(anew.uidSet).isEmpty, place)
        }
    }

    @Test("two connections at work on one mailbox: nothing is lost, and no UID is given twice")
    func concurrent() async throws {
        let fixture = try Fixture()
        let box = try fixture.mailbox()
        let (database, store) = (fixture.database, fixture.store)
        let content = try fixture.content(mail("x"))
        let given = LockedArray<UID>()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in 0..<3 {
                group.addTask {
                    try await onThread {
                        for step in 0..<30 {
                            let result = try database.write { tx in
                                try store.append(tx, [NewMessage(content)], to: box.id, now: 1)
                            }
                            for uid in result.uids.elements { given.append(uid) }
                            if step % 3 == worker {
                                _ = try database.write { tx in
                                    try store.store(
                                        tx, .add, MessageFlags(.deleted), on: result.uids, in: box.id, viewer: Fixture.alice, now: 1)
                                }
                                _ = try database.write { tx in try store.expunge(tx, in: box.id, by: nil, now: 1) }
                            }
                            _ = try database.read { tx in try store.snapshot(tx, of: box.id, for: Fixture.alice) }
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(given.values.sorted() == Array(1...90))
        #expect(try fixture.faults() == [])
        let anew = try fixture.read { tx in try MailStore().snapshot(tx, of: box.id, for: Fixture.alice) }
        #expect(try fixture.snapshot(box).difference(from: anew).isEmpty)
        #expect(anew.count == 60)
    }

    @Test("a log that is forgotten makes the answer complete, never wrong (RFC 7162 §3.2.5.1)")
    func floor() throws {
        let fixture = try Fixture()
        let box = try fixture.mailbox()
        try fixture.append((0..<4).map { mail("m\($0)") }, to: box)
        let position = try fixture.fresh(box).modseq
        try fixture.write { tx in
            _ = try fixture.store.expunge(tx, UIDSet([2]), in: box.id, onlyDeleted: false, by: nil, now: 7_000)
        }
        func vanished() throws -> VanishedUIDs {
            try fixture.read { tx in
                try fixture.store.vanished(tx, from: try #require(try fixture.store.mailbox(tx, box.id)), since: position)
            }
        }
        #expect(try vanished() == VanishedUIDs(UIDSet([2]), isExact: true))
        try fixture.append([mail("m5")], to: box, now: 8_000)
        #expect(try fixture.write { tx in try fixture.store.forgetChanges(tx, before: 7_500, limit: 100) } == 2)
        #expect(try fixture.fresh(box).logFloor > position)
        #expect(try vanished() == VanishedUIDs(UIDSet([2]), isExact: false))
        #expect(try fixture.faults() == [])
    }

    @Test("what snapshots are kept of is bounded, and those that go come back the same")
    func cache() throws {
        var limits = MailLimits()
        limits.cachedMessages = 200
        let fixture = try Fixture(limits: limits)
        let boxes = try (0..<8).map { try fixture.mailbox("b\($0)") }
        for box in boxes { try fixture.append((0..<10).map { mail("m\($0)") }, to: box) }
        for _ in 0..<3 {
            for box in boxes { #expect(try fixture.snapshot(box).count == 10) }
        }
    }
}

/// Runs what blocks on a thread of its own: on a cooperative one it would stand in the way of the tests.
func onThread<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    return try await withCheckedThrowingContinuation { continuation in
        let work = Work { continuation.resume(with: Swift.Result(catching: body)) }
        var thread = pthread_t()
        let code = pthread_create(&thread, nil, { context in
            guard let context else { return nil }
            Unmanaged<Work>.fromOpaque(context).takeRetainedValue().run()
            return nil
        }, Unmanaged.passRetained(work).toOpaque())
        precondition(code == 0)
        pthread_detach(thread)
    }
}

private final class Work: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}

import Bytes
import CollectionStore
import Database
import TestRandom
import Testing

@testable import Mail

/// Snapshots as they are stored.
@Suite struct StoredSnapshotTests {
    private static func random(_ random: inout SeededGenerator) -> MailboxSnapshot {
        var snapshot = MailboxSnapshot(mailbox: MailboxID(rawValue: 7), modseq: ModSeq(rawValue: 900))
        var uid: UID = 0
        for _ in 0..<Int.random(in: 0..<200, using: &random) {
            uid += UID.random(in: 1...3, using: &random) == 3 ? UID.random(in: 1...1_000_000, using: &random) : 1
            let flags = Bool.random(using: &random) ? 1 : UInt64.random(in: 0...UInt64.max, using: &random)
            snapshot.append(uid, flags: flags, modseq: Int64.random(in: 1...3, using: &random))
        }
        snapshot.uidNext = uid + UInt32.random(in: 1...5, using: &random)
        return snapshot
    }

    @Test("what is written is read again; nothing else is, and no bytes trap", arguments: 0..<50 as Range<UInt64>)
    func isReadAgain(_ seed: UInt64) {
        var random = SeededGenerator(state: seed)
        let snapshot = Self.random(&random)
        let bytes = StoredSnapshot.encoded(snapshot)
        let read = StoredSnapshot.open(bytes, of: snapshot.mailbox, at: snapshot.modseq)
        #expect(read?.count == snapshot.count && read?.firstUnseen == snapshot.firstUnseen)
        for uid in snapshot.columns.uids.prefix(50).flatMap({ [$0 - 1, $0, $0 + 1] }) + [snapshot.uidNext, .max] {
            #expect(read?.firstIndex(from: uid) == snapshot.firstIndex(from: uid))
        }
        #expect(read?.columns.uids == snapshot.columns.uids && read?.columns.flags == snapshot.columns.flags && read?.columns.modseqs == snapshot.columns.modseqs)
        #expect(read?.uidNext == snapshot.uidNext && read?.modseq == snapshot.modseq)
        for end in bytes.indices { #expect(StoredSnapshot.open(Array(bytes[..<end]), of: snapshot.mailbox, at: snapshot.modseq) == nil) }
        for _ in 0..<200 {
            var changed = bytes
            for _ in 0..<3 { changed[Int.random(in: changed.indices, using: &random)] = UInt8.random(in: 0...255, using: &random) }
            #expect(changed == bytes || StoredSnapshot.open(changed, of: snapshot.mailbox, at: snapshot.modseq) == nil)
            // Also where the sum is right.
            guard let odd = StoredSnapshot.columns(changed) else { continue }
            #expect(odd.uids.count == odd.flags.count && odd.uids.count == odd.modseqs.count)
            #expect(zip(odd.uids, odd.uids.dropFirst()).allSatisfy { $0 < $1 })
        }
    }

    @Test("a process that comes later has the mailbox from it, with what happened since")
    func isBroughtForward() throws {
        let fixture = try Fixture()
        let mailbox = try fixture.mailbox()
        let count = MailStore.fewestStored
        for _ in 0..<4 { try fixture.append((0..<(count / 4)).map { "Subject: \($0)\r\n\r\nx\r\n" }, to: mailbox) }
        func snapshot(_ store: MailStore) throws -> MailboxSnapshot {
            try fixture.read { tx in try store.snapshot(tx, of: mailbox.id, for: Fixture.alice) }
        }
        func rows() throws -> Int64 { try fixture.read { tx in try tx.first("SELECT COUNT(*) FROM mail_snapshot", []) { $0.integer(0) } ?? 0 } }
        let first = try snapshot(fixture.store)
        #expect(try rows() == 0)
        try fixture.store.storeSnapshot(fixture.database, of: mailbox.id)
        #expect(try rows() == 1)
        try fixture.store.storeSnapshot(fixture.database, of: mailbox.id)

        // Who has no time has it too, until it is not as the mailbox is now.
        func atOnce() throws -> MailboxSnapshot? {
            let fresh = try fixture.fresh(mailbox)
            let store = MailStore(maildirs: fixture.store.maildirs)
            return try fixture.read { tx in try store.snapshotAtOnce(tx, of: fresh, for: Fixture.alice) }
        }
        #expect(try atOnce()?.columns.uids == first.columns.uids)

        // That it is read shows by a change that nobody may make so.
        try fixture.write { tx in _ = try tx.execute("UPDATE mail_message SET flags = 4 WHERE mailbox_id = $1 AND uid = 7", [.integer(mailbox.id.rawValue)]) }
        let second = try snapshot(MailStore(maildirs: fixture.store.maildirs))
        #expect(second.columns.uids == first.columns.uids && second.columns.flags == first.columns.flags && second.columns.modseqs == first.columns.modseqs && second.uidNext == first.uidNext)
        try fixture.write { tx in _ = try tx.execute("UPDATE mail_message SET flags = 0 WHERE mailbox_id = $1 AND uid = 7", [.integer(mailbox.id.rawValue)]) }

        try fixture.write { tx in
            _ = try fixture.store.store(tx, .add, MessageFlags(.seen, keywords: ["late"]), on: UIDSet(5...9), in: mailbox.id, viewer: Fixture.alice, now: 2)
            _ = try fixture.store.store(tx, .add, MessageFlags(.deleted), on: UIDSet(20...30), in: mailbox.id, viewer: Fixture.alice, now: 2)
            _ = try fixture.store.expunge(tx, .all, in: mailbox.id, by: Fixture.alice, now: 3)
        }
        try fixture.append(["Subject: new\r\n\r\nx\r\n"], to: mailbox)
        #expect(try atOnce() == nil)
        let third = try snapshot(MailStore(maildirs: fixture.store.maildirs))
        let fresh = try fixture.fresh(mailbox)
        let whole = try fixture.read { tx in try SnapshotReader(mailbox: fresh, seenOwner: nil).whole(tx) }
        #expect(third.columns.uids == whole.columns.uids && third.columns.flags == whole.columns.flags && third.columns.modseqs == whole.columns.modseqs)
        #expect(third.modseq == whole.modseq && third.uidNext == whole.uidNext && third.keywords == ["late"])

        // A log that does not go back so far is no reason for an old view; bytes without sense are none.
        _ = try fixture.write { tx in try tx.execute("UPDATE mailbox SET log_floor = modseq - 1", []) }
        #expect(try snapshot(MailStore(maildirs: fixture.store.maildirs)).columns.flags == whole.columns.flags)
        _ = try fixture.write { tx in try tx.execute("UPDATE mail_snapshot SET data = $1", [.bytes([9])]) }
        #expect(try snapshot(MailStore(maildirs: fixture.store.maildirs)).columns.flags == whole.columns.flags)
        // One that cannot be read is replaced, though nothing has changed since.
        try fixture.append((0..<20).map { "Subject: later \($0)\r\n\r\nx\r\n" }, to: mailbox)
        _ = try fixture.write { tx in
            try tx.execute("UPDATE mail_snapshot SET data = $1, modseq = (SELECT modseq FROM mailbox WHERE id = mailbox_id)", [.bytes([9])])
        }
        let other = MailStore(maildirs: fixture.store.maildirs)
        _ = try snapshot(other)
        try other.storeSnapshot(fixture.database, of: mailbox.id)
        #expect(try fixture.read { tx in try tx.first("SELECT data FROM mail_snapshot", []) { $0.bytes(0).count } ?? 0 } > 1)
        try fixture.write { tx in try fixture.store.forgetStoredSnapshots(tx) }
        #expect(try rows() == 0)
    }

    @Test("a count that the bytes do not have costs nothing")
    func isBounded() {
        var bytes = Array(repeating: 0 as UInt8, count: 8)
        for number in [2, UInt64(UInt32.max), UInt64(UInt32.max) - 1, 0, 1, UInt64(UInt32.max) - 3] { bytes.appendNumber(number) }
        #expect(StoredSnapshot.columns(bytes) == nil)
    }
}

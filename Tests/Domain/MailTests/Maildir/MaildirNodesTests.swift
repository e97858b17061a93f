import CollectionStore
import Database
import Directory
import Glibc
import Testing

@testable import Mail

@Suite("Two nodes on one Maildir")
struct MaildirNodesTests {
    /// Each node changes flags of its own messages, and both give the names of all of them.
    @Test("no flag that one has changed is taken back by the other, and no message is lost or there twice", arguments: [1, 2] as [UInt64])
    func flags(seed: UInt64) async throws {
        let site = try MaildirSite()
        let (fixture, box) = (site.fixture, site.box)
        let count = 12
        try fixture.append((0..<count).map { mail("\($0)") }, to: box)
        let stores = [site.store, MailStore(maildirs: Maildirs(root: site.root, isShared: true))]
        let database = fixture.database
        var wanted: [UID: SystemFlags] = [:]
        try await withThrowingTaskGroup(of: [UID: SystemFlags].self) { group in
            for (number, store) in stores.enumerated() {
                group.addTask {
                    try await onThread {
                        var random = seed &* 0x9E37_79B9_7F4A_7C15 &+ UInt64(number)
                        var flags: [UID: SystemFlags] = [:]
                        for step in 0..<60 {
                            random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                            let uid = UID(1 + number + 2 * Int((random >> 33) % UInt64(count / 2)))
                            let new = SystemFlags(rawValue: (random >> 40) & SystemFlags.all.subtracting(.deleted).rawValue)
                            flags[uid] = new
                            _ = try database.write { tx in
                                try store.store(
                                    tx, .replace, MessageFlags(new), on: UIDSet([uid]), in: box.id, viewer: Fixture.alice, now: 10_000)
                            }
                            if step % 2 == number {
                                try store.lookAtFiles(database, of: box.id, isTouched: true, now: 10_000)
                            }
                        }
                        return flags
                    }
                }
            }
            for try await flags in group { wanted.merge(flags) { _, new in new } }
        }
        for store in stores { try store.lookAtFiles(database, of: box.id, isTouched: true, now: 10_000) }
        let snapshot = try fixture.snapshot(box)
        #expect(snapshot.count == count)
        for (uid, flags) in wanted {
            let index = try #require(snapshot.index(of: uid))
            #expect(snapshot.flags(at: index).flags(snapshot.keywords).system == flags, "UID \(uid)")
        }
        #expect(try site.names("new").count + site.names("cur").count == count)
        for store in stores { #expect(store.maildirs?.takeNotes() == []) }
        #expect(try fixture.faults() == [])
    }
}

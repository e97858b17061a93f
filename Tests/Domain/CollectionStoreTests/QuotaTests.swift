import CollectionStore
import Database
import Directory
import Testing

@Suite("Quotas")
struct QuotaTests {
    let fixture: Fixture
    private let small = content("1")
    private let large = content(String(repeating: "x", count: 100))

    init() throws { fixture = try Fixture() }

    @Test("what is used is what is there")
    func used() throws {
        let (one, hundred) = (Int64(small.size), Int64(large.size))
        try fixture.write { tx throws in try tx.put(small, as: "a", in: try tx.home()) }
        #expect(try fixture.used() == one)
        try fixture.write { tx throws in try tx.put(large, as: "a", in: try tx.home()) }
        #expect(try fixture.used() == hundred)
        try fixture.write { tx throws in
            try Members.copy(
                tx, try #require(try tx.member("a", in: try tx.home())), to: try tx.home(of: Fixture.bob), name: "a",
                now: 3)
        }
        #expect(try fixture.used(of: Fixture.bob) == hundred)
        try fixture.write { tx throws in
            let home = try tx.home()
            try Members.move(
                tx, try #require(try tx.member("a", in: home)), from: home, to: try tx.home(of: Fixture.bob), name: "b",
                now: 3)
        }
        #expect(try fixture.used() == 0)
        #expect(try fixture.used(of: Fixture.bob) == 2 * hundred)
        try fixture.write { tx throws in
            let home = try tx.home(of: Fixture.bob)
            try tx.put(small, as: "a", in: home)
            try tx.remove("b", in: home)
        }
        #expect(try fixture.used(of: Fixture.bob) == one)
    }

    @Test("in a batch what fits is taken, and what does not is refused by itself")
    func batch() throws {
        try fixture.setQuota(Int64(large.size + small.size))
        let refused = try fixture.write { tx -> [String] in
            var refused: [String] = []
            let home = try tx.home()
            try ChangeBatch.run(tx, in: home, now: 2) { batch in
                for (name, content) in [("a", large), ("b", large), ("c", small), ("d", small)] {
                    do {
                        try Members.put(tx, in: home, name: name, existing: nil, content: content, with: batch, now: 2)
                    } catch StoreRefusal.quotaExceeded {
                        refused.append(name)
                    }
                }
                // What goes makes room.
                try Members.discard(tx, try #require(try tx.member("a", in: home)), in: home, with: batch, now: 2)
                try Members.put(tx, in: home, name: "b", existing: nil, content: large, with: batch, now: 2)
            }
            return refused
        }
        #expect(refused == ["b", "d"])
        #expect(try fixture.used() == Int64(large.size + small.size))
        let home = try fixture.write { tx in try tx.home() }
        #expect(home.memberCount == 2 && home.modified == 2)
        let log = try fixture.read { tx in try ChangeLog.changes(tx, in: home, since: ModSeq(rawValue: 0), limit: 100) }
        #expect(log.reached == home.modseq && log.changes.map(\.name) == ["c", "a", "b"])
    }

    @Test("a batch in which all was refused changes nothing")
    func refusedBatch() throws {
        try fixture.setQuota(0)
        let before = try fixture.dump()
        try fixture.write { tx in
            let home = try tx.home()
            try ChangeBatch.run(tx, in: home, now: 9) { batch in
                var refusal: StoreRefusal?
                do {
                    try Members.put(tx, in: home, name: "a", existing: nil, content: small, with: batch, now: 9)
                } catch let found as StoreRefusal { refusal = found }
                #expect(refusal == .quotaExceeded)
            }
        }
        #expect(try fixture.dump() == before)
    }

    @Test("what fills the quota to the byte is taken, a byte more is refused")
    func limit() throws {
        try fixture.setQuota(Int64(large.size))
        try fixture.write { tx throws in try tx.put(small, as: "a", in: try tx.home()) }
        #expect(try fixture.refusal { tx throws in try tx.put(large, as: "b", in: try tx.home()) } == .quotaExceeded)
        try fixture.write { tx throws in try tx.put(large, as: "a", in: try tx.home()) }
        #expect(
            try fixture.refusal { tx throws in
                let home = try tx.home()
                try Members.copy(tx, try #require(try tx.member("a", in: home)), to: home, name: "b", now: 3)
            } == .quotaExceeded)
    }

    @Test("above a quota that was lowered one may still write less, move and delete")
    func loweredLimit() throws {
        try fixture.write { tx throws in
            try tx.put(large, as: "a", in: try tx.home())
            try tx.put(large, as: "b", in: try tx.home())
        }
        try fixture.setQuota(5)
        try fixture.write { tx throws in
            let home = try tx.home()
            try tx.put(small, as: "a", in: home)
            try Members.move(
                tx, try #require(try tx.member("b", in: home)), from: home, to: try tx.folder("f"), name: "b", now: 3)
            try tx.remove("b", in: try tx.folder("f"))
        }
        #expect(try fixture.used() == Int64(small.size))
    }

    @Test("a tree that has no room at its new owner's stays where it is", arguments: [true, false])
    func trees(isMove: Bool) throws {
        try fixture.write { tx throws in
            let folder = try tx.folder("a")
            try tx.put(small, as: "f", in: folder)
            try tx.put(small, as: "f", in: try tx.folder("b", in: folder))
        }
        func transfer(_ tx: borrowing WriteTransaction) throws {
            let (folder, target) = (try tx.folder("a"), try tx.home(of: Fixture.bob))
            if isMove {
                try Collections.move(tx, folder, to: target, name: "a", now: 5)
            } else {
                try Collections.copy(tx, folder, to: target, name: "a", deeply: true, now: 5)
            }
        }
        try fixture.setQuota(2 * Int64(small.size) - 1, of: Fixture.bob)
        #expect(try fixture.refusal { tx throws in try transfer(tx) } == .quotaExceeded)
        try fixture.setQuota(2 * Int64(small.size), of: Fixture.bob)
        try fixture.write { tx throws in try transfer(tx) }
        #expect(try fixture.used(of: Fixture.bob) == 2 * Int64(small.size))
        #expect(try fixture.used() == (isMove ? 0 : 2 * Int64(small.size)))
    }
    // MARK: Properties

    private func set(
        _ tx: borrowing WriteTransaction, _ size: Int, on collection: Collection, _ member: Member? = nil, name: String = "p"
    ) throws {
        try DeadProperties.set(
            tx, of: collection.id, member?.id, namespace: "n", name: name, value: [UInt8](repeating: 1, count: size))
        if let member { try Members.propertiesChanged(tx, of: member, now: 5) }
    }

    @Test("properties count from 4 KiB on, of members and of collections, wherever these go")
    func properties() throws {
        let large = 5096
        try fixture.write { tx throws in
            let folder = try tx.folder("f")
            try tx.put(content("1"), as: "a", in: folder)
            try set(tx, 4096, on: folder, try tx.member("a", in: folder))
        }
        let small = try fixture.used()
        #expect(small == Int64(content("1").size))
        func expectUsed(_ extra: Int64, of owner: PrincipalID = Fixture.alice, beside: Int64? = nil) throws {
            #expect(try fixture.used(of: owner) == (beside ?? small) + extra)
            try expectConsistent(fixture)
        }
        try fixture.write { tx throws in try set(tx, 1000, on: try tx.folder("f"), try tx.member("a", in: try tx.folder("f")), name: "q") }
        try expectUsed(1000)
        try fixture.write { tx throws in try set(tx, large, on: try tx.folder("f")) }
        try expectUsed(2000)
        try fixture.write { tx throws in _ = try Collections.copy(tx, try tx.folder("f"), to: try tx.home(), name: "g", deeply: true, now: 6) }
        try expectUsed(4000, beside: 2 * small)
        try fixture.write { tx throws in try Collections.remove(tx, try tx.folder("g"), now: 7) }
        try expectUsed(2000)
        let item = try #require(try fixture.read { tx throws in try Trash.items(tx, of: Fixture.alice) }.first)
        try fixture.write { tx throws in _ = try tx.restore(item.id, of: Fixture.alice, now: 8) }
        try expectUsed(4000, beside: 2 * small)
        try fixture.write { tx throws in
            try Collections.move(tx, try tx.folder("g"), to: try tx.home(of: Fixture.bob), name: "g", now: 9)
        }
        try expectUsed(2000)
        try expectUsed(2000, of: Fixture.bob)
        try fixture.write { tx throws in
            let (from, to) = (try tx.folder("f"), try tx.folder("g", of: Fixture.bob))
            try Members.move(tx, try #require(try tx.member("a", in: from)), from: from, to: to, name: "moved", now: 10)
        }
        try expectUsed(1000, beside: 0)
        try expectUsed(3000, of: Fixture.bob, beside: 2 * small)
        try fixture.write { tx throws in try tx.remove("moved", in: try tx.folder("g", of: Fixture.bob), now: 11) }
        try expectUsed(2000, of: Fixture.bob)
        try fixture.write { tx throws in
            let folder = try tx.folder("f")
            try DeadProperties.remove(tx, of: folder.id, nil, namespace: "n", name: "p")
        }
        try expectUsed(0, beside: 0)
    }

    @Test("a property for which there is no room is refused, and one that becomes shorter never is")
    func noRoomForProperty() throws {
        let folder = try fixture.write { tx throws in try tx.folder("f") }
        try fixture.write { tx throws in try set(tx, 6096, on: folder) }
        try fixture.setQuota(1000)
        #expect(try fixture.refusal { tx throws in try set(tx, 6097, on: folder) } == .quotaExceeded)
        #expect(try fixture.refusal { tx throws in try set(tx, 1, on: folder, name: "q") } == .quotaExceeded)
        try fixture.write { tx throws in try set(tx, 6000, on: folder) }
        #expect(try fixture.used() == 1904)
        #expect(try fixture.refusal { tx throws in
            _ = try Collections.copy(tx, folder, to: try tx.home(), name: "g", deeply: true, now: 6)
        } == .quotaExceeded)
    }
}

@Suite("Blobs")
struct BlobsTests {
    let fixture: Fixture

    init() throws { fixture = try Fixture() }

    private func counts() throws -> [Int64] {
        try fixture.read { tx throws in try tx.all("SELECT reference_count FROM blob ORDER BY id") { $0.integer(0) } }
    }

    @Test("bytes are kept as long as a member, the trash or the history has them")
    func references() throws {
        try fixture.write { tx throws in
            let home = try tx.home()
            try tx.put(content("1"), as: "a", in: home)
            try Members.copy(tx, try #require(try tx.member("a", in: home)), to: home, name: "b", now: 3)
        }
        #expect(try counts() == [2])
        try fixture.write { tx throws in try tx.remove("a", in: try tx.home()) }
        #expect(try counts() == [3])
        try fixture.write { tx throws in try tx.put(content("2"), as: "b", in: try tx.home()) }
        #expect(try counts() == [3, 1])
        try fixture.forgetHistory()
        #expect(try counts() == [1, 1])
        try fixture.write { tx throws in _ = try Trash.purge(tx, before: 100, limit: 10) }
        #expect(try counts() == [1])
    }

    @Test("a file that nothing has any more is noted, and swept with its note")
    func files() throws {
        let files = try TemporaryFiles()
        func file(_ bytes: [UInt8]) throws -> MemberContent {
            let name = try files.store.adopt(path: try files.spool(bytes))
            return MemberContent(place: .file(name), size: bytes.count, etag: ETag.of(bytes), facts: MemberFacts())
        }
        let (one, same, other) = (try file([1, 2, 3]), try file([1, 2, 3]), try file([4]))
        try fixture.write { tx throws in
            let home = try tx.home()
            #expect(try tx.put(one, as: "f", in: home) == .created)
            #expect(try tx.put(same, as: "f", in: home) == .unchanged)
        }
        func stored() throws -> Int {
            var count = 0
            try files.store.forEachName { _ in count += 1 }
            return count
        }
        #expect(try stored() == 3)
        try Blobs.sweep(fixture.database, files.store)
        #expect(try stored() == 2, "the second upload of the same bytes is not needed")
        try fixture.write { tx throws in
            let home = try tx.home()
            #expect(try tx.put(other, as: "f", in: home) == .replaced)
            let member = try #require(try tx.member("f", in: home))
            let body = try Blobs.read(tx.read, member.blobID)
            guard case .file = body else { Issue.record("\(body)"); return }
            var isCalled = false
            #expect(try !Blobs.withBytes(tx.read, member.blobID) { _ in isCalled = true })
            #expect(!isCalled)
        }
        try fixture.forgetHistory()
        try Blobs.sweep(fixture.database, files.store)
        #expect(try stored() == 1)
        #expect(
            try fixture.read { tx throws in try tx.first("SELECT COUNT(*) FROM unused_file") { $0.integer(0) } } == 0)
    }

    @Test("bytes are read in place or copied, and a missing blob is damage")
    func reading() throws {
        try fixture.write { tx throws in
            try tx.put(
                MemberContent(place: .bytes([]), size: 0, etag: ETag.of([]), facts: MemberFacts()), as: "empty",
                in: try tx.home())
            let member = try #require(try tx.member("empty", in: try tx.home()))
            #expect(try Blobs.read(tx.read, member.blobID) == .bytes([]))
            var size = -1
            #expect(try Blobs.withBytes(tx.read, member.blobID) { size = $0.count })
            #expect(size == 0)
            #expect(throws: Failure.self) { try Blobs.read(tx.read, 999) }
        }
        #expect(throws: Failure.self) {
            try fixture.write { tx throws in
                try tx.put(
                    MemberContent(place: .blob(999), size: 0, etag: "e", facts: MemberFacts()), as: "x",
                    in: try tx.home())
            }
        }
    }

    @Test("what a crash left in the file store is found when it is old enough, and only that")
    func unusedFiles() throws {
        let files = try TemporaryFiles()
        let kept = try files.store.adopt(path: try files.spool([1]))
        let left = try files.store.adopt(path: try files.spool([2]))
        try fixture.write { tx throws in
            try tx.put(
                MemberContent(place: .file(kept), size: 1, etag: "e", facts: MemberFacts()), as: "f", in: try tx.home())
        }
        // The file's own time is the machine's; the present is given.
        #expect(try UnusedFiles.note(fixture.database, files.store, now: 0) == 0)
        #expect(try UnusedFiles.note(fixture.database, files.store, now: .max) == 1)
        #expect(try UnusedFiles.note(fixture.database, files.store, now: .max) == 0, "it is noted already")
        try Blobs.sweep(fixture.database, files.store)
        var names: [String] = []
        try files.store.forEachName { names.append($0) }
        #expect(names == [kept] && left != kept)
    }

    @Test("equal bytes have equal ETags, others others")
    func etags() {
        #expect(ETag.of([1, 2, 3]) == "039058c6f2c0cb492c533b0a4d14ef77")
        #expect(ETag.of([1, 2, 3]) != ETag.of([1, 2]))
    }
}

import CollectionStore
import Database
import Directory
import Testing

@Suite("Managed attachments (RFC 8607)")
struct AttachmentsTests {
    let fixture: Fixture

    init() throws { fixture = try Fixture() }

    /// An event that refers to attachments, each of a hundred bytes times its place.
    private func make(_ ids: String..., as name: String = "a.ics", of owner: PrincipalID = Fixture.alice) throws {
        try fixture.write { tx throws in
            let calendar = try tx.calendar(of: owner)
            for (index, id) in ids.enumerated() where try Attachments.find(tx.read, managedID: id) == nil {
                let bytes = [UInt8](repeating: UInt8(index), count: 100 * (index + 1))
                try Attachments.add(
                    tx, managedID: id, filename: nil,
                    content: MemberContent(
                        place: .bytes(bytes), size: bytes.count, etag: ETag.of(bytes),
                        facts: MemberFacts(contentType: "text/plain")), in: calendar, now: 5)
            }
            try tx.put(
                content(([name] + ids.map { "@" + $0 }).joined(separator: "|"), uid: name), as: name, in: calendar)
        }
    }

    private func purge(at now: Milliseconds) throws -> Int {
        try fixture.write { tx throws in try AttachmentPurge.run(tx, now: now, grace: 1000, limit: 10) }
    }

    private func calendars(_ id: String) throws -> [String] {
        try fixture.read { tx throws in
            guard let found = try Attachments.find(tx, managedID: id) else { return ["gone"] }
            return try Attachments.collections(tx, referringTo: found, for: found.owner).map(\.name)
        }
    }

    private func remove(_ name: String = "a.ics") throws {
        try fixture.write { tx throws in try tx.remove(name, in: try tx.calendar(), now: 7) }
    }

    @Test("an attachment is kept with what was said of it")
    func found() throws {
        try make("x")
        try fixture.read { tx throws in
            let found = try #require(try Attachments.find(tx, managedID: "x"))
            #expect(found.size == 100 && found.contentType == "text/plain" && found.owner == Fixture.alice)
            #expect(try Blobs.read(tx, found.blobID) == .bytes([UInt8](repeating: 0, count: 100)))
            #expect(try Attachments.find(tx, managedID: "X") == nil)
            #expect(try Attachments.find(tx, managedID: String(repeating: "x", count: 300)) == nil)
            #expect(try Attachments.find(tx, managedID: "x\0") == nil)
        }
        #expect(try calendars("x") == ["work"])
        try expectConsistent(fixture)
    }

    @Test("it counts to the quota of each object that refers to it, and not in the trash")
    func quota() throws {
        try make("x", "y")
        let one = try fixture.used()
        #expect(one == Int64(content("a.ics|@x|@y", uid: "a.ics").size) + 300)
        try make("x", as: "b.ics")
        #expect(try fixture.used() == one + Int64(content("b.ics|@x", uid: "b.ics").size) + 100)
        try remove()
        try remove("b.ics")
        #expect(try fixture.used() == 0)
        let item = try #require(try fixture.read { tx throws in try Trash.items(tx, of: Fixture.alice) }.last)
        try fixture.write { tx throws in _ = try tx.restore(item.id, of: Fixture.alice, now: 9) }
        try expectConsistent(fixture)
        try fixture.setQuota(try fixture.used() + 10)
        #expect(throws: StoreRefusal.quotaExceeded) { try make("z", as: "c.ics") }
        try expectConsistent(fixture)
    }

    @Test("what nothing refers to any more goes after a time of grace, and no earlier")
    func grace() throws {
        try make("x", "y")
        try make("y")
        // What was replaced can come back while it is kept.
        #expect(try purge(at: 10_000) == 0 && purge(at: 99_000) == 0 && calendars("x") == [])
        try fixture.forgetHistory()
        #expect(try purge(at: 10_000) == 0 && calendars("x") == [])
        #expect(try purge(at: 10_999) == 0)
        #expect(try purge(at: 11_000) == 1)
        #expect(try calendars("x") == ["gone"] && calendars("y") == ["work"])
        try expectConsistent(fixture)
    }

    @Test("a reference within the time of grace saves it")
    func saved() throws {
        try make("x")
        try make()
        #expect(try purge(at: 10_000) == 0)
        try make("x")
        #expect(try purge(at: 99_000) == 0 && calendars("x") == ["work"])
        try expectConsistent(fixture)
    }

    @Test("it lives as long as the trash does, and comes back with the object")
    func trash() throws {
        try make("x")
        try remove()
        #expect(try purge(at: 10_000) == 0 && purge(at: 99_000) == 0)
        #expect(try calendars("x") == [])
        let item = try #require(try fixture.read { tx throws in try Trash.items(tx, of: Fixture.alice) }.first)
        try fixture.write { tx throws in _ = try tx.restore(item.id, of: Fixture.alice, now: 9) }
        #expect(try calendars("x") == ["work"])
        try remove()
        try fixture.write { tx throws in #expect(try Trash.purge(tx, before: 100, limit: 9) == 1) }
        try fixture.forgetHistory()
        #expect(try purge(at: 10_000) == 0 && purge(at: 11_000) == 1)
        try expectConsistent(fixture)
        try fixture.read { tx throws in #expect(try tx.first("SELECT 1 FROM blob") { _ in true } == nil) }
    }

    @Test("copies and moves, also to another's calendar, take their references and the quota along")
    func transfer() throws {
        try make("x")
        let one = try fixture.used()
        try fixture.write { tx throws in
            let (source, target) = (try tx.calendar(), try tx.calendar("other"))
            try Members.copy(tx, try #require(try tx.member("a.ics", in: source)), to: target, name: "c.ics", now: 8)
            let foreign = try tx.calendar("theirs", of: Fixture.bob)
            try Members.move(
                tx, try #require(try tx.member("a.ics", in: source)), from: source, to: foreign, name: "m.ics", now: 9)
        }
        #expect(try calendars("x").sorted() == ["other", "theirs"])
        #expect(try fixture.used() == one && fixture.used(of: Fixture.bob) == one)
        try fixture.write { tx throws in try Collections.remove(tx, try tx.calendar("other"), now: 10) }
        #expect(try calendars("x") == ["theirs"])
        #expect(try fixture.used() == 0)
        try fixture.write { tx throws in try Trash.destroyAll(tx, of: Fixture.bob) }
        #expect(try purge(at: 10_000) == 0 && purge(at: 11_000) == 0 && calendars("x") == [])
        try expectConsistent(fixture)
    }

    @Test("check finds what is wrong with references, and reindex mends it")
    func consistency() throws {
        try make("x", "y")
        try make("x", as: "b.ics")
        try remove("b.ics")
        let sound = try fixture.dump()
        let files = try TemporaryFiles()
        for damage: [StaticString] in [
            ["DELETE FROM attachment_use"], ["UPDATE member SET attached_bytes = NULL"],
            ["UPDATE trash SET attached_bytes = 1"], ["UPDATE attachment SET unreferenced = 0"],
            ["INSERT INTO attachment_use (blob_id, attachment_id) SELECT 999, id FROM attachment"],
            ["DELETE FROM attachment_use", "UPDATE member SET attached_bytes = 5", "UPDATE attachment SET unreferenced = 7"],
        ] {
            try fixture.write { tx throws in for statement in damage { #expect(try tx.rowsChanged(by: statement) > 0) } }
            #expect(try !faults(fixture).isEmpty, "\(damage)")
            _ = try Reindex.run(fixture.database, files: files.store, facts: testObjectFacts, now: 100) { _ in }
            try expectConsistent(fixture)
            #expect(try fixture.dump() == sound, "\(damage)")
        }
        try fixture.write { tx throws in try tx.execute("UPDATE attachment SET size = 1 WHERE managed_id = 'x'") }
        #expect(try faults(fixture).contains { $0.contains("not those that were stored") })
    }
}

import CollectionStore
import Database
import Directory
import Testing

@Suite("The trash")
struct TrashTests {
    let fixture: Fixture

    init() throws { fixture = try Fixture() }

    private func items(of owner: PrincipalID = Fixture.alice) throws -> [Trash.Item] {
        try fixture.read { tx throws in try Trash.items(tx, of: owner) }
    }

    private func restore(_ item: Trash.Item?, of owner: PrincipalID = Fixture.alice) throws -> String {
        let item = try #require(item)
        return try fixture.write { tx throws in try tx.restore(item.id, of: owner, now: 9) }
    }

    private func refusalOfRestore(_ item: Trash.Item?, of owner: PrincipalID = Fixture.alice) throws -> StoreRefusal? {
        let item = try #require(item)
        return try fixture.refusal { tx throws in _ = try tx.restore(item.id, of: owner, now: 9) }
    }

    @Test("a deleted object comes back with its bytes")
    func restoreMember() throws {
        let made = content("1", uid: "u")
        try fixture.write { tx throws in
            try tx.put(made, as: "a.ics", in: try tx.calendar())
            try tx.remove("a.ics", in: try tx.calendar(), now: 7)
        }
        let item = try #require(try items().first)
        #expect(item.name == "a.ics" && item.size == made.size && item.trashed == 7)
        #expect(try fixture.used() == 0)
        #expect(try restore(item) == "a.ics")
        #expect(try items().isEmpty)
        #expect(try fixture.used() == Int64(made.size))
        try fixture.write { tx throws in
            let member = try #require(try tx.member("a.ics", in: try tx.calendar()))
            #expect(member.etag == made.etag && member.uid == "u" && member.component == "vevent")
            guard case .bytes(let bytes) = made.place else { return }
            #expect(try Blobs.read(tx.read, member.blobID) == .bytes(bytes))
        }
        #expect(try refusalOfRestore(item) == .notFound)
    }

    @Test("where it stood is told, also where that is in the trash itself")
    func place() throws {
        try fixture.write { tx throws in
            let outer = try tx.folder("outer")
            let inner = try tx.folder("inner", in: outer)
            try tx.put(content("1"), as: "a.txt", in: inner)
            try tx.remove("a.txt", in: inner, now: 7)
            try Collections.remove(tx, try tx.fresh(outer), now: 8)
        }
        #expect(try items().map(\.name) == ["outer", "a.txt"])
        #expect(try items().map(\.place) == [[], ["outer", "inner"]])
    }

    @Test("a UID in the trash is free for another object; the old one then does not come back")
    func uidOutsideOfTrash() throws {
        try fixture.write { tx throws in
            let calendar = try tx.calendar()
            try tx.put(content("1", uid: "u"), as: "a", in: calendar)
            try tx.remove("a", in: calendar)
            #expect(try tx.put(content("2", uid: "u"), as: "b", in: calendar) == .created)
        }
        #expect(try refusalOfRestore(try items().first) == .uidConflict(existingName: "b"))
    }

    @Test(
        "a taken name gets a number before its ending",
        arguments: [
            ("a.ics", "a-2.ics"), ("a", "a-2"), (".a", ".a-2"), ("é.x.ics", "é.x-2.ics"),
            (String(repeating: "x", count: 255), String(repeating: "x", count: 253) + "-2"),
            (String(repeating: "é", count: 125) + ".ics", String(repeating: "é", count: 124) + "-2.ics"),
        ])
    func takenName(name: String, expected: String) throws {
        try fixture.write { tx throws in
            let home = try tx.home()
            try tx.put(content("1"), as: name, in: home)
            try tx.remove(name, in: home)
            try tx.put(content("2"), as: name, in: home)
        }
        #expect(try restore(try items().first) == expected)
        #expect(expected.utf8.count <= MemberName.maximumLength)
    }

    @Test("many of one name come back under names of their own, also beside collections")
    func manyOfOneName() throws {
        try fixture.write { tx throws in
            let home = try tx.home()
            for number in 0..<150 {
                try tx.put(content("\(number)"), as: "a", in: home)
                try tx.remove("a", in: home)
            }
            try tx.folder("a")
            try tx.folder("a-3")
        }
        var names: Set<String> = ["a", "a-3"]
        for item in try items() { #expect(names.insert(try restore(item)).inserted) }
        #expect(names.contains("a-2") && names.contains("a-4"))
    }

    @Test("a spelling is not another's taken name")
    func spellings() throws {
        try fixture.write { tx throws in
            let home = try tx.home()
            try tx.put(content("1"), as: nfc, in: home)
            try tx.remove(nfc, in: home)
            try tx.put(content("2"), as: nfd, in: home)
        }
        #expect(try restore(try items().first).utf8.elementsEqual(nfc.utf8))
    }

    @Test("a collection comes back with all that was in it, and its tokens")
    func restoreCollection() throws {
        let token = try fixture.write { tx throws in
            let calendar = try tx.calendar()
            try tx.put(content("1", uid: "u"), as: "a", in: calendar)
            let token = SyncToken(of: try tx.fresh(calendar), at: 0)
            try Collections.remove(tx, calendar, now: 5)
            try tx.calendar()
            return token
        }
        #expect(try fixture.used() == 0)
        #expect(try items().map(\.kind) == [.collection(.calendar)])
        #expect(try restore(try items().first) == "work-2")
        #expect(try fixture.used() == Int64(content("1", uid: "u").size))
        try fixture.write { tx throws in
            let back = try tx.calendar("work-2")
            #expect(token.isValid(for: back))
            #expect(try tx.member("a", in: back) != nil)
        }
    }

    @Test("what was deleted in a collection that is in the trash comes back only after it")
    func nested() throws {
        try fixture.write { tx throws in
            let a = try tx.folder("a")
            let b = try tx.folder("b", in: a)
            try tx.put(content("1"), as: "f", in: b)
            try tx.put(content("2"), as: "g", in: b)
            try tx.remove("f", in: b, now: 10)
            try Collections.remove(tx, try tx.folder("c", in: b), now: 11)
            try Collections.remove(tx, a, now: 12)
        }
        let (a, c, f) = (try items()[0], try items()[1], try items()[2])
        #expect([a.name, c.name, f.name] == ["a", "c", "f"])
        #expect(try refusalOfRestore(f) == .notFound)
        #expect(try refusalOfRestore(c) == .notFound)
        #expect(try restore(a) == "a")
        #expect(try restore(f) == "f")
        #expect(try restore(c) == "c")
        #expect(try fixture.used() == Int64(content("1").size + content("2").size))
    }

    @Test("a restore beyond the quota is refused")
    func quota() throws {
        try fixture.write { tx throws in
            let home = try tx.home()
            try tx.put(content("1"), as: "f", in: home)
            try tx.remove("f", in: home)
            let folder = try tx.folder("a")
            try tx.put(content("1"), as: "f", in: try tx.folder("b", in: folder))
            try tx.put(content("1"), as: "f", in: folder)
            try Collections.remove(tx, folder, now: 5)
        }
        try fixture.setQuota(Int64(content("1").size) - 1)
        for item in try items() { #expect(try refusalOfRestore(item) == .quotaExceeded) }
        try fixture.setQuota(2 * Int64(content("1").size) - 1)
        #expect(try refusalOfRestore(try items().first { $0.name == "a" }) == .quotaExceeded)
        #expect(try restore(try items().first { $0.name == "f" }) == "f")
    }

    @Test("a restore to where it would be too deep is refused")
    func tooDeep() throws {
        try fixture.write { tx throws in
            let a = try tx.folder("a")
            let b = try tx.folder("b", in: a)
            try tx.folder("c", in: b)
            try Collections.remove(tx, b, now: 5)
            var parent = try tx.home()
            for level in 2..<Collections.maximumDepth { parent = try tx.folder("\(level)", in: parent) }
            try Collections.move(tx, try tx.fresh(a), to: parent, name: "a", now: 6)
        }
        #expect(try refusalOfRestore(try items().first) == .tooDeep)
    }

    @Test("nobody restores another's")
    func othersTrash() throws {
        try fixture.write { tx throws in
            let home = try tx.home()
            try tx.put(content("1"), as: "f", in: home)
            try tx.remove("f", in: home)
            try Collections.remove(tx, try tx.folder("a"), now: 5)
        }
        #expect(try items(of: Fixture.bob).isEmpty)
        for item in try items() { #expect(try refusalOfRestore(item, of: Fixture.bob) == .notFound) }
    }

    @Test("what was deleted from a collection goes to its new owner with it")
    func handedOver() throws {
        try fixture.write { tx throws in
            let a = try tx.folder("a")
            let b = try tx.folder("b", in: a)
            try tx.put(content("1"), as: "f", in: b)
            try tx.remove("f", in: b, now: 3)
            let c = try tx.folder("c", in: b)
            try tx.put(content("2"), as: "g", in: c)
            try Collections.remove(tx, c, now: 4)
            try Collections.move(tx, try tx.fresh(a), to: try tx.home(of: Fixture.bob), name: "a", now: 6)
        }
        #expect(try items().isEmpty)
        for item in try items(of: Fixture.bob) { _ = try restore(item, of: Fixture.bob) }
        #expect(try fixture.used(of: Fixture.bob) == Int64(content("1").size + content("2").size))
        #expect(try fixture.used() == 0)
        try expectConsistent(fixture)
    }

    @Test("what is older than the horizon goes, a batch at a time, and what is not stays")
    func purge() throws {
        try fixture.write { tx throws in
            let home = try tx.home()
            for number in 0..<5 {
                try tx.put(content("\(number)"), as: "\(number)", in: home)
                try tx.remove("\(number)", in: home, now: Milliseconds(10 + number))
            }
            let a = try tx.folder("a")
            try tx.put(content("f"), as: "f", in: a)
            // By a clock that was set back since: it goes with what it was in all the same.
            let inner = try tx.folder("inner", in: a)
            try tx.put(content("g"), as: "g", in: inner)
            try Collections.remove(tx, inner, now: 20)
            try Collections.remove(tx, a, now: 13)
        }
        #expect(try fixture.write { tx throws in try Trash.purge(tx, before: 10, limit: 100) } == 0)
        #expect(try fixture.write { tx throws in try Trash.purge(tx, before: 14, limit: 3) } == 3)
        #expect(try fixture.write { tx throws in try Trash.purge(tx, before: 14, limit: 3) } == 2)
        #expect(try fixture.write { tx throws in try Trash.purge(tx, before: 14, limit: 3) } == 0)
        #expect(try items().map(\.name) == ["4"])
        try fixture.forgetHistory()
        try expectConsistent(fixture)
        try fixture.read { tx throws in
            #expect(try tx.first("SELECT COUNT(*) FROM blob") { $0.integer(0) } == 1)
            #expect(try tx.first("SELECT COUNT(*) FROM collection WHERE parent_id IS NOT NULL") { $0.integer(0) } == 0)
        }
    }

    @Test("when a principal goes, no row of what it owned is left, and nothing of others' is gone")
    func destroyAll() throws {
        func fill(_ owner: PrincipalID) throws {
            try fixture.write { tx throws in
                let folder = try tx.folder("a", of: owner)
                let inner = try tx.folder("inner", in: folder)
                for parent in [folder, inner] {
                    try tx.put(content("1"), as: "f", in: parent)
                    try tx.put(content("2"), as: "g", in: parent)
                    try tx.remove("g", in: parent)
                    let member = try #require(try tx.member("f", in: parent))
                    try DeadProperties.set(tx, of: parent.id, member.id, namespace: "n", name: "p", value: [1])
                    try DeadProperties.set(tx, of: parent.id, nil, namespace: "n", name: "p", value: [1])
                    try Locks.add(tx, lock("\(parent.id)", in: parent, name: "f", owner: owner), now: 0)
                }
                let trashed = try tx.folder("t", in: inner)
                try tx.put(content("3"), as: "f", in: trashed)
                try Collections.remove(tx, trashed, now: 5)
                try tx.put(content("4", uid: "u"), as: "e", in: try tx.calendar(of: owner))
                try tx.put(
                    MemberContent(place: .file("\(owner.rawValue)"), size: 9, etag: "e", facts: MemberFacts()),
                    as: "large", in: folder)
            }
        }
        try fill(Fixture.bob)
        let bobs = try bobsState()
        try fill(Fixture.alice)
        // One object of bob's has its bytes in common with alice, and alice has a lock in bob's tree.
        try fixture.write { tx throws in
            try Members.copy(
                tx, try #require(try tx.member("f", in: try tx.folder("a", of: Fixture.bob))),
                to: try tx.home(), name: "shared", now: 6)
            try Locks.add(tx, lock("alice's", in: try tx.folder("a", of: Fixture.bob)), now: 0)
            try Trash.destroyAll(tx, of: Fixture.alice)
        }
        try fixture.read { tx throws in
            let id = Value.integer(Fixture.alice.rawValue)
            #expect(try tx.first("SELECT COUNT(*) FROM collection WHERE owner_id = $1", [id]) { $0.integer(0) } == 0)
            #expect(try tx.first("SELECT COUNT(*) FROM trash WHERE owner_id = $1", [id]) { $0.integer(0) } == 0)
            #expect(try tx.first("SELECT COUNT(*) FROM lock WHERE owner_id = $1", [id]) { $0.integer(0) } == 0)
            #expect(try tx.first("SELECT used_bytes FROM principal WHERE id = $1", [id]) { $0.integer(0) } == 0)
            for table: StaticString in [
                "SELECT COUNT(*) FROM member WHERE collection_id NOT IN (SELECT id FROM collection)",
                "SELECT COUNT(*) FROM trash WHERE collection_id NOT IN (SELECT id FROM collection)",
                "SELECT COUNT(*) FROM change WHERE collection_id NOT IN (SELECT id FROM collection)",
                "SELECT COUNT(*) FROM property WHERE collection_id NOT IN (SELECT id FROM collection)",
                "SELECT COUNT(*) FROM lock WHERE collection_id NOT IN (SELECT id FROM collection)",
                """
                SELECT COUNT(*) FROM blob
                WHERE id NOT IN (SELECT blob_id FROM member UNION SELECT blob_id FROM trash)
                """,
            ] {
                #expect(try tx.first(table) { $0.integer(0) } == 0, "\(table)")
            }
            #expect(try tx.all("SELECT file FROM unused_file") { $0.text(0) } == ["1"])
        }
        #expect(try bobsState() == bobs)
    }

    private func bobsState() throws -> [String] {
        try fixture.read { tx throws in
            var lines = try Trash.items(tx, of: Fixture.bob).map { "\($0)" }
            for kind in [CollectionKind.calendarHome, .bookHome, .fileHome] {
                let home = try #require(try Collections.home(tx, of: Fixture.bob, kind: kind))
                for collection in try Collections.subtree(tx, of: home) {
                    lines.append("\(collection)")
                    for member in try Members.all(tx, in: collection.id) {
                        lines.append("\(member) \(try Blobs.read(tx, member.blobID))")
                        lines += try DeadProperties.all(tx, of: collection.id, member.id).map { "\($0)" }
                    }
                }
            }
            return lines
        }
    }
}

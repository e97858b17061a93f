import CollectionStore
import Database
import Directory
import TestEngines
import TestRandom
import Testing

/// RFC 6578 for those who have alarms of their own on what is in another's calendar.
@Suite("Alarms of those whose the calendar is not")
struct OverlaysTests {
    let fixture: Fixture
    private static let carol = PrincipalID(rawValue: 3)

    init() throws {
        fixture = try Fixture()
        try fixture.write { tx in
            try tx.execute(
                """
                INSERT INTO principal (id, kind, domain, name, display_name, created) VALUES (3, 'user', 'example.org', 'carol', 'carol', 0)
                """)
        }
    }

    /// What all see, and what is the owner's alone.
    private static func content(_ shared: String, own: String?, uid: String, _ privacy: Privacy = .open) -> MemberContent {
        let bytes = CollectionStoreTests.content(shared, uid: uid)
        guard let own else {
            var made = bytes
            made.facts.index = ObjectIndex(text: .unknown, privacy: privacy)
            return made
        }
        var made = CollectionStoreTests.content("\(shared) \(own)", uid: uid)
        made.facts.index = ObjectIndex(text: .unknown, privacy: privacy, sharedTag: bytes.etag)
        return made
    }

    private func calendar(_ tx: borrowing ReadTransaction) throws -> Collection {
        let home = try #require(try Collections.home(tx, of: Fixture.alice, kind: .calendarHome))
        return try #require(try Collections.children(tx, of: home.id).first)
    }

    @Test("whatever anybody writes, each client has what it would be shown, by its own tags, and hears of no alarm of another", arguments: 0..<20)
    func follows(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let names = ["a", "b", "c"]
        struct Client { var has: [String: String] = [:]; var token: SyncToken? }
        // The owner; one who sees everything; one to whom what is private is not shown.
        let askers: [PrincipalID?] = [nil, Fixture.bob, Self.carol]
        var clients = askers.map { _ in Client() }
        func visibility(_ asker: PrincipalID?) -> Visibility {
            asker.map { .ofAll(for: $0, hidesPrivate: $0 == Self.carol) }
                ?? Visibility(.all, range: OccurrenceRange(lower: 0, upper: 0, floatingLower: 0, floatingUpper: 0)) { _, _ in true }
        }
        for step in 0..<80 {
            let name = names[Int.random(in: 0..<names.count, using: &random)]
            let target = names[Int.random(in: 0..<names.count, using: &random)]
            let choice = Int.random(in: 0..<10, using: &random)
            let privacy = [Privacy.open, .open, .hidden, .masked][Int.random(in: 0..<4, using: &random)]
            let own = [nil, "x", "y"][Int.random(in: 0..<3, using: &random)]
            let limit = Int.random(in: 1..<4, using: &random)
            let shared = "\(Int.random(in: 0..<3, using: &random))"
            let who = Bool.random(using: &random) ? Fixture.bob : Self.carol
            try fixture.write { tx throws in
                let calendar = try tx.calendar()
                let there = try Members.find(tx.read, in: calendar.id, name: name)
                switch (choice, there) {
                case (0...4, _):
                    let content = Self.content(shared, own: own, uid: there?.uid ?? "u\(step)", privacy)
                    try Members.put(tx, in: calendar, name: name, existing: there, content: content, now: 1)
                case (5, let there?): try Members.remove(tx, there, in: calendar, by: nil, now: 1)
                case (6, let there?) where try Members.find(tx.read, in: calendar.id, name: target) == nil:
                    try Members.move(tx, there, from: calendar, to: calendar, name: target, now: 1)
                case (7..., let there?):
                    if try Overlays.set(tx, own.map { [UInt8]($0.utf8) }, on: there.id, for: who) {
                        try Overlays.changed(tx, there, for: who, now: 1)
                    }
                default: break
                }
            }
            for index in clients.indices where Int.random(in: 0..<3, using: &random) == 0 {
                let seen = visibility(askers[index])
                let shown = try fixture.read { tx throws in
                    let calendar = try calendar(tx)
                    var entries: [String: String] = [:]
                    try Members.forEachEntry(tx, in: calendar.id, after: nil, shownBy: seen) {
                        entries[String(decoding: $0.name, as: UTF8.self)] = String(decoding: $0.etag, as: UTF8.self)
                        return true
                    }
                    let members = try Members.page(tx, in: calendar.id, after: nil, limit: 100, shownBy: seen)
                    for member in members {
                        let stored = try #require(try Members.find(tx, in: calendar.id, name: member.name))
                        #expect(member.stored == stored)
                        #expect(try seen.shown(tx, stored) == member)
                    }
                    #expect(entries == Dictionary(uniqueKeysWithValues: members.map { ($0.name, $0.etag) }))
                    return entries
                }
                var isComplete = false
                while !isComplete {
                    let page = try fixture.read { tx throws in
                        let calendar = try calendar(tx)
                        let since = clients[index].token ?? SyncToken(collection: calendar.id, epoch: calendar.epoch, modseq: .zero)
                        return try #require(try VisibleChanges.page(
                            tx, in: calendar, since: since, window: .all, limit: limit, visibility: { _ in seen }))
                    }
                    for change in page.changes {
                        if case .member(let member) = change.state {
                            clients[index].has[change.name] = member.etag
                        } else {
                            clients[index].has[change.name] = nil
                        }
                    }
                    (clients[index].token, isComplete) = (page.token, page.isComplete)
                }
                #expect(clients[index].has == shown, "step \(step), client \(index)")
            }
        }
        var faults: [String] = []
        let files = try TemporaryFiles()
        try Consistency.check(fixture.database, files: files.store, facts: { _, _ in nil }, now: 5) { faults.append($0) }
        #expect(faults.allSatisfy { !$0.contains("log") && !$0.contains("alarms") && !$0.contains("used_bytes") }, "\(faults)")
    }

    @Test("a change that is one's alone is told to them and to nobody else")
    func told() throws {
        let (start, member) = try fixture.write { tx throws -> (ModSeq, Member) in
            let calendar = try tx.calendar()
            try tx.put(Self.content("s", own: "x", uid: "u"), as: "a", in: calendar)
            return (try tx.fresh(calendar).modseq, try #require(try tx.member("a", in: calendar)))
        }
        func changes(_ asker: PrincipalID?, since: ModSeq) throws -> [String] {
            try fixture.read { tx throws in
                try ChangeLog.changes(tx, in: try calendar(tx), since: since, limit: 10, asker: asker).changes.map(\.name)
            }
        }
        try fixture.write { tx throws in
            #expect(try Overlays.set(tx, [1], on: member.id, for: Fixture.bob))
            #expect(try !Overlays.set(tx, [1], on: member.id, for: Fixture.bob))
            try Overlays.changed(tx, member, for: Fixture.bob, now: 2)
        }
        #expect(try changes(nil, since: start) == [] && changes(Self.carol, since: start) == [] && changes(Fixture.bob, since: start) == ["a"])
        // The owner's alarm is nobody else's, until the object itself is another.
        let second = try fixture.read { tx throws in try calendar(tx).modseq }
        try fixture.write { tx throws in try tx.put(Self.content("s", own: "y", uid: "u"), as: "a", in: try tx.calendar()) }
        #expect(try changes(nil, since: second) == ["a"] && changes(Fixture.bob, since: second) == [])
        try fixture.write { tx throws in try tx.put(Self.content("t", own: "y", uid: "u"), as: "a", in: try tx.calendar()) }
        try fixture.write { tx throws in try tx.put(Self.content("t", own: "z", uid: "u"), as: "a", in: try tx.calendar()) }
        #expect(try changes(Fixture.bob, since: second) == ["a"] && changes(Self.carol, since: start) == ["a"])
    }

    @Test("it counts in its keeper's quota, goes into the trash and back with the member, and ends with it or with them")
    func life() throws {
        let id = try fixture.write { tx throws -> MemberID in
            let calendar = try tx.calendar()
            try tx.put(Self.content("s", own: nil, uid: "u"), as: "a", in: calendar)
            let member = try #require(try tx.member("a", in: calendar))
            for who in [Fixture.bob, Self.carol] { _ = try Overlays.set(tx, [1, 2, 3], on: member.id, for: who) }
            return member.id
        }
        #expect(try fixture.used(of: Fixture.bob) == 3)
        try fixture.write { tx throws in try tx.remove("a", in: try tx.calendar()) }
        let restored = try fixture.write { tx throws -> MemberID in
            _ = try tx.restore(id.rawValue, of: Fixture.alice, now: 4)
            return try #require(try tx.member("a", in: try tx.calendar())).id
        }
        #expect(try fixture.read { tx throws in try Overlays.data(tx, of: restored, for: Fixture.bob) } == [1, 2, 3])
        try fixture.write { tx throws in try Trash.destroyAll(tx, of: Self.carol) }
        #expect(try fixture.read { tx throws in try Overlays.data(tx, of: restored, for: Self.carol) } == nil)
        try fixture.write { tx throws in
            try tx.remove("a", in: try tx.calendar())
            _ = try Trash.purge(tx, before: 100, limit: 10)
        }
        #expect(try fixture.used(of: Fixture.bob) == 0)
        #expect(try fixture.read { tx throws in try Overlays.data(tx, of: restored, for: Fixture.bob) } == nil)
        try fixture.setQuota(2, of: Fixture.bob)
        #expect(throws: StoreRefusal.quotaExceeded) {
            try fixture.write { tx throws in
                let calendar = try tx.calendar()
                try tx.put(Self.content("s", own: nil, uid: "u"), as: "b", in: calendar)
                let member = try #require(try tx.member("b", in: calendar))
                _ = try Overlays.set(tx, [1, 2, 3], on: member.id, for: Fixture.bob)
            }
        }
    }

    @Test("what leads nowhere is found, and taken away")
    func lost() throws {
        try fixture.write { tx throws in
            _ = try Overlays.set(tx, [1], on: MemberID(rawValue: 999), for: Fixture.bob)
            _ = try Overlays.set(tx, [1], on: MemberID(rawValue: 998), for: Self.carol)
            try tx.execute("DELETE FROM principal WHERE id = 3")
        }
        let files = try TemporaryFiles()
        func faults() throws -> [String] {
            var faults: [String] = []
            try Consistency.check(fixture.database, files: files.store, facts: testObjectFacts, now: 5) { faults.append($0) }
            return faults
        }
        #expect(try faults().filter { $0.contains("alarms") }.count == 3)
        _ = try Reindex.run(fixture.database, files: files.store, facts: testObjectFacts, now: 5) { _ in }
        #expect(try faults() == [])
        #expect(try fixture.used(of: Fixture.bob) == 0)
    }
}

import CollectionStore
import Database
import Directory
import TestRandom
import Testing

/// What a collection holds at a time is compared with a model that only ever looks: names, ETags and properties after each change.
@Suite("Collections brought back to a time")
struct RewindTests {
    let fixture: Fixture
    private let files: TemporaryFiles

    init() throws {
        fixture = try Fixture()
        files = try TemporaryFiles()
    }

    /// By bytes of names; values are ETags with the properties. Folders are told by a slash.
    private typealias State = [[UInt8]: [String]]

    private func state(_ tx: borrowing ReadTransaction, _ collection: Collection, _ path: [UInt8] = []) throws -> State {
        var state: State = [:]
        for member in try Members.all(tx, in: collection.id) {
            let properties = try DeadProperties.all(tx, of: collection.id, member.id).map { "\($0.namespace)|\($0.name)|\($0.value)" }
            state[path + Array(member.name.utf8)] = [member.etag, member.uid ?? "", member.component, member.contentType ?? ""] + properties
        }
        guard collection.kind.childKinds.contains(.folder) else { return state }
        for child in try Collections.children(tx, of: collection.id) {
            let below = path + Array(child.name.utf8) + [0x2F]
            state[below] = []
            state.merge(try self.state(tx, child, below)) { $1 }
        }
        return state
    }

    private func rewind(_ tx: borrowing WriteTransaction, _ collection: Collection, to time: Milliseconds, oldest: Milliseconds = 0, now: Milliseconds)
        throws -> Rewind.Outcome
    {
        try Rewind.run(
            tx, try tx.fresh(collection), to: time, oldest: oldest, by: Fixture.alice, files: files.store, facts: testObjectFacts, now: now)
    }

    private func refusal(_ collection: Collection, to time: Milliseconds, oldest: Milliseconds = 0, now: Milliseconds) throws -> Rewind.Refusal? {
        do {
            _ = try fixture.write { tx in try rewind(tx, collection, to: time, oldest: oldest, now: now) }
            return nil
        } catch let refusal as Rewind.Refusal {
            return refusal
        }
    }

    private func checkConsistency() throws {
        var faults: [String] = []
        try Consistency.check(fixture.database, files: files.store, facts: testObjectFacts, now: 0) { faults.append($0) }
        #expect(faults == [])
    }

    @Test("what was replaced, deleted, renamed and added since is undone, and can be undone in turn")
    func once() throws {
        let calendar = try fixture.write { tx in
            let calendar = try tx.calendar()
            for name in ["same", "replaced", "deleted", "renamed"] { try tx.put(content("1 \(name)", uid: name), as: name, in: calendar, now: 10) }
            return calendar
        }
        let before = try fixture.read { tx in try state(tx, calendar) }
        try fixture.write { tx in
            try tx.put(content("2", uid: "replaced"), as: "replaced", in: try tx.fresh(calendar), now: 20)
            try tx.remove("deleted", in: try tx.fresh(calendar), now: 21)
            let member = try #require(try tx.member("renamed", in: calendar))
            try Members.move(tx, member, from: try tx.fresh(calendar), to: try tx.fresh(calendar), name: "other", now: 22)
            try tx.put(content("3", uid: "added"), as: "added", in: try tx.fresh(calendar), now: 23)
        }
        let after = try fixture.read { tx in try state(tx, calendar) }
        let outcome = try fixture.write { tx in try rewind(tx, calendar, to: 19, now: 30) }
        #expect(try fixture.read { tx in try state(tx, calendar) } == before)
        #expect(outcome == Rewind.Outcome(restored: 1, replaced: 1, renamed: 1, removed: 1))
        // What came back is in the trash no more.
        #expect(try fixture.read { tx in try Trash.items(tx, of: Fixture.alice).map(\.name) } == ["added"])
        try checkConsistency()
        #expect(try fixture.write { tx in try rewind(tx, calendar, to: 19, now: 31).isNothing })
        try fixture.write { tx in _ = try rewind(tx, calendar, to: 29, now: 40) }
        #expect(try fixture.read { tx in try state(tx, calendar) } == after)
        try checkConsistency()
    }

    @Test("folders come back with what was in them, and those made since go")
    func folders() throws {
        let home = try fixture.write { tx in
            let (outer, inner) = (try tx.folder("outer"), try tx.folder("inner", in: try tx.folder("outer")))
            try tx.put(content("1"), as: "a", in: outer, now: 10)
            try tx.put(content("2"), as: "b", in: inner, now: 10)
            return try tx.home()
        }
        let before = try fixture.read { tx in try state(tx, home) }
        try fixture.write { tx in
            try tx.put(content("3"), as: "b", in: try tx.folder("inner", in: try tx.folder("outer")), now: 20)
            try Collections.remove(tx, try tx.folder("outer"), now: 21)
            _ = try Collections.make(tx, in: try tx.home(), name: "outer", kind: .folder, now: 22)
        }
        try fixture.write { tx in _ = try rewind(tx, home, to: 15, now: 30) }
        #expect(try fixture.read { tx in try state(tx, home) } == before)
        try checkConsistency()
    }

    @Test("of what is not known nothing is made up")
    func refused() throws {
        let calendar = try fixture.write { tx in try tx.calendar() }
        for time in [10, 20, 30] as [Milliseconds] {
            try fixture.write { tx in try tx.put(content("\(time)", uid: "u"), as: "a", in: try tx.fresh(calendar), now: time) }
        }
        #expect(try refusal(calendar, to: 50, now: 50) == .future)
        #expect(try refusal(calendar, to: 0, now: 50) == .notYetMade)
        #expect(try refusal(calendar, to: 15, oldest: 16, now: 50) == .forgotten)
        #expect(try fixture.write { tx in try PastMembers.purge(tx, before: 30, limit: 10) } == 1)
        #expect(try refusal(calendar, to: 15, now: 50) == .forgotten)
        try fixture.write { tx in try Locks.add(tx, lock("x", in: calendar, name: "a", expires: 1000), now: 40) }
        #expect(try refusal(calendar, to: 25, now: 50) == .locked)
        try fixture.write { tx in try Locks.remove(tx, token: "x") }
        #expect(try refusal(calendar, to: 25, now: 50) == nil)
        #expect(try fixture.read { tx in try Members.find(tx, in: calendar.id, name: "a")?.etag } == content("20", uid: "u").etag)
        try checkConsistency()
    }

    @Test("the quota counts what comes back")
    func quota() throws {
        let calendar = try fixture.write { tx in
            try tx.put(content("long long long", uid: "u"), as: "a", in: try tx.calendar(), now: 10)
            try tx.put(content("s", uid: "u"), as: "a", in: try tx.calendar(), now: 20)
            return try tx.calendar()
        }
        try fixture.setQuota(try fixture.used())
        #expect(throws: StoreRefusal.quotaExceeded) { try fixture.write { tx in _ = try rewind(tx, calendar, to: 15, now: 30) } }
        try fixture.setQuota(nil)
        try fixture.write { tx in _ = try rewind(tx, calendar, to: 15, now: 30) }
        try checkConsistency()
    }

    @Test("what is forgotten leaves no bytes behind")
    func forgotten() throws {
        try fixture.write { tx in
            try tx.put(content("1"), as: "a", in: try tx.home(), now: 10)
            try tx.put(content("2"), as: "a", in: try tx.home(), now: 20)
            let member = try #require(try tx.member("a", in: try tx.home()))
            try DeadProperties.set(tx, of: member.collectionID, member.id, namespace: "n", name: "p", value: [1])
            try Members.propertiesChanged(tx, of: member, now: 21)
            try tx.remove("a", in: try tx.home(), now: 30)
        }
        #expect(try fixture.write { tx in try PastMembers.purge(tx, before: 31, limit: 100) } == 5)
        _ = try fixture.write { tx in try Trash.purge(tx, before: 31, limit: 100) }
        #expect(try fixture.read { tx in try tx.first("SELECT COUNT(*) FROM blob") { $0.integer(0) } } == 0)
        try checkConsistency()
    }

    @Test("any changes are undone to any time, and a client that synchronises converges", arguments: 0..<12)
    func random(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed) &+ 77)
        let names = ["a", "b", "B", nfc, nfd, "c.ics"]
        let kind = [CollectionKind.calendar, .folder, .book][seed % 3]
        let (collection, other) = try fixture.write { tx in
            switch kind {
            case .calendar: (try tx.calendar(), try tx.calendar("other"))
            case .book: (try tx.book(), try tx.book("other"))
            default: (try tx.folder("work"), try tx.folder("other"))
            }
        }
        var now: Milliseconds = 10
        var states: [(Milliseconds, State)] = []
        let client = SyncClient(ignoresSlashes: false)
        let node = SyncClient.Node()
        func follow() throws {
            try fixture.read { tx in
                let collection = try #require(try Collections.find(tx, collection.id))
                while try !client.page(tx, node, of: collection, limit: 7) {}
                let members = try Members.all(tx, in: collection.id)
                #expect(node.members == Dictionary(members.map { (Array($0.name.utf8), $0.etag) }) { $1 })
            }
        }
        for step in 0..<150 {
            now += Int64.random(in: 1..<4, using: &random)
            try fixture.write { tx in
                let (collection, other) = (try tx.fresh(collection), try tx.fresh(other))
                let name = names.randomElement(using: &random) ?? "a"
                let member = try tx.member(name, in: collection)
                do {
                    switch Int.random(in: 0..<12, using: &random) {
                    case 0..<4:
                        let uid = kind == .folder ? nil : member?.uid ?? "u\(step % 9)"
                        try tx.put(content("\(step)", uid: uid), as: name, in: collection, now: now)
                    case 4: if member != nil { try tx.remove(name, in: collection, now: now) }
                    case 5: if let member { try Members.move(tx, member, from: collection, to: collection, name: names.randomElement(using: &random) ?? "a", now: now) }
                    case 6: if let member { try Members.move(tx, member, from: collection, to: other, name: name, now: now) }
                    case 7:
                        if let there = try Members.all(tx.read, in: other.id).randomElement(using: &random) {
                            try Members.move(tx, there, from: other, to: collection, name: name, now: now)
                        }
                    case 8, 9:
                        guard let member else { return }
                        let property = ["p", "q"].randomElement(using: &random) ?? "p"
                        if Bool.random(using: &random) {
                            try DeadProperties.set(tx, of: collection.id, member.id, namespace: "n", name: property, value: [UInt8(step % 251)])
                        } else {
                            try DeadProperties.remove(tx, of: collection.id, member.id, namespace: "n", name: property)
                        }
                        try Members.propertiesChanged(tx, of: member, now: now)
                    case 10:
                        let items = try Trash.items(tx.read, of: Fixture.alice)
                        if let item = items.randomElement(using: &random) { _ = try tx.restore(item.id, of: Fixture.alice, now: now) }
                    default:
                        if let (time, _) = states.randomElement(using: &random), step % 4 == 0 { _ = try rewind(tx, collection, to: time, now: now) }
                    }
                } catch is StoreRefusal {}
            }
            states.append((now, try fixture.read { tx in try state(tx, collection) }))
            if step % 5 == 0 { try follow() }
        }
        for _ in 0..<25 {
            now += 1
            let (time, wanted) = try #require(states.randomElement(using: &random))
            try fixture.write { tx in _ = try rewind(tx, collection, to: time, now: now) }
            let found = try fixture.read { tx in try state(tx, collection) }
            #expect(found == wanted, "to \(time)")
            try follow()
            states.append((now, found))
        }
        try checkConsistency()
    }
}

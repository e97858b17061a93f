import CollectionStore
import Database
import Directory
import TestRandom
import Testing

@Suite("Mounts")
struct MountsTests {
    let fixture: Fixture
    private static let group = PrincipalID(rawValue: 50)

    init() throws { fixture = try Fixture() }

    private static let bob = Asker(
        Principal(id: Fixture.bob, domain: "example.org", name: "bob", displayName: ""), closure: [Fixture.bob, group])

    /// What a client of bob's sees: the home's mounts, as its log tells them.
    private struct Client {
        var names: Set<String> = []
        var position = ModSeq.zero

        mutating func follow(_ tx: borrowing WriteTransaction, now: Milliseconds) throws {
            let home = try tx.home(.calendarHome, of: Fixture.bob)
            try Mounts.refresh(tx, in: home, for: MountsTests.bob, now: now)
            let fresh = try tx.home(.calendarHome, of: Fixture.bob)
            let page = try ChangeLog.changes(tx.read, in: fresh, since: position, limit: .max)
            for change in page.changes {
                switch change.state {
                case .mount, .collection: names.insert(change.name)
                case .removed: names.remove(change.name)
                case .member: Issue.record("a home has no members")
                }
            }
            position = page.reached
        }
    }

    private func make(_ tx: borrowing WriteTransaction, _ name: String) throws -> Collection {
        try Collections.make(tx, in: try tx.home(.calendarHome), name: name, kind: .calendar, now: 1)
    }

    private func grant(
        _ tx: borrowing WriteTransaction, _ collection: Collection, _ grantee: Grantee = .principal(Fixture.bob),
        _ rights: Rights = Role.reader.rights, until expires: Milliseconds? = nil
    ) throws {
        try Grants.set(
            tx, Grant(collection: collection.id, grantee: grantee, rights: rights, expires: expires), on: collection, now: 1)
    }

    @Test("a grant that ends by its date is gone when somebody looks")
    func expiry() throws {
        var client = Client()
        try fixture.write { tx in try grant(tx, try make(tx, "work"), until: 100) }
        try fixture.write { tx in try client.follow(tx, now: 99) }
        #expect(client.names.count == 1)
        try fixture.write { tx in try client.follow(tx, now: 100) }
        #expect(client.names.isEmpty)
    }

    @Test("a shared property is told to each home where the collection stands, and costs one row of the owner's")
    func properties() throws {
        let work = try fixture.write { tx -> Collection in
            let work = try make(tx, "work")
            try grant(tx, work)
            return work
        }
        var client = Client()
        try fixture.write { tx in try client.follow(tx, now: 2) }
        let before = client.position
        try fixture.write { tx in try Collections.propertiesChanged(tx, of: work, now: 3) }
        try fixture.write { tx in try client.follow(tx, now: 4) }
        #expect(client.position.rawValue == before.rawValue + 1)
        try fixture.write { tx in try client.follow(tx, now: 5) }
        #expect(client.position.rawValue == before.rawValue + 1, "nothing is told twice")
    }

    @Test("what was found to be as the grants say is not worked out anew until something changes or ends")
    func freshness() throws {
        let (freshness, memberships) = (MountFreshness(), MembershipCache())
        let bob = Principal(id: Fixture.bob, domain: "example.org", name: "bob", displayName: "")
        func isFresh(now: Milliseconds) throws -> Bool {
            try fixture.read { tx throws in
                let home = try #require(try Collections.home(tx, of: Fixture.bob, kind: .calendarHome))
                return try freshness.isFresh(tx, home, memberships, of: bob, now: now)
            }
        }
        func refresh(now: Milliseconds) throws {
            try fixture.write { tx in
                try Mounts.refresh(tx, in: try tx.home(.calendarHome, of: Fixture.bob), for: Self.bob, now: now)
            }
        }
        #expect(try isFresh(now: 1))
        let work = try fixture.write { tx -> Collection in
            let work = try make(tx, "work")
            try grant(tx, work, until: 100)
            return work
        }
        #expect(try !isFresh(now: 2))
        try refresh(now: 2)
        #expect(try isFresh(now: 3) && isFresh(now: 99))
        #expect(try !isFresh(now: 100), "it has ended")
        try refresh(now: 100)
        #expect(try isFresh(now: 101))
        try fixture.write { tx in try grant(tx, work, .principal(PrincipalID(rawValue: 99))) }
        #expect(try isFresh(now: 102), "a grant to others writes nothing here")
    }

    @Test("what is of another kind, in the trash, of the asker's own or without read stands in no home")
    func unwanted() throws {
        try fixture.write { tx throws in
            try grant(tx, try make(tx, "busy"), .principal(Fixture.bob), [.readFreeBusy])
            let gone = try make(tx, "gone")
            try grant(tx, gone)
            try Collections.remove(tx, gone, now: 2)
            let own = try Collections.make(
                tx, in: try tx.home(.calendarHome, of: Fixture.bob), name: "own", kind: .calendar, now: 2)
            try grant(tx, own, .signedIn)
            let folder = try Collections.make(tx, in: try tx.home(), name: "f", kind: .folder, now: 2)
            try grant(tx, folder)
            var client = Client()
            try client.follow(tx, now: 3)
            #expect(client.names == ["own"])
            let files = try tx.home(of: Fixture.bob)
            try Mounts.refresh(tx, in: files, for: Self.bob, now: 3)
            #expect(try Mounts.all(tx.read, in: files.id).map(\.collection) == [folder.id])
        }
    }

    @Test("a name in a home is one thing's only, and what comes back from the trash makes room")
    func names() throws {
        try fixture.write { tx throws in
            let work = try make(tx, "work")
            try grant(tx, work)
            let home = try tx.home(.calendarHome, of: Fixture.bob)
            let taken = try Collections.make(tx, in: home, name: "shared-\(work.id.rawValue)", kind: .calendar, now: 2)
            try Collections.remove(tx, taken, now: 3)
            try Mounts.refresh(tx, in: home, for: Self.bob, now: 4)
            let name = try #require(try Mounts.all(tx.read, in: home.id).first).name
            #expect(name == taken.name)
            #expect(throws: StoreRefusal.nameTaken) {
                _ = try Collections.make(tx, in: home, name: name, kind: .calendar, now: 5)
            }
        }
    }

    @Test("a file has its name for itself too")
    func namesOfFiles() throws {
        try fixture.write { tx throws in
            let folder = try Collections.make(tx, in: try tx.home(), name: "f", kind: .folder, now: 1)
            try grant(tx, folder)
            let home = try tx.home(of: Fixture.bob)
            try tx.put(content("1"), as: "shared-\(folder.id.rawValue)", in: home)
            try Mounts.refresh(tx, in: home, for: Self.bob, now: 2)
            #expect(try Mounts.all(tx.read, in: home.id).map(\.name) == ["shared-\(folder.id.rawValue)-"])
        }
        try expectConsistent(fixture)
    }

    @Test("whose home it is not is told of nothing that is shared there")
    func others() throws {
        try fixture.write { tx throws in
            let work = try make(tx, "work")
            let home = try tx.home(.calendarHome, of: Fixture.bob)
            let own = try Collections.make(tx, in: home, name: "shared-\(work.id.rawValue)", kind: .calendar, now: 1)
            func told(_ tx: borrowing WriteTransaction) throws -> [ChangeLog.Change.State] {
                let fresh = try tx.home(.calendarHome, of: Fixture.bob)
                let page = try ChangeLog.changes(tx.read, in: fresh, since: home.modseq, limit: 10, tellsMounts: false)
                #expect(page.isComplete && page.reached == fresh.modseq)
                return page.changes.map(\.state)
            }
            #expect(try told(tx) == [.collection(own)])
            try Collections.remove(tx, own, now: 2)
            try grant(tx, work)
            try Mounts.refresh(tx, in: home, for: Self.bob, now: 3)
            // The name is the mount's now; what had it before is gone.
            #expect(try told(tx) == [.removed(isCollection: true)])
            try Grants.remove(tx, .principal(Fixture.bob), on: work, now: 3)
            try Mounts.refresh(tx, in: home, for: Self.bob, now: 4)
            #expect(try told(tx) == [.removed(isCollection: true)])
        }
    }

    @Test("what was taken out of a home and is granted anew is told, with the sharee's own properties")
    func back() throws {
        var client = Client()
        let work = try fixture.write { tx -> Collection in
            let work = try make(tx, "work")
            try grant(tx, work)
            return work
        }
        try fixture.write { tx throws in
            try client.follow(tx, now: 2)
            let mount = try #require(try Mounts.all(tx.read, in: tx.home(.calendarHome, of: Fixture.bob).id).first)
            try MountProperties.set(tx, of: mount, namespace: "n", name: "a", value: [1])
            try Mounts.hide(tx, mount, now: 3)
            try client.follow(tx, now: 4)
            #expect(client.names.isEmpty)
            try grant(tx, work)
            try client.follow(tx, now: 5)
            #expect(client.names == [mount.name])
            #expect(try MountProperties.all(tx.read, of: mount).map(\.value) == [[1]])
        }
        try expectConsistent(fixture)
    }

    @Test("whatever is granted and taken, a client that follows the log has what may be read", arguments: 0..<20)
    func random(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var client = Client()
        let calendars = try fixture.write { tx in try (0..<4).map { try make(tx, "c\($0)") } }
        let grantees: [Grantee] = [
            .principal(Fixture.bob), .principal(Self.group), .principal(PrincipalID(rawValue: 51)), .signedIn, .everybody,
        ]
        for step in 0..<60 {
            let now = Milliseconds(step + 10)
            let start = random
            var (after, next) = (random, client)
            try fixture.write { tx throws in
                (after, next) = (start, client)
                let id = try #require(calendars.randomElement(using: &after)).id
                let grantee = try #require(grantees.randomElement(using: &after))
                let choice = Int.random(in: 0..<8, using: &after)
                if let there = try Collections.find(tx.read, id) {
                    switch choice {
                    case 0...2: try grant(tx, there, grantee)
                    case 3: try grant(tx, there, grantee, until: now + Milliseconds.random(in: 0..<10, using: &after))
                    case 4: try grant(tx, there, grantee, [.readFreeBusy])
                    case 5: try Grants.remove(tx, grantee, on: there, now: 3)
                    case 6: try Collections.remove(tx, there, now: now)
                    default: try Collections.propertiesChanged(tx, of: there, now: now)
                    }
                }
                if Bool.random(using: &after) {
                    try next.follow(tx, now: now)
                    var wanted = 0
                    for calendar in calendars {
                        guard let there = try Collections.find(tx.read, calendar.id) else { continue }
                        let alice = Principal(id: Fixture.alice, domain: "example.org", name: "alice", displayName: "")
                        let rights = try Grants.rights(tx.read, on: [there.id], of: alice, for: Self.bob, now: now)
                        if rights.contains(.read) { wanted += 1 }
                    }
                    #expect(next.names.count == wanted, "step \(step)")
                }
            }
            (random, client) = (after, next)
        }
    }
}

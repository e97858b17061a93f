import CollectionStore
import Database
import Directory
import TestEngines
import TestRandom
import Testing

/// What a listing asks of all mounts at once is what each tells by itself.
@Suite("Listing what is shared")
struct SeenMountsTests {
    let fixture: Fixture
    private static let group = PrincipalID(rawValue: 50)
    private static let outer = PrincipalID(rawValue: 51)
    private static let stranger = PrincipalID(rawValue: 52)

    init() throws {
        fixture = try Fixture()
        try fixture.write { tx in
            for id in [Self.group, Self.outer, Self.stranger] {
                try tx.execute(
                    """
                    INSERT INTO principal (id, kind, domain, name, display_name, created)
                    VALUES ($1, 'group', 'example.org', $2, $2, 0)
                    """, [.integer(id.rawValue), .text("g\(id.rawValue)")])
            }
            // A circle, that it ends.
            for (group, member) in [(Self.group, Fixture.bob), (Self.outer, Self.group), (Self.group, Self.outer)] {
                try tx.execute(
                    "INSERT INTO group_member (group_id, member_id) VALUES ($1, $2)",
                    [.integer(group.rawValue), .integer(member.rawValue)])
            }
        }
    }

    private static func bob(_ tx: borrowing ReadTransaction) throws -> Asker {
        Asker(try #require(try LocalDirectory.find(tx, Fixture.bob)), closure: try Groups.closure(tx, of: Fixture.bob))
    }

    @Test("whatever is granted where, all at once is the same as one by one", arguments: 0..<15)
    func random(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let grantees: [Grantee] = [
            .principal(Fixture.bob), .principal(Self.group), .principal(Self.outer), .principal(Self.stranger), .signedIn,
            .everybody,
        ]
        let roles = Role.allCases.map(\.rights) + [[.bind], [.read, .unlock]]
        var draws: [(place: Int, grantee: Int, rights: Int, expires: Milliseconds?)] = []
        for _ in 0..<14 {
            draws.append((
                Int.random(in: 0..<6, using: &random), Int.random(in: 0..<grantees.count, using: &random),
                Int.random(in: 0..<roles.count, using: &random),
                Int.random(in: 0..<3, using: &random) == 0 ? Milliseconds.random(in: 1..<40, using: &random) : nil))
        }
        try fixture.write { tx throws in
            let (files, calendars) = (try tx.home(), try tx.home(.calendarHome))
            let a = try Collections.make(tx, in: files, name: "a", kind: .folder, now: 1)
            let b = try Collections.make(tx, in: a, name: "b", kind: .folder, now: 1)
            let c = try Collections.make(tx, in: b, name: "c", kind: .folder, now: 1)
            let work = try Collections.make(tx, in: calendars, name: "work", kind: .calendar, now: 1)
            let places = [files, a, b, c, work, calendars]
            for draw in draws {
                let place = places[draw.place]
                let grant = Grant(
                    collection: place.id, grantee: grantees[draw.grantee], rights: roles[draw.rights], expires: draw.expires)
                try Grants.set(tx, grant, on: place, now: 1)
            }
            let kept = SeenMounts()
            for kind in [CollectionKind.fileHome, .calendarHome] {
                let home = try tx.home(kind, of: Fixture.bob)
                // Written down early: later some have ended.
                try Mounts.refresh(tx, in: home, for: try Self.bob(tx.read), now: 1)
                for now in [Milliseconds(1), 20, 40] {
                    let asker = try Self.bob(tx.read)
                    let seen = try SeenMounts().list(tx.read, in: home, now: now) { asker }
                    for _ in 0..<2 {
                        let again = try kept.list(tx.read, in: home, now: now) { asker }
                        #expect(again.map(\.rights) == seen.map(\.rights))
                    }
                    var wanted: [String: Rights] = [:]
                    for mount in try Mounts.all(tx.read, in: home.id) {
                        let there = try #require(try Collections.find(tx.read, mount.collection))
                        let path = try #require(try Collections.reachedBy(tx.read, there))
                        let owner = try #require(try LocalDirectory.find(tx.read, there.owner))
                        let rights = try Grants.rights(tx.read, on: path, of: owner, for: Self.bob(tx.read), now: now)
                        if rights.contains(.read) { wanted[mount.name] = rights }
                    }
                    #expect(Dictionary(uniqueKeysWithValues: seen.map { ($0.mount.name, $0.rights) }) == wanted)
                    #expect(seen.map(\.mount.name) == seen.map(\.mount.name).sorted())
                    #expect(seen.allSatisfy { $0.owner.principal.id == Fixture.alice })
                }
            }
        }
    }

    @Test("what stands in the trash, or in something there, is not seen")
    func trashed() throws {
        try fixture.write { tx throws in
            let files = try tx.home()
            let a = try Collections.make(tx, in: files, name: "a", kind: .folder, now: 1)
            let b = try Collections.make(tx, in: a, name: "b", kind: .folder, now: 1)
            let c = try Collections.make(tx, in: b, name: "c", kind: .folder, now: 1)
            for folder in [b, c] {
                try Grants.set(
                    tx, Grant(collection: folder.id, grantee: .principal(Fixture.bob), rights: .read), on: folder, now: 1)
            }
            let home = try tx.home(of: Fixture.bob)
            try Mounts.refresh(tx, in: home, for: try Self.bob(tx.read), now: 1)
            func seen(_ tx: borrowing WriteTransaction) throws -> Set<CollectionID> {
                let asker = try Self.bob(tx.read)
                return Set(try SeenMounts().list(tx.read, in: home, now: 1) { asker }.map(\.collection.id))
            }
            #expect(try seen(tx) == [b.id, c.id])
            try Collections.remove(tx, try #require(try Collections.find(tx.read, a.id)), now: 2)
            #expect(try seen(tx) == [])
        }
    }

    /// Counts for how many listings the grants had to be looked at.
    private final class Lists {
        let seen = SeenMounts()
        let home: Collection
        var looks = 0

        init(_ home: Collection) { self.home = home }

        func callAsFunction(_ fixture: Fixture, at now: Milliseconds = 1) throws -> [CollectionID: SeenMount] {
            let listed = try fixture.read { tx in
                let asker = try SeenMountsTests.bob(tx)
                return try seen.list(tx, in: home, now: now) {
                    looks += 1
                    return asker
                }
            }
            return Dictionary(uniqueKeysWithValues: listed.map { ($0.collection.id, $0) })
        }
    }

    @Test("what is kept holds as long as grants, groups and owners are the same, and no longer")
    func kept() throws {
        let (work, play, home) = try fixture.write { tx throws -> (Collection, Collection, Collection) in
            let calendars = try tx.home(.calendarHome)
            let work = try Collections.make(tx, in: calendars, name: "work", kind: .calendar, now: 1)
            let play = try Collections.make(tx, in: calendars, name: "play", kind: .calendar, now: 1)
            let first = Grant(collection: work.id, grantee: .principal(Fixture.bob), rights: .read)
            let second = Grant(collection: play.id, grantee: .principal(Self.outer), rights: Role.editor.rights, expires: 30)
            try Grants.set(tx, first, on: work, now: 1)
            try Grants.set(tx, second, on: play, now: 1)
            let home = try tx.home(.calendarHome, of: Fixture.bob)
            try Mounts.refresh(tx, in: home, for: try Self.bob(tx.read), now: 1)
            return (work, play, home)
        }
        let list = Lists(home)
        #expect(try Set(list(fixture).keys) == [work.id, play.id])
        #expect(try list(fixture).count == 2 && list.looks == 1)
        // What is written in them is no matter of rights, and is seen.
        try fixture.write { tx in
            try tx.execute("UPDATE collection SET modseq = modseq + 1 WHERE id = $1", [.integer(work.id.rawValue)])
        }
        #expect(try list(fixture)[work.id]?.collection.modseq != work.modseq && list.looks == 1)
        try fixture.write { tx in
            let more = Grant(collection: work.id, grantee: .principal(Fixture.bob), rights: Role.editor.rights)
            try Grants.set(tx, more, on: work, now: 1)
        }
        #expect(try list(fixture)[work.id]?.rights == Role.editor.rights && list.looks == 2)
        try fixture.write { tx in try LocalDirectory().setDisplayName(tx, of: Fixture.alice, "Alice Other") }
        #expect(try list(fixture).values.allSatisfy { $0.owner.principal.displayName == "Alice Other" } && list.looks == 3)
        #expect(try list(fixture, at: 29).count == 2 && list.looks == 3)
        #expect(try Set(list(fixture, at: 30).keys) == [work.id] && list.looks == 4)
        try fixture.write { tx in _ = try Groups.remove(tx, Fixture.bob, from: Self.group) }
        #expect(try Set(list(fixture).keys) == [work.id])
        try fixture.write { tx in try Grants.remove(tx, .principal(Fixture.bob), on: work, now: 3) }
        #expect(try list(fixture).isEmpty)
    }

    @Test("who cannot wait is told before more are looked at than they said, also where what is known of them is kept")
    func limited() throws {
        struct TooMany: Error {}
        let home = try fixture.write { tx throws -> Collection in
            let calendars = try tx.home(.calendarHome)
            for number in 0..<3 {
                let calendar = try Collections.make(tx, in: calendars, name: "c\(number)", kind: .calendar, now: 1)
                try Grants.set(tx, Grant(collection: calendar.id, grantee: .principal(Fixture.bob), rights: .read), on: calendar, now: 1)
            }
            let home = try tx.home(.calendarHome, of: Fixture.bob)
            try Mounts.refresh(tx, in: home, for: try Self.bob(tx.read), now: 1)
            return home
        }
        let kept = SeenMounts()
        func count(above limit: Int) throws -> Int {
            try fixture.read { tx in
                let asker = try Self.bob(tx)
                return try kept.list(tx, in: home, now: 1, above: limit, tooMany: { throw TooMany() }, asker: { asker }).count
            }
        }
        for _ in 0..<2 {
            #expect(throws: TooMany.self) { try count(above: 2) }
            #expect(try count(above: 3) == 3)
        }
    }

    @Test("the properties of all collections in a home are those of each, and what is too much is read one by one")
    func properties() throws {
        try fixture.write { tx throws in
            let home = try tx.home(.calendarHome, of: Fixture.bob)
            var made: [Collection] = []
            for number in 0..<3 {
                let calendar = try Collections.make(tx, in: home, name: "c\(number)", kind: .calendar, now: 1)
                try DeadProperties.set(
                    tx, of: calendar.id, nil, namespace: "n", name: "large", value: [UInt8](repeating: 1, count: 2 << 20))
                try DeadProperties.set(tx, of: calendar.id, nil, namespace: "n", name: "a", value: [UInt8(number)])
                made.append(calendar)
            }
            let shared = try Collections.make(tx, in: try tx.home(.calendarHome), name: "s", kind: .calendar, now: 1)
            try Grants.set(
                tx, Grant(collection: shared.id, grantee: .principal(Fixture.bob), rights: .read), on: shared, now: 1)
            try DeadProperties.set(tx, of: shared.id, nil, namespace: "n", name: "a", value: [7])
            try Mounts.refresh(tx, in: home, for: try Self.bob(tx.read), now: 1)
            let mount = try #require(try Mounts.all(tx.read, in: home.id).first)
            try MountProperties.set(tx, of: mount, namespace: "n", name: "b", value: [8])
            let tooMuch = try ChildProperties(tx.read, in: home.id, withMounts: true)
            #expect(tooMuch.properties(of: made[0].id) == nil && tooMuch.properties(of: made[2].id) == nil && tooMuch.properties(of: mount) == nil)
            for calendar in made {
                try DeadProperties.remove(tx, of: calendar.id, nil, namespace: "n", name: "large")
                for name in ["c", "b", "aa"] { try DeadProperties.set(tx, of: calendar.id, nil, namespace: "n", name: name, value: [1]) }
                try DeadProperties.set(tx, of: calendar.id, nil, namespace: "m", name: "z", value: [2])
            }
            for withMounts in [true, false] {
                let found = try ChildProperties(tx.read, in: home.id, withMounts: withMounts)
                for calendar in made {
                    #expect(try found.properties(of: calendar.id) == DeadProperties.all(tx.read, of: calendar.id, nil))
                }
                let both = try #require(found.properties(of: mount))
                #expect(both.shared.map(\.value) == (withMounts ? [[7]] : []) && both.personal.map(\.value) == (withMounts ? [[8]] : []))
            }
        }
    }
}

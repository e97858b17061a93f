import Database
import Synchronization
import Testing

@testable import Directory

@Suite("Groups of directories elsewhere")
struct DirectoryMembershipsTests {
    private static let staff = DirectoryEntry(
        id: "g1", location: "cn=staff,dc=corp", kind: .group, displayName: "All Staff", addresses: ["staff@example.org"])
    private static let board = DirectoryEntry(id: "g2", location: "cn=board,dc=corp", kind: .group, login: "board", displayName: "Board")

    private let corp = FakeDirectory("corp")
    private let source: Directories.Source
    private let scene: Scene

    init() throws {
        corp.add(
            DirectoryEntry(id: "7e2f", location: "uid=clara", login: "clara", displayName: "Clara", addresses: ["clara@example.org"]),
            password: "right")
        source = Directories.Source(corp, groupInterval: 60_000)
        scene = try Scene(
            directories: Directories([source], localDomain: "example.org") { tx, new, now throws in
                try LocalDirectory().add(tx, new, now: now)
            })
    }

    private func setGroups(_ groups: DirectoryEntry...) { corp.state.withLock { $0.groups["7e2f"] = groups } }

    private func signIn() -> String { scene.signIn("clara", Array("right".utf8)) }

    /// The names of the groups that Clara is in, by whatever way.
    private func groups() throws -> Set<String> {
        let name = try Scene.name("clara")
        return try scene.database.read { tx in
            guard let clara = try LocalDirectory.find(tx, name) else { return [] }
            return Set(try Groups.closure(tx, of: clara.id).subtracting([clara.id]).compactMap {
                try LocalDirectory.find(tx, $0)?.name
            })
        }
    }

    private func clara() throws -> PrincipalID {
        let name = try Scene.name("clara")
        return try #require(try scene.database.read { tx in try LocalDirectory.find(tx, name) }).id
    }

    private func refresh() throws {
        let round = try #require(scene.memberships).refresh([try clara(), scene.anna], of: source, now: { scene.now })
        if let failure = round.failure { throw failure }
    }

    private func generation() throws -> Int64 { try scene.database.read { tx in try RightsGeneration.current(tx) } }

    @Test("the first sign-in makes the groups principals, with names that may stand in a URL, and the user their member")
    func first() throws {
        setGroups(Self.staff, Self.board)
        #expect(signIn() == "clara")
        #expect(try groups() == ["all-staff", "board"])
        let name = try Scene.name("all-staff")
        let staff = try #require(try scene.database.read { tx in try LocalDirectory.find(tx, name) })
        #expect(staff.kind == .group && staff.displayName == "All Staff" && staff.addresses == ["staff@example.org"])
        // Groups are no users of the directory.
        #expect(try scene.database.read { tx in try DirectoryAccounts.counts(tx) } == ["corp": 1])
    }

    @Test("a change counts when the user is asked for again, which is not before half the interval has passed")
    func changed() throws {
        setGroups(Self.staff)
        #expect(signIn() == "clara")
        setGroups(Self.board)
        scene.advance(seconds: 29)
        try refresh()
        #expect(try groups() == ["all-staff"])
        scene.advance(seconds: 1)
        try refresh()
        #expect(try groups() == ["board"])
    }

    @Test("where nothing has changed nothing is written")
    func unchanged() throws {
        setGroups(Self.staff, Self.board)
        #expect(signIn() == "clara")
        let before = try generation()
        scene.advance(seconds: 60)
        try refresh()
        #expect(try generation() == before)
        #expect(corp.state.withLock { $0.groupSearches } == 2)
    }

    @Test("while the directory is down memberships stay, and sign-in too")
    func outage() throws {
        setGroups(Self.staff)
        #expect(signIn() == "clara")
        corp.setDown(true)
        scene.advance(seconds: 60)
        #expect(throws: DirectoryUnavailable.self) { try refresh() }
        #expect(try groups() == ["all-staff"])
    }

    @Test("who is gone from the directory is in no group of it any more")
    func gone() throws {
        setGroups(Self.staff)
        #expect(signIn() == "clara")
        corp.state.withLock { $0.people = [] }
        scene.advance(seconds: 60)
        try refresh()
        #expect(try groups().isEmpty)
    }

    @Test("what an administrator here has said stays, and a group of this database may have one of the directory's as a member")
    func local() throws {
        setGroups(Self.board)
        #expect(signIn() == "clara")
        let (name, board) = (try Scene.name("sales"), try Scene.name("board"))
        let id = try clara()
        try scene.database.write { tx in
            let sales = try scene.directory.add(tx, NewPrincipal(name, kind: .group), now: 1)
            guard let board = try LocalDirectory.find(tx.read, board), let clara = try LocalDirectory.find(tx.read, id) else { return }
            try Groups.add(tx, board, to: sales, now: 1)
            try Groups.add(tx, clara, to: sales, now: 1)
        }
        #expect(try groups() == ["board", "sales"])
        setGroups()
        scene.advance(seconds: 60)
        try refresh()
        #expect(try groups() == ["sales"])
    }

    @Test("a renamed group stays the same principal, under its old name in URLs")
    func renamed() throws {
        setGroups(Self.board)
        #expect(signIn() == "clara")
        var board = Self.board
        board.login = "directors"
        board.displayName = "Directors"
        setGroups(board)
        scene.advance(seconds: 60)
        try refresh()
        #expect(try groups() == ["board"])
        let name = try Scene.name("board")
        #expect(try scene.database.read { tx in try LocalDirectory.find(tx, name) }?.displayName == "Directors")
    }

    @Test("a group takes neither the name of a user who may still come, nor anybody's address")
    func names() throws {
        corp.add(DirectoryEntry(id: "9", location: "uid=dora", login: "dora", displayName: "Dora"), password: "x")
        setGroups(
            DirectoryEntry(id: "g3", location: "cn=dora", kind: .group, login: "dora", displayName: "dora"),
            DirectoryEntry(id: "g4", location: "cn=c", kind: .group, login: "c", displayName: "c", addresses: ["clara@example.org"]))
        #expect(signIn() == "clara")
        #expect(try groups() == ["group-dora", "c"])
        #expect(scene.signIn("dora", Array("x".utf8)) == "dora")
        #expect(signIn() == "clara")
        let id = try clara()
        #expect(try scene.database.read { tx in try LocalDirectory.find(tx, id) }?.addresses == ["clara@example.org"])
    }

    @Test("who is called like a group that was known first signs in all the same, under another name in URLs")
    func lateUser() throws {
        setGroups(Self.board)
        #expect(signIn() == "clara")
        corp.add(DirectoryEntry(id: "8", location: "uid=board", login: "board", displayName: "B. Oard"), password: "x")
        scene.advance(seconds: 6)
        for _ in 1...2 { #expect(scene.signIn("board", Array("x".utf8)) == "board-2") }
        #expect(try groups() == ["board"])
    }

    @Test("with an interval of nothing groups are nobody's")
    func off() throws {
        setGroups(Self.staff)
        let scene = try Scene(
            directories: Directories([Directories.Source(corp, groupInterval: 0)], localDomain: "example.org") { tx, new, now throws in
                try LocalDirectory().add(tx, new, now: now)
            })
        #expect(scene.signIn("clara", Array("right".utf8)) == "clara")
        #expect(corp.state.withLock { $0.groupSearches } == 0)
    }

    // MARK: What is both

    @Test("an entry that is a user here is no group: whom it names as members have nothing of the user's")
    func userAsGroup() throws {
        corp.add(DirectoryEntry(id: "d0", location: "uid=dora", login: "dora", displayName: "Dora"), password: "x")
        #expect(scene.signIn("dora", Array("x".utf8)) == "dora")
        var dora = Self.board
        dora.id = "d0"
        var herself = Self.board
        herself.id = "7e2f"
        setGroups(dora, herself, Self.staff)
        #expect(signIn() == "clara")
        #expect(try groups() == ["all-staff"])
        // And nothing is to be written for it each time.
        let before = try generation()
        scene.advance(seconds: 60)
        try refresh()
        #expect(try generation() == before)
        let adopted = try #require(scene.memberships).adopt([dora, Self.board], of: source, now: scene.now)
        #expect(adopted.map(\.name) == ["board"])
        // Nor by any other way.
        let name = try Scene.name("dora")
        let clara = try clara()
        let closure = try scene.database.write { tx in
            guard let dora = try LocalDirectory.find(tx.read, name) else { return Set<PrincipalID>() }
            try Groups.follow(tx, clara, in: [dora.id], saidBy: "corp", now: 1)
            return try Groups.closure(tx.read, of: clara)
        }
        #expect(closure == [clara])
    }

    @Test("an entry that is a group here does not sign in")
    func groupAsUser() throws {
        var both = Self.board
        both.id = "d0"
        setGroups(both)
        #expect(signIn() == "clara")
        corp.add(DirectoryEntry(id: "d0", location: "uid=dora", login: "dora", displayName: "Dora"), password: "x")
        #expect(scene.signIn("dora", Array("x".utf8)) == "failure")
        #expect(try groups() == ["board"])
    }

    // MARK: Faults

    private func people(_ count: Int) throws -> [PrincipalID] {
        try (0..<count).map { number in
            corp.add(
                DirectoryEntry(id: "p\(number)", location: "uid=p\(number)", login: "p\(number)", displayName: "P"), password: "x")
            #expect(scene.signIn("p\(number)", Array("x".utf8)) == "p\(number)")
            let name = try Scene.name("p\(number)")
            return try #require(try scene.database.read { tx in try LocalDirectory.find(tx, name) }).id
        }
    }

    @Test("one whose groups cannot be had keeps nobody else from being asked for, and is asked for again")
    func failing() throws {
        let people = try people(6)
        setGroups(Self.staff)
        #expect(signIn() == "clara")
        let used = people + [try clara()]
        setGroups()
        corp.state.withLock { $0.failing = ["p0", "p1"] }
        scene.advance(seconds: 60)
        let memberships = try #require(scene.memberships)
        let round = memberships.refresh(used, of: source, now: { scene.now })
        #expect(round.failure is DirectoryUnavailable)
        #expect(round.missed == Array(people[..<2]))
        #expect(try groups().isEmpty)
    }

    @Test("after three in a row the round ends, and those three are the last of the next one")
    func failingAll() throws {
        let people = try people(6)
        setGroups(Self.staff)
        #expect(signIn() == "clara")
        let used = people + [try clara()]
        setGroups()
        corp.state.withLock { $0.failing = ["p0", "p1", "p2", "p3"] }
        scene.advance(seconds: 60)
        let memberships = try #require(scene.memberships)
        let round = memberships.refresh(used, of: source, now: { scene.now })
        #expect(round.missed == used)
        #expect(try groups() == ["all-staff"])
        #expect(memberships.refresh(used, of: source, now: { scene.now }).missed == [people[3]] + people[..<3])
        #expect(try groups().isEmpty)
    }

    @Test("who was missed is told again with the next ones")
    func missed() throws {
        let cache = MembershipCache()
        _ = try scene.database.read { tx in try cache.closure(tx, of: scene.anna) }
        #expect(cache.takeUsed() == [scene.anna])
        cache.noteUsed([scene.anna, scene.boris])
        #expect(cache.takeUsed() == [scene.anna])
    }

    @Test("who is found to be disabled there as groups are asked for has no session, and is not taken for what was right before")
    func shutOut() throws {
        #expect(signIn() == "clara")
        let (authenticator, now) = (scene.authenticator, scene.now)
        let id = try clara()
        let found = try scene.database.read { tx in try LocalDirectory.find(tx, id) }
        let principal = try #require(found)
        let proof = authenticator.sessionProof(
            name: "clara", password: Array("right".utf8), of: principal, service: .imap, now: now)
        #expect(proof.isOfDirectory)
        corp.change("7e2f") { $0.state = .disabled }
        #expect(signIn() == "clara")
        #expect(try authenticator.ended(of: [proof], now: now) == [])
        scene.advance(seconds: 60)
        try refresh()
        #expect(try authenticator.ended(of: [proof], now: scene.now) == [proof])
        corp.setDown(true)
        #expect(signIn().hasPrefix("directory corp"))
        corp.setDown(false)
        #expect(signIn() == "failure")
        corp.change("7e2f") { $0.state = .active }
        // The same password is not sent again for a minute.
        scene.advance(seconds: 61)
        #expect(signIn() == "clara")
        #expect(try authenticator.ended(of: [proof], now: scene.now) == [])
        corp.state.withLock { $0.people = [] }
        scene.advance(seconds: 60)
        try refresh()
        #expect(try authenticator.ended(of: [proof], now: scene.now) == [proof])
    }

    @Test("while groups are looked for others sign in, without waiting for their own")
    func gate() throws {
        let source = Directories.Source(corp, concurrency: 1, groupInterval: 60_000)
        let scene = try Scene(
            directories: Directories([source], localDomain: "example.org") { tx, new, now throws in
                try LocalDirectory().add(tx, new, now: now)
            })
        corp.add(DirectoryEntry(id: "d0", location: "uid=dora", login: "dora", displayName: "Dora"), password: "x")
        let outcomes = Mutex<[String]>([])
        let corp = corp
        corp.state.withLock { state in
            state.walking = {
                let outcome = scene.signIn("dora", Array("x".utf8))
                outcomes.withLock { $0.append(outcome) }
            }
        }
        #expect(scene.signIn("clara", Array("right".utf8)) == "clara")
        #expect(outcomes.withLock { $0 } == ["dora"])
        #expect(corp.state.withLock { $0.groupSearches } == 1)
        corp.state.withLock { $0.walking = nil }
    }

    @Test("what a directory said whose groups are not followed any more ends; the rest stays")
    func notFollowed() throws {
        setGroups(Self.staff)
        #expect(signIn() == "clara")
        let directories = try #require(scene.memberships).directories
        try DirectoryMemberships.endOthers(than: directories, in: scene.database)
        #expect(try groups() == ["all-staff"])
        let (name, clara) = (try Scene.name("sales"), try clara())
        try scene.database.write { tx in
            let sales = try scene.directory.add(tx, NewPrincipal(name, kind: .group), now: 1)
            guard let clara = try LocalDirectory.find(tx.read, clara) else { return }
            try Groups.add(tx, clara, to: sales, now: 1)
        }
        let before = try generation()
        let without = Directories([Directories.Source(corp, groupInterval: 0)], localDomain: "example.org") { _, _, _ throws in
            throw DirectoryRefusal.notFound
        }
        try DirectoryMemberships.endOthers(than: without, in: scene.database)
        #expect(try groups() == ["sales"])
        #expect(try generation() != before)
        try DirectoryMemberships.endOthers(than: nil, in: scene.database)
        #expect(try groups() == ["sales"])
    }

    @Test("a group takes no name that a user signs in with in the domain that it gets")
    func domains() throws {
        let corp = FakeDirectory("corp", domains: ["example.org", "two.test"])
        corp.add(DirectoryEntry(id: "7e2f", location: "uid=clara", login: "clara", displayName: "Clara"), password: "right")
        corp.add(
            DirectoryEntry(id: "s", location: "uid=s", login: "s", displayName: "S", addresses: ["sales@two.test"]), password: "x")
        corp.state.withLock { $0.groups["7e2f"] = [DirectoryEntry(
            id: "g6", location: "cn=sales", kind: .group, login: "sales", displayName: "Sales", addresses: ["team@two.test"])] }
        let scene = try Scene(
            directories: Directories([Directories.Source(corp)], localDomain: "example.org") { tx, new, now throws in
                try LocalDirectory().add(tx, new, now: now)
            })
        #expect(scene.signIn("clara", Array("right".utf8)) == "clara")
        let name = try Scene.name("group-sales@two.test")
        #expect(try scene.database.read { tx in try LocalDirectory.find(tx, name) }?.kind == .group)
    }

    @Test("a group takes no name that is somebody's address")
    func addressesAsNames() throws {
        // Anna's address.
        setGroups(DirectoryEntry(
            id: "g5", location: "cn=a.odegard", kind: .group, login: "a.odegard", displayName: "a.odegard"))
        #expect(signIn() == "clara")
        #expect(try groups() == ["a.odegard-2"])
        scene.advance(seconds: 6)
        #expect(scene.signIn("a.odegard@example.org", Scene.annasPassword) == "anna")
    }

    @Test("names of groups become what may stand in a sign-in name", arguments: [
        ("Domain Users", "domain-users"), ("R&D (Berlin)", "r-d-berlin"), ("...", "group"), ("-x-", "x"), ("Бухгалтерия", "бухгалтерия"),
        ("a@b", "a-b"), ("", "group"),
    ])
    func slug(_ title: String, _ name: String) {
        let group = DirectoryEntry(id: "1", location: "", kind: .group, displayName: title)
        #expect(DirectoryMemberships.name(of: group) == name)
    }

    @Test("who was asked for since the last time is told once")
    func used() throws {
        let cache = MembershipCache()
        _ = try scene.database.read { tx in try cache.closure(tx, of: scene.anna) }
        #expect(cache.takeUsed() == [scene.anna])
        #expect(cache.takeUsed().isEmpty)
        _ = try scene.database.read { tx in try cache.closure(tx, of: scene.anna) }
        #expect(cache.takeUsed() == [scene.anna])
    }
}

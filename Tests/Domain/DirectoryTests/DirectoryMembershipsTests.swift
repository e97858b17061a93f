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
        try #require(scene.memberships).refresh([try clara(), scene.anna], of: source, now: { scene.now })
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
            try Groups.add(tx, board, to: sales)
            try Groups.add(tx, clara, to: sales)
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

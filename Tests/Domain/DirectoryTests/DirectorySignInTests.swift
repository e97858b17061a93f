import Database
import DatabaseSQLite
import Synchronization
import Testing

@testable import Directory

@Suite("Sign-in through directories elsewhere")
struct DirectorySignInTests {
    private static let clara = DirectoryEntry(
        id: "7e2f", location: "uid=clara,dc=corp", login: "clara", displayName: "Clara Weiß",
        addresses: ["clara@example.org", "c.weiss@example.org"])

    /// The scene's local users, and the directory `corp` with Clara in it.
    private static func scene(
        precedesLocal: Bool = false, others: [FakeDirectory] = []
    ) throws -> (Scene, FakeDirectory) {
        let corp = FakeDirectory("corp")
        corp.add(clara, password: "right")
        let scene = try Scene(
            directories: Directories(
                ([corp] + others).map { Directories.Source($0, precedesLocal: precedesLocal) },
                localDomain: "example.org"
            ) { tx, new, now throws in try LocalDirectory().add(tx, new, now: now) })
        return (scene, corp)
    }

    private static func find(_ scene: Scene, _ name: String) throws -> Principal? {
        let name = try Scene.name(name)
        return try scene.database.read { tx in
            try LocalDirectory.find(tx, name) ?? LocalDirectory.find(tx, address: name.description)
        }
    }

    private static func signIn(_ scene: Scene, _ name: String, _ password: String) -> String {
        scene.signIn(name, Array(password.utf8))
    }

    @Test("the first right sign-in makes the principal, with its name and all its addresses")
    func first() throws {
        let (scene, _) = try Self.scene()
        #expect(try Self.find(scene, "clara") == nil)
        #expect(Self.signIn(scene, "c.weiss@example.org", "right") == "clara")
        let clara = try #require(try Self.find(scene, "clara"))
        #expect(clara.displayName == "Clara Weiß")
        #expect(clara.addresses == ["clara@example.org", "c.weiss@example.org"])
        for name in ["clara", "CLARA@example.org", "c.weiss@example.org"] {
            #expect(Self.signIn(scene, name, "right") == "clara")
        }
        #expect(try scene.database.read { tx in try DirectoryAccounts.counts(tx) } == ["corp": 1])
    }

    @Test("who comes from a directory, and what it says of them later, is no change of this database's own; who is taken over is gone from them")
    func own() throws {
        let (scene, corp) = try Self.scene()
        let log = LocalBackend(database: scene.database, domains: ["example.org"])
        func changed(after position: String) throws -> [String] {
            var changed: [String] = []
            _ = try log.changes(after: position) { id, entry in
                changed.append(entry?.entry.displayName ?? "\(id) is gone")
                return true
            }
            return changed
        }
        let begin = try log.logPosition()
        #expect(Self.signIn(scene, "clara", "right") == "clara")
        corp.change("7e2f") { ($0.displayName, $0.addresses) = ("C. Weiß", ["clara@example.org", "new@example.org"]) }
        scene.advance(seconds: 3_600)
        #expect(Self.signIn(scene, "clara", "right") == "clara")
        #expect(try Self.find(scene, "clara")?.displayName == "C. Weiß")
        #expect(try log.logPosition() == begin)
        #expect(try changed(after: begin) == [])
        var all: [String] = []
        _ = try log.listAll { listed in
            all.append(listed.entry.login)
            return true
        }
        #expect(all == ["anna", "boris"])
        try scene.database.write { tx in
            try scene.directory.link(tx, scene.anna, to: DirectoryLink(directory: "corp", entryID: "1"), now: 1)
        }
        #expect(try changed(after: begin) == ["\(scene.anna.rawValue) is gone"])
    }

    @Test("a wrong password makes nobody, is a failure, and is not sent again for a minute")
    func wrong() throws {
        let (scene, corp) = try Self.scene()
        for _ in 1...3 { #expect(Self.signIn(scene, "clara", "wrong") == "failure") }
        #expect(corp.binds == 1)
        #expect(try Self.find(scene, "clara") == nil)
        // Meanwhile it has become the right one.
        corp.add(Self.clara, password: "wrong")
        scene.advance(seconds: 61)
        #expect(Self.signIn(scene, "clara", "wrong") == "clara")
    }

    @Test("an empty password is nobody's, and is sent to no directory")
    func empty() throws {
        let (scene, corp) = try Self.scene()
        corp.add(Self.clara, password: "")
        #expect(Self.signIn(scene, "clara", "") == "failure")
        #expect(corp.binds == 0)
    }

    @Test("a right password is asked for again after the cache's time only")
    func cached() throws {
        let (scene, corp) = try Self.scene()
        for _ in 1...5 { #expect(Self.signIn(scene, "clara", "right") == "clara") }
        #expect(corp.binds == 1)
        corp.add(Self.clara, password: "new")
        scene.advance(seconds: 299)
        #expect(Self.signIn(scene, "clara", "right") == "clara")
        scene.advance(seconds: 2)
        #expect(Self.signIn(scene, "clara", "right") == "failure")
        #expect(Self.signIn(scene, "clara", "new") == "clara")
    }

    @Test("with the directory down: unknown names are told so and not refused, a known password is taken for a time")
    func outage() throws {
        let (scene, corp) = try Self.scene()
        #expect(Self.signIn(scene, "clara", "right") == "clara")
        corp.setDown(true)
        scene.advance(seconds: 3_600)
        #expect(Self.signIn(scene, "clara", "right") == "clara")
        #expect(Self.signIn(scene, "clara", "another") == "directory corp down 7")
        #expect(Self.signIn(scene, "nobody", "right") == "directory corp down 7")
        // This database's own are not concerned.
        #expect(scene.signIn("anna", Scene.annasPassword) == "anna")
        #expect(Self.signIn(scene, "anna", "wrong") == "failure")
        scene.advance(seconds: 12 * 3_600)
        #expect(Self.signIn(scene, "clara", "right") == "directory corp down 7")
        corp.setDown(false)
        #expect(Self.signIn(scene, "clara", "right") == "clara")
    }

    @Test("who is disabled or gone in the directory cannot sign in, nor when it is down afterwards")
    func disabled() throws {
        let (scene, corp) = try Self.scene()
        #expect(Self.signIn(scene, "clara", "right") == "clara")
        corp.change("7e2f") { $0.state = .disabled }
        scene.advance(seconds: 301)
        #expect(Self.signIn(scene, "clara", "right") == "failure")
        corp.setDown(true)
        #expect(Self.signIn(scene, "clara", "right") != "clara")
        corp.setDown(false)
        corp.change("7e2f") { $0.state = .active }
        scene.advance(seconds: 61)
        #expect(Self.signIn(scene, "clara", "right") == "clara")
        corp.state.withLock { $0.people = [] }
        scene.advance(seconds: 301)
        #expect(Self.signIn(scene, "clara", "right") == "failure")
    }

    @Test("who is renamed and moved there stays who they were here, under the old name and the new one")
    func renamed() throws {
        let (scene, corp) = try Self.scene()
        #expect(Self.signIn(scene, "clara", "right") == "clara")
        let before = try #require(try Self.find(scene, "clara"))
        corp.change("7e2f") {
            $0.login = "clara.berg"
            $0.location = "uid=clara.berg,ou=moved,dc=corp"
            $0.displayName = "Clara Berg"
            $0.addresses = ["clara.berg@example.org", "clara@example.org"]
        }
        scene.advance(seconds: 301)
        #expect(Self.signIn(scene, "clara.berg", "right") == "clara")
        let after = try #require(try Self.find(scene, "clara.berg@example.org"))
        #expect(after.id == before.id && after.displayName == "Clara Berg")
        #expect(after.addresses == ["clara.berg@example.org", "clara@example.org"])
        #expect(Self.signIn(scene, "clara", "right") == "clara")
    }

    @Test("a login that was given to somebody else is theirs, under another name here, and what was the first one's is not")
    func reused() throws {
        let (scene, corp) = try Self.scene()
        #expect(Self.signIn(scene, "clara", "right") == "clara")
        corp.change("7e2f") { $0.login = "clara.berg"; $0.addresses = ["clara.berg@example.org"] }
        corp.add(
            DirectoryEntry(id: "9999", location: "uid=clara,dc=corp", login: "clara", displayName: "Another Clara"),
            password: "hers")
        scene.advance(seconds: 301)
        #expect(Self.signIn(scene, "clara", "hers") == "clara-2")
        #expect(Self.signIn(scene, "clara.berg", "right") == "clara")
    }

    @Test("a name that only the directory knows is asked for once too")
    func unknownHere() throws {
        let (scene, corp) = try Self.scene()
        #expect(Self.signIn(scene, "clara", "right") == "clara")
        corp.change("7e2f") { $0.login = "cw" }
        corp.add(
            DirectoryEntry(id: "9999", location: "uid=clara,dc=corp", login: "clara", displayName: "C"), password: "hers")
        corp.change("7e2f") { $0.addresses = [] }
        scene.advance(seconds: 301)
        for _ in 1...3 {
            #expect(Self.signIn(scene, "cw", "right") == "clara")
            #expect(Self.signIn(scene, "clara", "hers") == "clara-2")
            scene.advance(seconds: 30)
        }
        #expect(corp.binds == 3)
    }

    @Test("an address that moved to another entry moves here; a local user's is not taken")
    func addresses() throws {
        let (scene, corp) = try Self.scene()
        #expect(Self.signIn(scene, "clara", "right") == "clara")
        corp.change("7e2f") { $0.addresses = ["clara@example.org"] }
        corp.add(
            DirectoryEntry(
                id: "d", location: "uid=dora,dc=corp", login: "dora", displayName: "Dora",
                addresses: ["dora@example.org", "c.weiss@example.org", "a.odegard@example.org"]), password: "dora's")
        #expect(Self.signIn(scene, "dora", "dora's") == "dora")
        #expect(try Self.find(scene, "dora")?.addresses == ["dora@example.org", "c.weiss@example.org"])
        #expect(try Self.find(scene, "a.odegard@example.org")?.id == scene.anna)
        #expect(try Self.find(scene, "clara")?.addresses == ["clara@example.org"])
    }

    @Test("a directory gives no addresses of a domain that another one answers for")
    func foreignDomains() throws {
        let other = FakeDirectory("other", domains: ["other.test"])
        other.add(
            DirectoryEntry(
                id: "m", location: "uid=mallory", login: "mallory", displayName: "M",
                addresses: ["mallory@other.test", "admin@example.org", "mallory@elsewhere.test"]), password: "m")
        let (scene, _) = try Self.scene(others: [other])
        #expect(Self.signIn(scene, "mallory@other.test", "m") == "mallory")
        #expect(try Self.find(scene, "mallory@other.test")?.addresses == ["mallory@other.test", "mallory@elsewhere.test"])
        // And it is not asked for names of other domains.
        #expect(Self.signIn(scene, "mallory@example.org", "m") == "failure")
    }

    @Test("a local user is local, unless the directory comes first: then it takes the user over")
    func precedence() throws {
        for precedesLocal in [false, true] {
            let (scene, corp) = try Self.scene(precedesLocal: precedesLocal)
            corp.add(
                DirectoryEntry(id: "anna", location: "uid=anna", login: "anna", displayName: "Anna of Corp"),
                password: "corp's")
            #expect(Self.signIn(scene, "anna", "corp's") == (precedesLocal ? "anna" : "failure"))
            #expect(scene.signIn("anna", Scene.annasPassword) == (precedesLocal ? "failure" : "anna"))
            #expect(try Self.find(scene, "anna")?.id == scene.anna)
            // Whom the directory does not have is still local.
            #expect(scene.signIn("boris", Scene.borissPassword) == "boris")
        }
    }

    @Test("one directory that is down does not keep another's users of the same domain out")
    func oneOfTwo() throws {
        let branch = FakeDirectory("branch")
        branch.add(
            DirectoryEntry(id: "b", location: "uid=bea", login: "bea", displayName: "Bea"), password: "bea's")
        let (scene, corp) = try Self.scene(others: [branch])
        corp.setDown(true)
        #expect(Self.signIn(scene, "bea", "bea's") == "bea")
        #expect(Self.signIn(scene, "bea", "wrong") == "failure")
        #expect(Self.signIn(scene, "nobody", "x") == "directory corp down 7")
    }

    @Test("an administrator here can shut out somebody of the directory")
    func disabledHere() throws {
        let (scene, _) = try Self.scene()
        #expect(Self.signIn(scene, "clara", "right") == "clara")
        let clara = try #require(try Self.find(scene, "clara"))
        try scene.database.write { try scene.directory.setDisabled($0, clara.id, true) }
        #expect(Self.signIn(scene, "clara", "right") == "failure")
    }

    @Test("who was removed here is made anew at the next sign-in")
    func removed() throws {
        let (scene, _) = try Self.scene()
        #expect(Self.signIn(scene, "clara", "right") == "clara")
        let clara = try #require(try Self.find(scene, "clara"))
        try scene.database.write { try scene.directory.remove($0, clara.id) }
        #expect(Self.signIn(scene, "clara", "right") == "clara")
        #expect(try #require(try Self.find(scene, "clara")).id != clara.id)
    }

    @Test("the local principals are a directory like others")
    func localBackend() throws {
        let scene = try Scene()
        let local = LocalBackend(database: scene.database, domains: ["example.org"])
        let anna = try #require(try local.find(try Scene.name("a.odegard@example.org")))
        #expect(anna.login == "anna" && anna.id == "\(scene.anna.rawValue)")
        #expect(try local.entry(id: anna.id) == anna)
        #expect(try local.verify(Scene.annasPassword, of: anna) == .right)
        #expect(try local.verify(Scene.borissPassword, of: anna) == .wrong)
        var names: [String] = []
        #expect(try local.forEach(.user) { names.append($0.login); return true })
        #expect(names == ["anna", "boris"])
    }
}

import Cryptography
import Database
import Synchronization
import TestRandom
import Testing

@testable import Directory

@Suite("App passwords")
struct AppPasswordTests {
    private static func add(
        _ scene: Scene, _ id: PrincipalID, _ name: String = "phone", _ scopes: Set<SignInService> = [.dav]
    ) throws -> [UInt8] {
        let secret = try scene.database.write { tx in
            guard let principal = try LocalDirectory.find(tx.read, id) else { throw Failure(.serverBug, "nobody") }
            return try scene.directory.addAppPassword(tx, to: principal, name: name, scopes: scopes, now: scene.now)
        }
        return Array(secret.text.utf8)
    }

    private static func lastUsed(_ scene: Scene, _ id: PrincipalID) throws -> [Int64?] {
        try scene.database.read { tx in try AppPasswords.all(tx, of: id).map(\.lastUsed) }
    }

    @Test("a secret is five groups of five, and is itself however it is typed")
    func form() throws {
        let secret = AppSecret()
        let text = secret.text
        #expect(text.split(separator: "-").map(\.utf8.count) == [5, 5, 5, 5, 5])
        for typed in [text, text.uppercased(), text.replacing("-", with: ""), text.replacing("-", with: " ")] {
            #expect(AppSecret(typed: Array(typed.utf8)) == secret)
        }
        #expect(AppSecret() != secret)
    }

    @Test("of texts of a secret's length and letters, about one in a thousand is taken for one", arguments: [1, 2])
    func chance(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let letters = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)
        let found = (0..<20_000).count { _ in
            AppSecret(typed: (0..<25).map { _ in letters[Int.random(in: 0..<32, using: &generator)] }) != nil
        }
        #expect(found < 60)
    }

    @Test("what is no secret is none", arguments: [
        "", "secret", "k3v9x-k3v9x-k3v9x-k3v9x", "uuuuu-uuuuu-uuuuu-uuuuu-uuuuu", "ééééé-ééééé-ééééé-ééééé-ééééé",
    ])
    func otherForms(_ text: String) {
        #expect(AppSecret(typed: Array(text.utf8)) == nil)
    }

    @Test("it signs in to what it is for, and to nothing else")
    func scopes() throws {
        let scene = try Scene()
        let secret = try Self.add(scene, scene.anna, "phone", [.dav, .smtp])
        #expect(scene.signIn("anna", secret, to: .dav) == "anna")
        #expect(scene.signIn("anna", secret, to: .smtp) == "anna")
        #expect(scene.signIn("anna", secret, to: .imap) == "failure")
        #expect(scene.signIn("anna", secret) == "failure")
        #expect(scene.signIn("boris", secret, to: .dav) == "failure")
        // The own password is for all.
        #expect(scene.signIn("anna", Scene.annasPassword, to: .imap) == "anna")
    }

    @Test("one that is revoked is worth nothing at once, and the others go on")
    func revoked() throws {
        let scene = try Scene()
        let phone = try Self.add(scene, scene.anna, "phone")
        let laptop = try Self.add(scene, scene.anna, "laptop")
        #expect(scene.signIn("anna", phone, to: .dav) == "anna")
        #expect(try scene.database.write { tx in try scene.directory.revokeAppPassword(tx, of: scene.anna, name: "phone") })
        #expect(scene.signIn("anna", phone, to: .dav) == "failure")
        #expect(scene.signIn("anna", laptop, to: .dav) == "anna")
        #expect(try !scene.database.write { tx in try scene.directory.revokeAppPassword(tx, of: scene.anna, name: "phone") })
    }

    @Test("another process's revocation counts as soon as the account is read anew")
    func revokedElsewhere() throws {
        let scene = try Scene()
        let secret = try Self.add(scene, scene.anna)
        #expect(scene.signIn("anna", secret, to: .dav) == "anna")
        _ = try scene.database.write { tx in try LocalDirectory().revokeAppPassword(tx, of: scene.anna, name: "phone") }
        scene.advance(seconds: 6)
        #expect(scene.signIn("anna", secret, to: .dav) == "failure")
    }

    @Test("one with an end signs in until then")
    func end() throws {
        let scene = try Scene()
        let secret = try scene.database.write { tx in
            guard let anna = try LocalDirectory.find(tx.read, scene.anna) else { throw Failure(.serverBug, "nobody") }
            return try scene.directory.addAppPassword(
                tx, to: anna, name: "guest", scopes: [.imap], expires: scene.now + 60_000, now: scene.now)
        }
        let typed = Array(secret.text.utf8)
        #expect(scene.signIn("anna", typed, to: .imap) == "anna")
        let proof = try Self.proof(scene, typed)
        scene.advance(seconds: 59)
        #expect(scene.signIn("anna", typed, to: .imap) == "anna")
        #expect(try scene.authenticator.ended(of: [proof], now: scene.now) == [])
        scene.advance(seconds: 6)
        #expect(scene.signIn("anna", typed, to: .imap) == "failure")
        #expect(try scene.authenticator.ended(of: [proof], now: scene.now) == [proof])
        #expect(try scene.database.read { tx in try AppPasswords.all(tx, of: scene.anna) }.count == 1)
    }

    // MARK: Sessions that stay open

    private static func proof(_ scene: Scene, _ password: [UInt8], _ name: String = "anna") throws -> SessionProof {
        guard case .success(let principal) = scene.authenticator.authenticate(
            name: name, password: password, peer: "", service: .imap, now: scene.now)
        else { throw Failure(.serverBug, "not signed in") }
        return scene.authenticator.sessionProof(name: name, password: password, of: principal, service: .imap, now: scene.now)
    }

    @Test("a session's proof ends with the app password, the own password, and the user")
    func sessions() throws {
        let scene = try Scene()
        let (database, directory) = (scene.database, scene.directory)
        let phone = try Self.proof(scene, try Self.add(scene, scene.anna, "phone", [.imap]))
        let laptop = try Self.proof(scene, try Self.add(scene, scene.anna, "laptop", [.imap]))
        let own = try Self.proof(scene, Scene.annasPassword)
        let boris = try Self.proof(scene, Scene.borissPassword, "boris")
        let all = [phone, laptop, own, boris]
        func ended() throws -> Set<SessionProof> { try scene.authenticator.ended(of: all, now: scene.now) }
        #expect(try ended() == [])
        _ = try database.write { tx in try directory.revokeAppPassword(tx, of: scene.anna, name: "phone") }
        // Another one under the same name.
        _ = try Self.add(scene, scene.anna, "phone", [.imap])
        #expect(try ended() == [phone])
        let hash = try scene.passwords.hash(Array("another".utf8))
        try database.write { tx in try directory.setPassword(tx, of: scene.anna, hash) }
        #expect(try ended() == [phone, own])
        try database.write { tx in try directory.setDisabled(tx, scene.anna, true) }
        #expect(try ended() == [phone, laptop, own])
        try database.write { tx in try directory.remove(tx, scene.boris) }
        #expect(try ended() == Set(all))
    }

    @Test("so do those of more users than one statement asks for", arguments: [63, 64, 65, 150])
    func manySessions(_ count: Int) throws {
        let scene = try Scene()
        let names = (0..<count).map { "user\($0)" }
        let users = try scene.database.write { tx in
            try names.map { try scene.directory.add(tx, NewPrincipal(try Scene.name($0)), now: scene.now) }
        }
        let proofs = try users.map { try Self.proof(scene, try Self.add(scene, $0.id, "phone", [.imap]), $0.signInText) }
        #expect(try scene.authenticator.ended(of: proofs, now: scene.now) == [])
        try scene.database.write { tx in
            for user in users.enumerated() where user.offset.isMultiple(of: 3) {
                _ = try scene.directory.revokeAppPassword(tx, of: user.element.id, name: "phone")
            }
        }
        let expected = Set(proofs.enumerated().filter { $0.offset.isMultiple(of: 3) }.map(\.element))
        #expect(try scene.authenticator.ended(of: proofs, now: scene.now) == expected)
    }

    @Test("who is disabled does not sign in with one")
    func disabled() throws {
        let scene = try Scene()
        let secret = try Self.add(scene, scene.anna)
        try scene.database.write { tx in try scene.directory.setDisabled(tx, scene.anna, true) }
        #expect(scene.signIn("anna", secret, to: .dav) == "failure")
    }

    @Test("the last use is written once an hour")
    func lastUse() throws {
        let scene = try Scene()
        let secret = try Self.add(scene, scene.anna)
        #expect(try Self.lastUsed(scene, scene.anna) == [nil])
        let first = scene.now
        scene.signIn("anna", secret, to: .dav)
        scene.advance(seconds: 3_599)
        scene.signIn("anna", secret, to: .dav)
        #expect(try Self.lastUsed(scene, scene.anna) == [first])
        scene.advance(seconds: 1)
        scene.signIn("anna", secret, to: .dav)
        #expect(try Self.lastUsed(scene, scene.anna) == [first + 3_600_000])
    }

    @Test("names are unique among a user's, of bounded length, and there are at most so many")
    func refusals() throws {
        let scene = try Scene()
        _ = try Self.add(scene, scene.anna)
        #expect(throws: DirectoryRefusal.appPasswordNameTaken) { try Self.add(scene, scene.anna) }
        for name in ["", "a\u{7}", String(repeating: "x", count: 65)] {
            #expect(throws: DirectoryRefusal.invalidAppPasswordName) { try Self.add(scene, scene.anna, name) }
        }
        #expect(throws: DirectoryRefusal.invalidAppPasswordName) { try Self.add(scene, scene.anna, "x", []) }
        for number in 1..<AppPasswords.maximumCount { _ = try Self.add(scene, scene.anna, "\(number)") }
        #expect(throws: DirectoryRefusal.tooManyAppPasswords) { try Self.add(scene, scene.anna, "more") }
        _ = try Self.add(scene, scene.boris)
    }

    @Test("with the user their app passwords go")
    func removed() throws {
        let scene = try Scene()
        _ = try Self.add(scene, scene.anna)
        try scene.database.write { tx in try scene.directory.remove(tx, scene.anna) }
        #expect(try Self.lastUsed(scene, scene.anna).isEmpty)
    }

    // MARK: Users of directories

    private static func corp() throws -> (Scene, FakeDirectory, PrincipalID) {
        let corp = FakeDirectory("corp")
        corp.add(
            DirectoryEntry(id: "7e2f", location: "uid=clara", login: "clara", displayName: "Clara", addresses: ["clara@example.org"]),
            password: "right")
        let scene = try Scene(
            directories: Directories([Directories.Source(corp)], localDomain: "example.org") { tx, new, now throws in
                try LocalDirectory().add(tx, new, now: now)
            })
        #expect(scene.signIn("clara", Array("right".utf8)) == "clara")
        let name = try Scene.name("clara")
        return (scene, corp, try #require(try scene.database.read { tx in try LocalDirectory.find(tx, name) }).id)
    }

    @Test("a directory's user signs in with one as long as the entry is active; the directory sees no password")
    func directoryUser() throws {
        let (scene, corp, clara) = try Self.corp()
        let secret = try Self.add(scene, clara)
        scene.advance(seconds: 6)
        let binds = corp.binds
        #expect(scene.signIn("clara", secret, to: .dav) == "clara")
        #expect(scene.signIn("clara", secret, to: .imap) == "failure")
        corp.change("7e2f") { $0.state = .disabled }
        // Until the directory is asked again.
        #expect(scene.signIn("clara", secret, to: .dav) == "clara")
        scene.advance(seconds: 301)
        #expect(scene.signIn("clara", secret, to: .dav) == "failure")
        #expect(corp.binds == binds)
    }

    @Test("with the directory down it is taken for the time for which a password is, and then nothing is said of it")
    func outage() throws {
        let (scene, corp, clara) = try Self.corp()
        let secret = try Self.add(scene, clara)
        scene.advance(seconds: 6)
        #expect(scene.signIn("clara", secret, to: .dav) == "clara")
        corp.setDown(true)
        scene.advance(seconds: 11 * 3_600)
        #expect(scene.signIn("clara", secret, to: .dav) == "clara")
        scene.advance(seconds: 2 * 3_600)
        #expect(scene.signIn("clara", secret, to: .dav) == "directory corp down 7")
        #expect(scene.signIn("clara", secret, to: .imap) == "failure")
        corp.setDown(false)
        #expect(scene.signIn("clara", secret, to: .dav) == "clara")
    }

    @Test("one that was revoked is not sent to the directory")
    func revokedOfDirectory() throws {
        let (scene, corp, clara) = try Self.corp()
        let secret = try Self.add(scene, clara)
        _ = try scene.database.write { tx in try scene.directory.revokeAppPassword(tx, of: clara, name: "phone") }
        let binds = corp.binds
        #expect(scene.signIn("clara", secret, to: .dav) == "failure")
        #expect(scene.signIn("unknown", secret, to: .dav) == "failure")
        #expect(corp.binds == binds)
    }

    @Test("under a login that only the directory knows one signs in also where it was never asked for before")
    func alias() throws {
        let (scene, corp, clara) = try Self.corp()
        let secret = try Self.add(scene, clara)
        corp.change("7e2f") { $0.login = "cw" }
        scene.advance(seconds: 6)
        let binds = corp.binds
        for _ in 1...3 { #expect(scene.signIn("cw", secret, to: .dav) == "clara") }
        #expect(scene.signIn("cw", secret, to: .imap) == "failure")
        #expect(corp.binds == binds)
        #expect(corp.state.withLock { $0.searches } == 2)
    }

    @Test("a name that nobody has is looked up once, and not while the directory is down")
    func noAlias() throws {
        let (scene, corp, _) = try Self.corp()
        let secret = Array(AppSecret().text.utf8)
        corp.setDown(true)
        #expect(scene.signIn("cw", secret, to: .dav) == "directory corp down 7")
        corp.setDown(false)
        let before = corp.state.withLock { $0.searches }
        for _ in 1...3 { #expect(scene.signIn("cw", secret, to: .dav) == "failure") }
        #expect(corp.state.withLock { $0.searches } == before + 1)
    }

    /// A directory that comes before this database, and has Anna.
    private static func before() throws -> (Scene, FakeDirectory) {
        let corp = FakeDirectory("corp")
        corp.add(DirectoryEntry(id: "a1", location: "uid=anna", login: "anna", displayName: "Anna"), password: "corp's")
        let scene = try Scene(
            directories: Directories([Directories.Source(corp, precedesLocal: true)], localDomain: "example.org") { tx, new, now throws in
                try LocalDirectory().add(tx, new, now: now)
            })
        return (scene, corp)
    }

    @Test("where a directory comes first, whom it has disabled signs in with none either")
    func disabledElsewhere() throws {
        let (scene, corp) = try Self.before()
        let secret = try Self.add(scene, scene.anna)
        #expect(scene.signIn("anna", secret, to: .dav) == "anna")
        corp.change("a1") { $0.state = .disabled }
        scene.advance(seconds: 301)
        #expect(scene.signIn("anna", secret, to: .dav) == "failure")
        // Whom it does not have, and while it is down, this database's word counts.
        let boris = try Self.add(scene, scene.boris)
        #expect(scene.signIn("boris", boris, to: .dav) == "boris")
        corp.setDown(true)
        scene.advance(seconds: 301)
        #expect(scene.signIn("boris", boris, to: .dav) == "boris")
        #expect(corp.binds == 0)
    }

    @Test("where a directory comes first, one that was revoked is not sent to it")
    func revokedBefore() throws {
        let (scene, corp) = try Self.before()
        let secret = try Self.add(scene, scene.anna)
        _ = try scene.database.write { tx in try scene.directory.revokeAppPassword(tx, of: scene.anna, name: "phone") }
        #expect(scene.signIn("anna", secret, to: .dav) == "failure")
        #expect(corp.binds == 0)
    }

    @Test("an own password that has the form by chance is this database's still")
    func ownPasswordOfTheForm() throws {
        let (scene, _, _) = try Self.corp()
        let secret = Array(AppSecret().text.utf8)
        let hash = try scene.passwords.hash(secret)
        try scene.database.write { tx in try scene.directory.setPassword(tx, of: scene.boris, hash) }
        #expect(scene.signIn("boris", secret, to: .dav) == "boris")
    }
}

import Cryptography
import Database
import Synchronization
import Testing

@testable import Directory

@Suite("Sign-in")
struct AuthenticatorTests {
    @Test("with the name, the whole name or an address, in any case of letters")
    func names() throws {
        let scene = try Scene()
        for name in ["anna", "Anna@Example.org", "anna@example.org", "A.Odegard@example.org"] {
            #expect(scene.signIn(name, Scene.annasPassword) == "anna")
        }
        #expect(scene.signIn("boris", Scene.borissPassword) == "boris")
    }

    @Test("not with another password, another's password, none, or a name that is not there or is no name")
    func failures() throws {
        let scene = try Scene()
        #expect(scene.signIn("anna", Scene.borissPassword) == "failure")
        #expect(scene.signIn("anna", []) == "failure")
        #expect(scene.signIn("nobody", Scene.annasPassword) == "failure")
        #expect(scene.signIn("anna@example.com", Scene.annasPassword) == "failure")
        #expect(scene.signIn("an/na", Scene.annasPassword) == "failure")
        #expect(scene.signIn("", Scene.annasPassword) == "failure")
        #expect(scene.signIn("anna", [UInt8](repeating: 0x61, count: 2000)) == "failure")
    }

    @Test("a zero byte at the end of a password, which scrypt does not see, makes it another")
    func zeroByte() throws {
        let scene = try Scene()
        #expect(scene.signIn("anna", Scene.annasPassword + [0]) == "failure")
        #expect(throws: DirectoryRefusal.invalidPassword) { try scene.passwords.hash([0x61, 0]) }
    }

    @Test("a wrong password after the right one fails, and the right one goes on")
    func wrongAfterRight() throws {
        let scene = try Scene()
        #expect(scene.signIn("anna", Scene.annasPassword) == "anna")
        #expect(scene.signIn("anna", Scene.annasPassword + [0]) == "failure")
        #expect(scene.signIn("anna", Scene.annasPassword + [0x61]) == "failure")
        #expect(scene.signIn("anna", Array(Scene.annasPassword.dropLast())) == "failure")
        #expect(scene.signIn("boris", Scene.annasPassword) == "failure")
        #expect(scene.signIn("anna", Scene.annasPassword) == "anna")
    }

    @Test("a password that was changed here counts at once, and the old one no more")
    func changedHere() throws {
        let scene = try Scene()
        let new = Array("a new one".utf8)
        #expect(scene.signIn("anna", Scene.annasPassword) == "anna")
        #expect(scene.signIn("anna", new) == "failure")
        let hash = try scene.passwords.hash(new)
        try scene.database.write { try scene.directory.setPassword($0, of: scene.anna, hash) }
        #expect(scene.signIn("anna", Scene.annasPassword) == "failure")
        #expect(scene.signIn("anna", new) == "anna")
    }

    @Test("a password that another process changed counts after the cache's time")
    func changedElsewhere() throws {
        let scene = try Scene()
        let new = Array("a new one".utf8)
        #expect(scene.signIn("anna", Scene.annasPassword) == "anna")
        let hash = try scene.passwords.hash(new)
        try scene.database.write { try LocalDirectory().setPassword($0, of: scene.anna, hash) }
        #expect(scene.signIn("anna", Scene.annasPassword) == "anna")
        scene.advance(seconds: 5)
        #expect(scene.signIn("anna", Scene.annasPassword) == "failure")
        #expect(scene.signIn("anna", new) == "anna")
    }

    @Test("who is disabled cannot sign in, and who is enabled again can")
    func disabled() throws {
        let scene = try Scene()
        #expect(scene.signIn("anna", Scene.annasPassword) == "anna")
        try scene.database.write { try scene.directory.setDisabled($0, scene.anna, true) }
        #expect(scene.signIn("anna", Scene.annasPassword) == "failure")
        #expect(scene.signIn("anna", Scene.annasPassword) == "failure")
        try scene.database.write { try scene.directory.setDisabled($0, scene.anna, false) }
        #expect(scene.signIn("anna", Scene.annasPassword) == "anna")
    }

    @Test("who has no password, or a text that is no hash, cannot sign in")
    func withoutPassword() throws {
        let scene = try Scene()
        try scene.database.write { tx in
            try scene.directory.setPassword(tx, of: scene.anna, nil)
            try tx.execute("UPDATE principal SET password = 'plain' WHERE id = $1", [.integer(scene.boris.rawValue)])
        }
        for password in [[], Scene.annasPassword, Array("plain".utf8), Array("-".utf8)] {
            #expect(scene.signIn("anna", password, from: "127.0.0.1") == "failure")
            #expect(scene.signIn("boris", password, from: "127.0.0.1") == "failure")
        }
    }

    @Test("who was removed cannot sign in any more")
    func removed() throws {
        let scene = try Scene()
        #expect(scene.signIn("anna", Scene.annasPassword) == "anna")
        try scene.database.write { try scene.directory.remove($0, scene.anna) }
        #expect(scene.signIn("anna", Scene.annasPassword) == "failure")
    }

    @Test("an address that was taken from somebody signs nobody in")
    func removedAddress() throws {
        let scene = try Scene()
        #expect(scene.signIn("a.odegard@example.org", Scene.annasPassword) == "anna")
        try scene.database.write { try scene.directory.removeAddress($0, of: scene.anna, "a.odegard@example.org") }
        #expect(scene.signIn("anna", Scene.annasPassword) == "anna")
        #expect(scene.signIn("a.odegard@example.org", Scene.annasPassword) == "failure")
    }

    @Test("a change that was undone changes nothing")
    func undone() throws {
        struct Stop: Error {}
        let scene = try Scene()
        #expect(scene.signIn("anna", Scene.annasPassword) == "anna")
        #expect(throws: Stop.self) {
            try scene.database.write { tx in
                try scene.directory.setDisabled(tx, scene.anna, true)
                throw Stop()
            }
        }
        #expect(scene.signIn("anna", Scene.annasPassword) == "anna")
    }

    @Test("a hash of another cost is replaced at the next sign-in, for the same password")
    func upgrade() throws {
        let scene = try Scene { $0.parameters = try Scene.cheap(5) }
        func stored() throws -> PasswordHash {
            let text = try scene.database.read { try LocalDirectory.storedPassword($0, of: scene.anna).hash }
            return try PasswordHash(try #require(text))
        }
        #expect(scene.signIn("anna", Scene.borissPassword) == "failure")
        let (before, after) = (try Scene.cheap(4), try Scene.cheap(5))
        #expect(try stored().parameters == before)
        #expect(scene.signIn("anna", Scene.annasPassword) == "anna")
        #expect(try stored().parameters == after)
        #expect(try stored().verify(Scene.annasPassword))
        #expect(scene.signIn("anna", Scene.annasPassword) == "anna")
        #expect(scene.signIn("anna", Scene.borissPassword) == "failure")
    }

    @Test("when the database is closed, it is our fault and not a wrong password")
    func unavailable() throws {
        let scene = try Scene()
        scene.database.close()
        #expect(scene.signIn("anna", Scene.annasPassword) == "unavailable")
    }

    @Test("a password that was right a moment ago needs neither the database nor a hash")
    func remembered() throws {
        let scene = try Scene()
        #expect(scene.signIn("anna", Scene.annasPassword) == "anna")
        scene.database.close()
        scene.advance(seconds: 4)
        #expect(scene.signIn("anna", Scene.annasPassword) == "anna")
        scene.advance(seconds: 1)
        #expect(scene.signIn("anna", Scene.annasPassword) == "unavailable")
    }

    @Test("threads that bring the same password at the same time all get in")
    func concurrently() async throws {
        let scene = try Scene { $0.concurrentHashes = 1 }
        await withTaskGroup(of: String.self) { group in
            for _ in 0..<8 { group.addTask { scene.signIn("anna", Scene.annasPassword) } }
            for await outcome in group { #expect(outcome == "anna") }
        }
    }
}

@Suite("Passwords that were right")
struct VerifiedPasswordsTests {
    let passwords = VerifiedPasswords(idleTime: 300_000, totalTime: 3_600_000, capacity: 2)
    let id = PrincipalID(rawValue: 1)

    @Test("are forgotten when they are not used, and after an hour in any case")
    func time() {
        passwords.insert(id, code: [1], now: 0)
        #expect(passwords.contains(id, code: [1], now: 299_999))
        #expect(!passwords.contains(id, code: [1], now: 299_999 + 300_000))
        passwords.insert(id, code: [1], now: 0)
        for now in stride(from: 0 as Int64, to: 3_600_000, by: 250_000) {
            #expect(passwords.contains(id, code: [1], now: now))
        }
        #expect(!passwords.contains(id, code: [1], now: 3_600_000))
        // A clock that was set back makes nothing last longer.
        #expect(!passwords.contains(id, code: [1], now: -1))
    }

    @Test("are one for each principal, and no more than there is room for")
    func capacity() {
        passwords.insert(id, code: [1], now: 0)
        passwords.insert(id, code: [2], now: 0)
        #expect(!passwords.contains(id, code: [1], now: 1))
        #expect(passwords.contains(id, code: [2], now: 1))
        passwords.insert(PrincipalID(rawValue: 2), code: [3], now: 1)
        passwords.insert(PrincipalID(rawValue: 3), code: [4], now: 1)
        #expect(!passwords.contains(id, code: [2], now: 1))
    }

    @Test("are not kept at all where no time is set")
    func off() {
        let none = VerifiedPasswords(idleTime: 0, totalTime: 3_600_000, capacity: 2)
        none.insert(id, code: [1], now: 0)
        #expect(!none.contains(id, code: [1], now: 0))
    }
}

@Suite("Random things")
struct RandomTests {
    @Test("a one-time password is four groups of five characters that nobody misreads")
    func oneTimePassword() {
        let password = OneTimePassword.make { count in (0..<count).map { UInt8(truncatingIfNeeded: $0 * 13) } }
        #expect(password == "0dt7m-1ev8n-2fw9p-3gxaq")
        #expect(OneTimePassword.make() != OneTimePassword.make())
    }

    @Test("the system's random numbers are as many as were asked for", arguments: [0, 1, 7, 8, 9, 32])
    func system(count: Int) {
        #expect(SystemRandom.bytes(count).count == count)
        if count > 8 { #expect(SystemRandom.bytes(count) != SystemRandom.bytes(count)) }
    }
}

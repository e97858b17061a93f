import Bytes
import Cryptography
import Database
import SASL
import Testing

@testable import Directory

/// The client's side of one exchange.
private struct ScramClient {
    var exchange = ScramExchange(isPlus: false, bindings: [:], offersPlus: false)

    /// What came of it, in the words of `Scene.signIn`; `?` behind it where the server's own proof is wrong.
    mutating func signIn(
        _ scene: Scene, _ name: String, _ password: [UInt8], from peer: String = Scene.office, to service: SignInService = .imap
    ) throws -> String {
        let first = "n=\(name),r=client"
        _ = try exchange.receiveFirst(Array("n,,\(first)".utf8))
        switch scene.authenticator.startScram(name: name, peer: peer, now: scene.now) {
        case .mustWait(let seconds): return "wait \(seconds)"
        case .unavailable: return "unavailable"
        case .challenge(let salt, let iterations):
            let challenge = String(decoding: exchange.challenge(salt: salt, iterations: iterations, nonce: Array("server".utf8)), as: UTF8.self)
            let salted = HMACSHA256(key: try PBKDF2.derive(password: SASLprep.prepare(password), salt: salt, iterations: iterations))
            let clientKey = salted.code(Array("Client Key".utf8))
            let last = "c=biws,r=clientserver"
            let message = Array("\(first),\(challenge),\(last)".utf8)
            let proof = zip(clientKey, HMACSHA256(key: SHA256.hash(clientKey)).code(message)).map { $0 ^ $1 }
            let sent = try exchange.receiveFinal(Array(last.utf8) + Array(",p=".utf8) + Base64.encode(proof))
            let (outcome, answer) = scene.authenticator.authenticate(name: name, proof: sent, peer: peer, service: service, now: scene.now)
            switch outcome {
            case .success(let principal):
                let expected = Array("v=".utf8) + Base64.encode(HMACSHA256(key: salted.code(Array("Server Key".utf8))).code(message))
                return principal.name + (answer == expected ? "" : "?")
            case .failure: return "failure"
            case .mustWait(let seconds): return "wait \(seconds)"
            case .directoryUnavailable, .unavailable: return "unavailable"
            }
        }
    }
}

@Suite struct ScramSignInTests {
    private func scram(
        _ scene: Scene, _ name: String, _ password: [UInt8], from peer: String = Scene.office, to service: SignInService = .imap
    ) throws -> String {
        var client = ScramClient()
        return try client.signIn(scene, name, password, from: peer, to: service)
    }

    private func salt(_ scene: Scene, _ name: String) throws -> [UInt8] {
        guard case .challenge(let salt, let iterations) = scene.authenticator.startScram(name: name, peer: Scene.office, now: scene.now) else { return [] }
        #expect(iterations == ScramSalts.iterations)
        return salt
    }

    private func scene(_ policy: ScramPolicy = .always, directories: Directories? = nil) throws -> Scene {
        try Scene(directories: directories) { $0.scram = policy }
    }

    @Test("a verifier is made when the password is used, and is worth nothing after another is set")
    func verifiers() throws {
        let scene = try scene()
        #expect(try scram(scene, "anna", Scene.annasPassword) == "failure")
        #expect(scene.signIn("anna", Scene.annasPassword) == "anna")
        #expect(try scram(scene, "anna", Scene.annasPassword) == "anna")
        #expect(try scram(scene, "anna", Scene.borissPassword) == "failure")
        // By the address, too.
        #expect(try scram(scene, "a.odegard@example.org", Scene.annasPassword) == "anna")

        let other = Array("another".utf8)
        let hash = try scene.passwords.hash(other)
        try scene.database.write { tx in try scene.directory.setPassword(tx, of: scene.anna, hash) }
        #expect(try scram(scene, "anna", Scene.annasPassword) == "failure")
        #expect(try scram(scene, "anna", other) == "failure")
        let salts = try ScramSalts.load(scene.database)
        let verifier = try salts.verifier(other, of: Scene.name("anna"))
        try scene.database.write { tx in try scene.directory.setPassword(tx, of: scene.anna, hash, scram: verifier) }
        #expect(try scram(scene, "anna", other) == "anna")
        try scene.database.write { tx in try scene.directory.setPassword(tx, of: scene.anna, nil, scram: verifier) }
        #expect(try scram(scene, "anna", other) == "failure")
    }

    @Test("who is disabled does not sign in")
    func disabled() throws {
        let scene = try scene()
        scene.signIn("anna", Scene.annasPassword)
        try scene.database.write { tx in try scene.directory.setDisabled(tx, scene.anna, true) }
        #expect(try scram(scene, "anna", Scene.annasPassword) == "failure")
    }

    @Test("the salt of a name tells neither whether somebody has it nor whether there is a verifier")
    func salts() throws {
        let scene = try scene()
        let nobody = try salt(scene, "nobody@example.org")
        #expect(nobody.count == 16)
        #expect(try salt(scene, "NOBODY") == nobody)
        #expect(try salt(scene, "nobody@example.com") != nobody)
        #expect(try salt(scene, "no name at all") == salt(scene, "no name at all"))
        let before = try salt(scene, "anna")
        scene.signIn("anna", Scene.annasPassword)
        #expect(try scram(scene, "anna", Scene.annasPassword) == "anna")
        #expect(try salt(scene, "anna") == before)
        // Another process with the same database says the same.
        let salts = try ScramSalts.load(scene.database)
        #expect(salts.salt(of: "nobody@example.org") == nobody)
    }

    @Test("failures count for the guard as those of passwords do")
    func guesses() throws {
        let scene = try scene()
        scene.signIn("boris", Scene.borissPassword)
        let stranger = "198.51.100.7"
        var outcomes: [String] = []
        for guess in 0..<8 { outcomes.append(try scram(scene, "boris", Array("guess \(guess)".utf8), from: stranger)) }
        #expect(outcomes.prefix(6) == ["failure", "failure", "failure", "failure", "failure", "failure"])
        #expect(outcomes[6].hasPrefix("wait"))
        // Who must wait does not learn that the password is right.
        #expect(try scram(scene, "boris", Scene.borissPassword, from: stranger).hasPrefix("wait"))
        #expect(scene.signIn("boris", Scene.borissPassword, from: stranger).hasPrefix("wait"))
        // Those of one who is not there count no less.
        outcomes = []
        for guess in 0..<8 { outcomes.append(try scram(scene, "nobody", Array("guess \(guess)".utf8), from: "198.51.100.8")) }
        #expect(outcomes[6].hasPrefix("wait"))
    }

    @Test("app passwords sign in where their scope lets them, with hyphens and without")
    func appPasswords() throws {
        let scene = try scene()
        let secret = AppSecret()
        let verifiers = try ScramSalts.load(scene.database).verifiers(secret, of: Scene.name("anna"))
        try scene.database.write { tx in
            guard let anna = try LocalDirectory.find(tx.read, scene.anna) else { throw Failure(.serverBug, "no Anna") }
            try scene.directory.addAppPassword(tx, to: anna, name: "phone", scopes: [.imap], secret: secret, scram: verifiers, now: scene.now)
            try scene.directory.addAppPassword(tx, to: anna, name: "tablet", scopes: [.imap, .dav], now: scene.now)
        }
        #expect(try scram(scene, "anna", Array(secret.text.utf8)) == "anna")
        #expect(try scram(scene, "anna", secret.bytes) == "anna")
        #expect(try scram(scene, "anna", Array(secret.text.utf8), to: .smtp) == "failure")
        #expect(try scram(scene, "boris", Array(secret.text.utf8)) == "failure")
        let used = try scene.database.read { tx in try AppPasswords.all(tx, of: scene.anna) }
        #expect(used.map { $0.lastUsed != nil } == [true, false])
        // The own password is beside them.
        scene.signIn("anna", Scene.annasPassword)
        #expect(try scram(scene, "anna", Scene.annasPassword) == "anna")
        #expect(try scram(scene, "anna", Array(secret.text.utf8)) == "anna")
        _ = try scene.database.write { tx in try scene.directory.revokeAppPassword(tx, of: scene.anna, name: "phone") }
        #expect(try scram(scene, "anna", Array(secret.text.utf8)) == "failure")
    }

    @Test("an app password from before has its verifiers once it is used")
    func oldAppPassword() throws {
        let scene = try scene()
        let secret = AppSecret()
        try scene.database.write { tx in
            guard let anna = try LocalDirectory.find(tx.read, scene.anna) else { throw Failure(.serverBug, "no Anna") }
            try scene.directory.addAppPassword(tx, to: anna, name: "phone", scopes: [.imap], secret: secret, now: scene.now)
        }
        #expect(try scram(scene, "anna", Array(secret.text.utf8)) == "failure")
        #expect(scene.signIn("anna", Array(secret.text.utf8), to: .imap) == "anna")
        #expect(try scram(scene, "anna", Array(secret.text.utf8)) == "anna")
    }

    @Test("it is offered by itself once nobody would be locked out by it")
    func offer() throws {
        let scene = try scene(.auto)
        #expect(!scene.authenticator.offersScram(now: scene.now))
        scene.signIn("anna", Scene.annasPassword)
        scene.advance(seconds: 60)
        #expect(!scene.authenticator.offersScram(now: scene.now))
        scene.signIn("boris", Scene.borissPassword)
        scene.advance(seconds: 60)
        #expect(scene.authenticator.offersScram(now: scene.now))
        try scene.database.write { tx in
            guard let anna = try LocalDirectory.find(tx.read, scene.anna) else { throw Failure(.serverBug, "no Anna") }
            try scene.directory.addAppPassword(tx, to: anna, name: "phone", scopes: [.imap], now: scene.now)
        }
        scene.advance(seconds: 60)
        #expect(!scene.authenticator.offersScram(now: scene.now))
    }

    @Test("who is disabled keeps nobody from it")
    func offerWithoutDisabled() throws {
        let scene = try scene(.auto)
        scene.signIn("anna", Scene.annasPassword)
        try scene.database.write { tx in try scene.directory.setDisabled(tx, scene.boris, true) }
        #expect(scene.authenticator.offersScram(now: scene.now))
    }

    @Test("where a directory has users it is not offered by itself, and a user of its is as one that nobody is")
    func directories() throws {
        func scene(_ policy: ScramPolicy) throws -> Scene {
            let corp = FakeDirectory("corp")
            corp.add(
                DirectoryEntry(id: "7e2f", location: "uid=clara,dc=corp", login: "clara", displayName: "Clara", addresses: ["clara@example.org"]),
                password: "right")
            return try self.scene(policy, directories: Directories(
                [Directories.Source(corp, precedesLocal: false)], localDomain: "example.org"
            ) { tx, new, now throws in try LocalDirectory().add(tx, new, now: now) })
        }
        let quiet = try scene(.auto)
        quiet.signIn("anna", Scene.annasPassword)
        #expect(!quiet.authenticator.offersScram(now: quiet.now))
        #expect(try quiet.database.read { tx in try LocalDirectory.storedPassword(tx, of: quiet.anna).scram } == nil)

        let open = try scene(.always)
        #expect(open.signIn("clara", Array("right".utf8)) == "clara")
        let before = try salt(open, "clara")
        #expect(try scram(open, "clara", Array("right".utf8)) == "failure")
        #expect(try salt(open, "clara") == before)
        // A local user beside it signs in.
        #expect(open.signIn("anna", Scene.annasPassword) == "anna")
        #expect(try scram(open, "anna", Scene.annasPassword) == "anna")
    }

    @Test("where it is not to be offered no verifier is made")
    func never() throws {
        let scene = try scene(.never)
        scene.signIn("anna", Scene.annasPassword)
        #expect(!scene.authenticator.offersScram(now: scene.now))
        #expect(try scene.database.read { tx in try LocalDirectory.storedPassword(tx, of: scene.anna).scram } == nil)
    }
}

import Database
import Testing

@testable import Directory

@Suite("The guard against guessing")
struct GuessGuardTests {
    static let stranger = "198.51.100.7"

    /// Guesses until it must wait, and then after each wait; returns the waits up to the first that is as long as a
    /// block.
    private func guessUntilBlocked(
        _ scene: Scene, _ name: String = "anna", from peer: String, start: Int = 0
    ) -> [Int] {
        var waits: [Int] = []
        for guess in start..<(start + 500) {
            let outcome = scene.signIn(name, guess: guess, from: peer)
            guard outcome.hasPrefix("wait "), let seconds = Int(outcome.dropFirst(5)) else { continue }
            waits.append(seconds)
            if seconds >= 300 { break }
            scene.advance(seconds: Int64(seconds))
        }
        return waits
    }

    @Test("some failures are free, then each wait is longer, then the address is blocked, each time for longer")
    func escalation() throws {
        var options = GuessGuard.Options()
        options.freeFailuresOfName = 1000
        let scene = try Scene(options)
        for guess in 0..<6 { #expect(scene.signIn("anna", guess: guess, from: Self.stranger) == "failure") }
        #expect(scene.signIn("anna", guess: 6, from: Self.stranger) == "wait 1")
        let waits = guessUntilBlocked(scene, from: Self.stranger, start: 7)
        #expect(Array(waits.prefix(6)) == [1, 2, 4, 8, 16, 30])
        #expect(waits.last == 300)
        // The right password does not help one who is blocked, nor does it tell them that it is right.
        #expect(scene.signIn("anna", Scene.annasPassword, from: Self.stranger) == "wait 300")
        scene.advance(seconds: 300)
        #expect(scene.signIn("anna", guess: 1000, from: Self.stranger) == "failure")
        #expect(scene.signIn("anna", guess: 1001, from: Self.stranger) == "wait 600")
        scene.advance(seconds: 600)
        #expect(scene.signIn("anna", Scene.annasPassword, from: Self.stranger) == "anna")
    }

    @Test("blocks do not become longer than a day, and begin anew after a quiet day")
    func longestBlock() throws {
        var options = GuessGuard.Options()
        options.freeFailuresOfName = 1000
        let scene = try Scene(options)
        _ = guessUntilBlocked(scene, from: Self.stranger)
        var block = 300
        for round in 0..<12 {
            scene.advance(seconds: Int64(block))
            // Each block forgives some failures, so that more than one may be needed for the next.
            let waits = guessUntilBlocked(scene, from: Self.stranger, start: 1000 * (round + 1))
            block = try #require(waits.last)
            #expect(block <= 86_400)
        }
        scene.advance(seconds: 3 * 86_400)
        #expect(guessUntilBlocked(scene, from: Self.stranger, start: 100_000).last == 300)
    }

    @Test("failures are forgiven with time")
    func forgiveness() throws {
        let scene = try Scene()
        for guess in 0..<50 {
            #expect(scene.signIn("anna", guess: guess, from: Self.stranger) == "failure")
            scene.advance(seconds: 600)
        }
        #expect(scene.guessGuard.offenders(now: scene.now).isEmpty)
    }

    @Test("the same wrong password again and again counts once, for each name")
    func oldPasswordOnAPhone() throws {
        let scene = try Scene()
        for _ in 0..<200 {
            #expect(scene.signIn("anna", guess: 1, from: Self.stranger) == "failure")
            #expect(scene.signIn("nobody", guess: 1, from: Self.stranger) == "failure")
        }
        #expect(scene.guessGuard.offenders(now: scene.now)
            == [GuessGuard.Offender(network: Self.stranger, failures: 2, blockedUntil: nil)])
        #expect(scene.signIn("anna", Scene.annasPassword, from: Self.stranger) == "anna")
    }

    @Test("an old password that is set again is no longer wrong")
    func passwordSetBack() throws {
        let scene = try Scene()
        #expect(scene.signIn("anna", guess: 1) == "failure")
        let hash = try scene.passwords.hash(Array("guess 1".utf8))
        try scene.database.write { try scene.directory.setPassword($0, of: scene.anna, hash) }
        #expect(scene.signIn("anna", guess: 1) == "anna")
    }

    @Test("this machine and trusted proxies never wait", arguments: [
        "127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1", "", "203.0.113.9",
    ])
    func exempt(peer: String) throws {
        let scene = try Scene()
        for guess in 0..<120 { #expect(scene.signIn("anna", guess: guess, from: peer) == "failure") }
        #expect(scene.signIn("anna", Scene.annasPassword, from: peer) == "anna")
        #expect(scene.guessGuard.blockedCount(now: scene.now) == 0)
        #expect(scene.guessGuard.offenders(now: scene.now).map(\.failures) == [120])
    }

    @Test("an address from which somebody signed in has more failures before it is blocked")
    func knownAddress() throws {
        var options = GuessGuard.Options()
        options.freeFailuresOfName = 1000
        let scene = try Scene(options)
        #expect(scene.signIn("boris", Scene.borissPassword) == "boris")
        for guess in 0..<26 { #expect(scene.signIn("nobody", guess: guess) == "failure") }
        #expect(scene.signIn("nobody", guess: 26) == "wait 1")
        // A day later it is an address like any other.
        scene.advance(seconds: 86_400)
        for guess in 100..<106 { #expect(scene.signIn("nobody", guess: guess) == "failure") }
        #expect(scene.signIn("nobody", guess: 106) == "wait 1")
    }

    @Test("a neighbour who guesses locks nobody out who has signed in from there, and learns little of them")
    func neighbours() throws {
        let scene = try Scene()
        #expect(scene.signIn("boris", Scene.borissPassword) == "boris")
        let waits = guessUntilBlocked(scene, from: Scene.office)
        #expect(waits.last == 300)
        #expect(scene.signIn("boris", Scene.borissPassword) == "boris")
        #expect(scene.signIn("anna", Scene.annasPassword).hasPrefix("wait "))
        // Five guesses at Boris, and he is a stranger there too.
        for guess in 1000..<1005 { #expect(scene.signIn("boris", guess: guess) == "failure") }
        #expect(scene.signIn("boris", guess: 1005).hasPrefix("wait "))
        #expect(scene.signIn("boris", Scene.borissPassword).hasPrefix("wait "))
        // From elsewhere he gets in.
        #expect(scene.signIn("boris", Scene.borissPassword, from: "198.51.100.200") == "boris")
    }

    @Test("a name that is guessed at from everywhere is slowed, but not where it signs in from")
    func distributed() throws {
        let scene = try Scene()
        #expect(scene.signIn("anna", Scene.annasPassword) == "anna")
        var outcomes: [String] = []
        for guess in 0..<40 { outcomes.append(scene.signIn("anna", guess: guess, from: "198.51.100.\(guess)")) }
        #expect(outcomes.prefix(21).allSatisfy { $0 == "failure" })
        #expect(outcomes.dropFirst(21).allSatisfy { $0 == "wait 1" })
        #expect(scene.signIn("anna", Scene.annasPassword) == "anna")
        #expect(scene.signIn("boris", Scene.borissPassword, from: "198.51.100.1") == "boris")
        scene.advance(seconds: 1)
        #expect(scene.signIn("anna", Scene.annasPassword, from: "198.51.100.250") == "anna")
        scene.guessGuard.unblock(try Scene.name("anna"))
    }

    @Test("each address from which the user comes is known, also one whose password needed no hash")
    func severalDevices() throws {
        let scene = try Scene()
        #expect(scene.signIn("anna", Scene.annasPassword, from: "192.0.2.1") == "anna")
        #expect(scene.signIn("anna", Scene.annasPassword, from: "192.0.2.2") == "anna")
        for guess in 0..<40 { _ = scene.signIn("anna", guess: guess, from: "198.51.100.\(guess)") }
        #expect(scene.signIn("anna", Scene.annasPassword, from: Self.stranger).hasPrefix("wait"))
        for device in ["192.0.2.1", "192.0.2.2"] { #expect(scene.signIn("anna", Scene.annasPassword, from: device) == "anna") }
    }

    @Test("names that do not exist are guarded like those that do")
    func noEnumeration() throws {
        let (one, other) = (try Scene(), try Scene())
        for guess in 0..<60 {
            #expect(one.signIn("anna", guess: guess, from: Self.stranger)
                == other.signIn("nobody", guess: guess, from: Self.stranger))
            one.advance(seconds: 2)
            other.advance(seconds: 2)
        }
    }

    @Test("one IPv6 subscriber is one address, another is another")
    func ipv6() throws {
        let scene = try Scene()
        for guess in 0..<6 { #expect(scene.signIn("anna", guess: guess, from: "2001:db8:0:1::\(guess)") == "failure") }
        #expect(scene.signIn("anna", guess: 9, from: "2001:db8:0:1:ffff::9") == "wait 1")
        #expect(scene.signIn("anna", guess: 9, from: "2001:db8:0:2::9") == "failure")
        #expect(scene.guessGuard.offenders(now: scene.now).map(\.network) == ["2001:db8:0:1::/64", "2001:db8:0:2::/64"])
    }

    @Test("who is blocked is listed and can be unblocked")
    func unblocking() throws {
        let scene = try Scene()
        _ = guessUntilBlocked(scene, from: "2001:db8::1")
        #expect(scene.signIn("boris", guess: 1, from: Self.stranger) == "failure")
        let offenders = scene.guessGuard.offenders(now: scene.now)
        #expect(offenders.map(\.network) == ["2001:db8::/64", Self.stranger])
        #expect(offenders.first?.blockedUntil == scene.now + 300_000)
        #expect(offenders.last?.blockedUntil == nil)
        #expect(scene.guessGuard.blockedCount(now: scene.now) == 1)
        #expect(scene.guessGuard.unblock("2001:db8::/64"))
        #expect(!scene.guessGuard.unblock("2001:db8::/64"))
        #expect(!scene.guessGuard.unblock("192.0.2.77"))
        #expect(scene.guessGuard.blockedCount(now: scene.now) == 0)
        scene.advance(seconds: 10)
        #expect(scene.signIn("boris", Scene.borissPassword, from: "2001:db8::1") == "boris")
    }

    @Test("memory is bounded: the oldest addresses are forgotten")
    func bounded() throws {
        var options = GuessGuard.Options()
        options.capacity = 10
        let guessGuard = GuessGuard(options)
        let name = try Scene.name("anna")
        for number in 0..<250 { guessGuard.failed("192.0.2.\(number)", name, fingerprint: UInt64(number), now: 1000) }
        #expect(guessGuard.offenders(now: 1000).count == 10)
        #expect(guessGuard.offenders(now: 1000, limit: 3).count == 3)
    }

    @Test("where it is switched off nobody waits")
    func off() throws {
        var options = GuessGuard.Options()
        options.isEnabled = false
        let scene = try Scene(options)
        for guess in 0..<60 { #expect(scene.signIn("anna", guess: guess, from: Self.stranger) == "failure") }
        #expect(scene.signIn("anna", Scene.annasPassword, from: Self.stranger) == "anna")
        #expect(scene.guessGuard.blockedCount(now: scene.now) == 0)
    }

    @Test("addresses in all their forms", arguments: [
        ("192.0.2.1", "192.0.2.1"), ("::ffff:192.0.2.1", "192.0.2.1"), ("[2001:db8::1]", "2001:db8::/64"),
        ("fe80::1%eth0", "fe80::/64"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"), ("nonsense", "unknown"),
    ])
    func networks(text: String, expected: String) {
        #expect(PeerNetwork(text).description == expected)
        #expect(!PeerNetwork(text).isLoopback)
    }
}

import Cryptography
import Database
import Synchronization
import TestEngines
import Testing

@testable import Directory

/// A database with two users, `anna` and `boris`, and what checks their passwords; a clock and random numbers that a
/// test sets.
final class Scene: Sendable {
    static let annasPassword = Array("anna's password".utf8)
    static let borissPassword = Array("boris's password".utf8)
    static let office = "192.0.2.1"

    let database: any Database
    let cache: PrincipalCache
    let directory: LocalDirectory
    let guessGuard: GuessGuard
    let authenticator: Authenticator
    let passwords: Passwords
    let memberships: DirectoryMemberships?
    let anna: PrincipalID
    let boris: PrincipalID
    private let time: Clock

    final class Clock: Sendable {
        private let value = Mutex<Int64>(1_767_323_045_000)
        var now: Int64 { value.withLock { $0 } }
        func advance(_ milliseconds: Int64) { value.withLock { $0 += milliseconds } }
    }

    var now: Int64 { time.now }
    func advance(seconds: Int64) { time.advance(seconds * 1000) }

    /// Never the same bytes twice, and always the same ones in a test.
    static func counting() -> RandomSource {
        let next = Mutex<UInt8>(0)
        return { @Sendable count in
            next.withLock { next in
                (0..<count).map { _ in
                    next &+= 1
                    return next
                }
            }
        }
    }

    static func cheap(_ logarithmOfN: Int = 4) throws -> Scrypt.Parameters {
        try #require(Scrypt.Parameters(logarithmOfN: logarithmOfN))
    }

    init(
        _ guardOptions: GuessGuard.Options = GuessGuard.Options(), exempt: String = "203.0.113.9",
        directories: Directories? = nil,
        edit: (inout Authenticator.Options) throws -> Void = { _ in }
    ) throws {
        let time = Clock()
        self.time = time
        let random = Self.counting()
        database = try TestEngine.current.temporary()
        cache = PrincipalCache(database: database, clock: { time.now })
        let directory = LocalDirectory(cache: cache)
        self.directory = directory
        passwords = Passwords(parameters: try Self.cheap(), random: random)
        let hashes = (try passwords.hash(Self.annasPassword), try passwords.hash(Self.borissPassword))
        let names = (try Self.name("anna@example.org"), try Self.name("boris@example.org"))
        (anna, boris) = try database.write { tx in
            (try directory.add(tx, NewPrincipal(
                names.0, displayName: "Anna Ödegård", addresses: ["Anna@Example.org", "a.odegard@example.org"],
                password: hashes.0), now: 1).id,
             try directory.add(tx, NewPrincipal(names.1, displayName: "Борис Ёлкин", password: hashes.1), now: 1).id)
        }
        guessGuard = GuessGuard(guardOptions, isExempt: { $0 == exempt })
        var options = Authenticator.Options(defaultDomain: "example.org")
        options.parameters = try Self.cheap()
        try edit(&options)
        let database = database, cache = cache
        memberships = directories.map { DirectoryMemberships($0, database: database, principals: cache) }
        authenticator = Authenticator(
            database: database, principals: cache, guessGuard: guessGuard, options: options,
            directories: directories, memberships: memberships, random: random)
    }

    deinit { database.close() }

    static func name(_ text: String) throws -> SignInName {
        try #require(SignInName(text, defaultDomain: "example.org"))
    }

    /// A word for what came of it: the name, "failure", "wait n", "directory ..." or "unavailable".
    @discardableResult
    func signIn(
        _ name: String, _ password: [UInt8], from peer: String = office, to service: SignInService? = nil
    ) -> String {
        switch authenticator.authenticate(name: name, password: password, peer: peer, service: service, now: now) {
        case .success(let principal): principal.name
        case .failure: "failure"
        case .mustWait(let seconds): "wait \(seconds)"
        case .directoryUnavailable(let reason): "directory \(reason.directory) \(reason.reason) \(reason.retryAfter)"
        case .unavailable: "unavailable"
        }
    }

    func signIn(_ name: String, guess: Int, from peer: String = office) -> String {
        signIn(name, Array("guess \(guess)".utf8), from: peer)
    }
}

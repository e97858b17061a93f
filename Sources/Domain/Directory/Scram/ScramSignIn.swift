import Cryptography
import Database
import Locks
import SASL

/// What to tell a client that begins SCRAM.
package enum ScramStart: Sendable {
    case challenge(salt: [UInt8], iterations: Int)
    /// Nothing is said of the name; it may be tried again after so many seconds.
    case mustWait(seconds: Int)
    /// Our fault: to be logged.
    case unavailable(any Error)
}

/// Holds proofs against verifiers, and makes these when a password is known.
///
/// A name that nobody has, one without a verifier and a disabled one go the same way as a wrong password. An address of
/// somebody's that is not their name has the salt of the name, so who knows two addresses can see that they are one person's.
final class ScramSignIn: Sendable {
    /// What a proof was right for.
    enum Match: Sendable {
        case own
        case app(AppPassword)
    }

    private let database: any Database
    private let principals: PrincipalCache
    private let random: RandomSource
    private let salts = Guarded<ScramSalts?>(nil)
    private let unmatchable: ScramVerifier

    init(_ database: any Database, _ principals: PrincipalCache, random: @escaping RandomSource) {
        self.database = database
        self.principals = principals
        self.random = random
        unmatchable = .unmatchable(salt: random(16), iterations: ScramSalts.iterations, key: random(32))
    }

    private func loadedSalts() throws -> ScramSalts {
        if let salts = salts.withLock({ $0 }) { return salts }
        let loaded = try ScramSalts.load(database, random: random)
        salts.withLock { $0 = loaded }
        return loaded
    }

    /// - Parameter name: as it was typed, or as it is known.
    func start(_ account: Account?, name: String) throws -> ScramStart {
        let salts = try loadedSalts()
        let isKnown = account.map { account in
            ([account.scram].compactMap { $0 } + account.appPasswords.flatMap(\.scram))
                .contains { salts.fits($0, account.principal.signInText) }
        } ?? false
        let name = isKnown ? account?.principal.signInText ?? name : name
        return .challenge(salt: salts.salt(of: name), iterations: ScramSalts.iterations)
    }

    /// Which password of the account was proved, and what the server proves in turn.
    func find(
        _ proof: ScramProof, in account: Account?, isOwnTaken: Bool, service: SignInService
    ) throws -> (match: Match, answer: [UInt8])? {
        // So that an account without any takes as long.
        var found: (Match, [UInt8])?
        _ = proof.answer(unmatchable)
        guard let account else { return nil }
        let salts = try loadedSalts()
        func take(_ verifier: ScramVerifier, _ match: Match) {
            guard found == nil, salts.fits(verifier, account.principal.signInText), let answer = proof.answer(verifier) else { return }
            found = (match, answer)
        }
        if isOwnTaken, let own = account.scram { take(own, .own) }
        for password in account.appPasswords where password.scopes.contains(service) {
            for verifier in password.scram { take(verifier, .app(password)) }
        }
        return found
    }

    // MARK: Making verifiers

    func needsVerifier(_ account: Account) -> Bool {
        guard account.password != nil, let salts = try? loadedSalts() else { return false }
        return account.scram.map { !salts.fits($0, account.principal.signInText) } ?? true
    }

    func needsVerifiers(_ password: AppPassword, of account: Account) -> Bool {
        guard let salts = try? loadedSalts() else { return false }
        return password.scram.isEmpty || !password.scram.allSatisfy { salts.fits($0, account.principal.signInText) }
    }

    /// The password was found right just now. Where it fails the next sign-in tries again.
    func note(_ password: [UInt8], of account: Account, name: SignInName) {
        guard let salts = try? loadedSalts(), let verifier = try? salts.verifier(password, of: name) else { return }
        let directory = LocalDirectory(cache: principals)
        try? database.write { tx in
            try directory.noteVerifier(tx, of: account.principal.id, account.storedPassword, verifier)
        }
    }

    func note(_ secret: AppSecret, _ password: AppPassword, of account: Account, name: SignInName) {
        guard let salts = try? loadedSalts(), let verifiers = try? salts.verifiers(secret, of: name) else { return }
        let directory = LocalDirectory(cache: principals)
        try? database.write { tx in
            try directory.noteVerifiers(tx, of: account.principal.id, password, verifiers)
        }
    }
}

package import Cryptography
package import Database

/// What came of a sign-in.
package enum AuthenticationOutcome: Sendable {
    case success(Principal)
    /// The name or the password is wrong, or the principal is disabled: which one, nobody is told.
    case failure
    /// Nothing was checked; it may be tried again after so many seconds.
    case mustWait(seconds: Int)
    /// The directory that has the name, or may have it, cannot be asked now; it may be tried again later.
    case directoryUnavailable(DirectoryUnavailable)
    /// Our fault: to be logged.
    case unavailable(any Error)
}

/// Checks names and passwords. Blocks its thread: for the database, and for the computation of a hash.
package final class Authenticator: Sendable {
    package struct Options: Sendable {
        /// The domain of a sign-in name that has none.
        package var defaultDomain: String
        /// What hashes should cost: one that costs otherwise is replaced when its password is known.
        package var parameters = Scrypt.Parameters.standard
        /// Milliseconds without use after which a right password is forgotten; 0: none is remembered.
        package var idleTime: Int64 = 5 * 60_000
        /// Milliseconds after which a right password is forgotten in any case.
        package var totalTime: Int64 = 60 * 60_000
        /// Right passwords that are remembered.
        package var capacity = 50_000
        /// Hashes computed at a time: each takes the memory of its parameters and one processor.
        package var concurrentHashes = 2
        /// Threads that may wait for a hash: fewer than there are, or wrong passwords keep all others from being
        /// served.
        package var waitingThreads = 16
        /// Milliseconds for which a password that a directory found right is taken while that directory is down;
        /// after `idleTime` it is asked again wherever it answers.
        package var outageTime: Int64 = 12 * 3_600_000
        package var scram = ScramPolicy.never
        /// Told where a directory knows who it is and refuses them for another reason than a wrong password, which they are not told.
        package var noteRefusal: @Sendable (_ name: SignInName, _ directory: String, _ reason: String) -> Void = { _, _, _ in }

        package init(defaultDomain: String) { self.defaultDomain = defaultDomain }
    }

    private enum Verdict: Sendable {
        case right, wrong
        case mustWait(Int64)
        case failed(CryptographyError)
    }

    /// Who slows and blocks guessers.
    package let guessGuard: GuessGuard

    let database: any Database
    let principals: PrincipalCache
    let options: Options
    private let passwords: Passwords
    private let verified: VerifiedPasswords
    private let gate: VerificationGate<Verdict>
    let directories: DirectorySignIn?
    let memberships: DirectoryMemberships?
    private let appPasswords: AppPasswordSignIn
    let scram: ScramSignIn
    let scramOffer: ScramOffer
    let key: HMACSHA256
    /// What the passwords of those who cannot sign in are compared with.
    private let unmatchable: PasswordHash

    /// - Parameters:
    ///   - directories: those elsewhere; nil: all principals are of this database.
    ///   - memberships: who is in which of their groups; nil: that is not followed.
    package init(
        database: any Database, principals: PrincipalCache, guessGuard: GuessGuard, options: Options,
        directories: Directories? = nil, memberships: DirectoryMemberships? = nil,
        random: @escaping RandomSource = SystemRandom.bytes
    ) {
        self.database = database
        self.principals = principals
        self.guessGuard = guessGuard
        self.options = options
        passwords = Passwords(parameters: options.parameters, random: random)
        let verified = VerifiedPasswords(
            idleTime: options.idleTime, totalTime: options.totalTime, capacity: options.capacity)
        self.verified = verified
        gate = VerificationGate(permits: options.concurrentHashes, maximumWaiting: options.waitingThreads)
        let key = HMACSHA256(key: random(32))
        self.key = key
        self.memberships = memberships
        self.directories = directories.map {
            DirectorySignIn(
                $0, database: database, principals: principals, verified: verified, guessGuard: guessGuard, key: key,
                options: options, memberships: memberships)
        }
        appPasswords = AppPasswordSignIn(database: database, capacity: options.capacity)
        scram = ScramSignIn(database, principals, random: random)
        scramOffer = ScramOffer(options.scram, hasDirectories: directories != nil, database: database)
        unmatchable = passwords.unmatchable()
    }

    /// Of a sign-in name that has none.
    package var defaultDomain: String { options.defaultDomain }

    /// Who that is, where this password was found right lately and no directory elsewhere is to be asked: no hash is computed. nil:
    /// `authenticate` tells.
    package func remembered(name: String, password: [UInt8], peer: String, now: Int64) -> Principal? {
        guard Passwords.isPossible(password), let signInName = SignInName(name, defaultDomain: options.defaultDomain),
            guessGuard.wait(peer, signInName, now: now) == nil, let account = try? principals.account(signInName, now: now)
        else { return nil }
        guard let principal = remembered(account, code: key.code(account.seal, password), now: now) else { return nil }
        guessGuard.cameBack(peer, signInName, now: now)
        return principal
    }

    private func remembered(_ account: Account, code: [UInt8], now: Int64) -> Principal? {
        let isKnown = account.link == nil && !account.principal.isDisabled
        return isKnown && verified.contains(account.principal.id, code: code, now: now) ? account.principal : nil
    }

    /// Checks `password` for `name` (`name@domain`, `name`, or a mail address).
    ///
    /// - Parameters:
    ///   - peer: the address of who asks, without a port; empty for a local socket.
    ///   - service: what is signed in to. Without it no app password is taken.
    package func authenticate(
        name: String, password: [UInt8], peer: String, service: SignInService? = nil, now: Int64
    ) -> AuthenticationOutcome {
        // Neither can be anybody's; no hash is computed for them, and nothing is learned.
        guard Passwords.isPossible(password),
            let signInName = SignInName(name, defaultDomain: options.defaultDomain)
        else { return .failure }
        // Before all else: whoever is blocked must not learn either that a guess was right.
        if let wait = guessGuard.wait(peer, signInName, now: now) { return mustWait(wait) }

        var account: Account?
        do { account = try principals.account(signInName, now: now) } catch { return .unavailable(error) }
        // A group of a directory signs in nowhere, and a user who is called the same may be in another one.
        if account?.link != nil, account?.principal.kind == .group { account = nil }
        // Names that do not exist go the same way, with a hash that nothing matches.
        var code = key.code(account?.seal ?? Account.seal(signInName.description, "-"), password)
        if let account, let principal = remembered(account, code: code, now: now) {
            guessGuard.cameBack(peer, signInName, now: now)
            return .success(principal)
        }
        let secret = AppSecret(typed: password)
        if secret != nil, service != nil, account == nil, let directories {
            // A login that is neither the name here nor an address: known by each process only once it was asked for.
            switch directories.owner(of: signInName, code: code, now: now) {
            case .success:
                do { account = try principals.account(signInName, now: now) } catch { return .unavailable(error) }
                code = key.code(account?.seal ?? Account.seal(signInName.description, "-"), password)
            case .mustWait(let wait): return mustWait(wait)
            case .directoryUnavailable(let reason): return .directoryUnavailable(reason)
            case .unavailable(let error): return .unavailable(error)
            case .failure, .nobody: break
            }
        }
        let fingerprint = Self.fingerprint(of: code)
        if let secret, let account, let service,
            let used = AppPasswordSignIn.find(secret, for: service, in: account.appPasswords) {
            let outcome = signIn(signInName, account, used, code: code, fingerprint: fingerprint, peer: peer, now: now)
            if case .success = outcome, scramOffer.makesVerifiers, scram.needsVerifiers(used, of: account),
                let name = account.principal.signInName {
                _ = gate.run(code) {
                    scram.note(secret, used, of: account, name: name)
                    return .right
                }
            }
            return outcome
        }
        // Sent to a directory, an app password that was revoked would lock its owner's account there. It is held against a
        // hash that nothing matches: the time of the answer must not tell which names are this database's.
        let isWithheld = secret != nil && directories?.hasSources(for: signInName, account) == true
        if let directories, !isWithheld {
            switch directories.signIn(signInName, account, password, code: code, peer: peer, now: now) {
            case .success(let principal):
                guessGuard.succeeded(peer, signInName, now: now)
                return .success(principal)
            case .failure:
                guessGuard.failed(peer, signInName, fingerprint: fingerprint, now: now)
                return .failure
            case .mustWait(let wait): return mustWait(wait)
            case .directoryUnavailable(let reason): return .directoryUnavailable(reason)
            case .unavailable(let error): return .unavailable(error)
            case .nobody: break
            }
        }
        if guessGuard.isKnownFailure(peer, signInName, fingerprint: fingerprint) {
            guessGuard.failed(peer, signInName, fingerprint: fingerprint, now: now)
            return .failure
        }

        let hash = isWithheld ? unmatchable : account?.password ?? unmatchable
        let verdict = gate.run(code) { () -> Verdict in
            // While this one waited, others may have failed.
            if let wait = guessGuard.wait(peer, signInName, now: now) { return .mustWait(wait) }
            do throws(CryptographyError) {
                guard try hash.verify(password) else { return .wrong }
            } catch {
                return .failed(error)
            }
            if let account { keep(password, of: account) }
            return .right
        }
        guard let verdict else { return mustWait(1_000) }
        switch verdict {
        case .mustWait(let wait):
            return mustWait(wait)
        case .failed(let error):
            return .unavailable(Failure(.unavailable, "a password cannot be checked: \(error)"))
        case .right:
            if let account, !account.principal.isDisabled {
                verified.insert(account.principal.id, code: code, now: now)
                guessGuard.succeeded(peer, signInName, now: now)
                return .success(account.principal)
            }
        case .wrong:
            break
        }
        guessGuard.failed(peer, signInName, fingerprint: fingerprint, now: now)
        return .failure
    }

    /// The app password is right; whether its owner may sign in is another matter.
    func signIn(
        _ name: SignInName, _ account: Account, _ used: AppPassword, code: [UInt8], fingerprint: UInt64, peer: String,
        now: Int64
    ) -> AuthenticationOutcome {
        var principal = account.principal
        var isAllowed = !principal.isDisabled
        if isAllowed, account.link != nil || directories != nil {
            switch directories?.standing(of: account, name, code: code, now: now) {
            case .success(let found): principal = found
            case .mustWait(let wait): return mustWait(wait)
            case .directoryUnavailable(let reason): return .directoryUnavailable(reason)
            case .unavailable(let error): return .unavailable(error)
            // A directory that is in the settings no more has no users here.
            case .failure, .nobody, nil: isAllowed = false
            }
        }
        guard isAllowed else {
            guessGuard.failed(peer, name, fingerprint: fingerprint, now: now)
            return .failure
        }
        appPasswords.noteUse(used, of: principal.id, now: now)
        guessGuard.succeeded(peer, name, now: now)
        return .success(principal)
    }

    /// In whole seconds, rounded up.
    func mustWait(_ milliseconds: Int64) -> AuthenticationOutcome { .mustWait(seconds: Self.seconds(milliseconds)) }

    static func seconds(_ milliseconds: Int64) -> Int { max(1, Int((milliseconds + 999) / 1000)) }

    /// Of a code or proof, so that the same one that is wrong again is known as such.
    static func fingerprint(of code: [UInt8]) -> UInt64 { code.prefix(8).reduce(0) { $0 << 8 | UInt64($1) } }

    /// Makes what is kept of a password that is known just now as it should be. Under the gate, as it computes hashes too.
    private func keep(_ password: [UInt8], of account: Account) {
        if scramOffer.makesVerifiers, scram.needsVerifier(account), let name = account.principal.signInName {
            scram.note(password, of: account, name: name)
        }
        replaceHash(of: account, password)
    }

    /// Gives it the cost that hashes should have.
    private func replaceHash(of account: Account, _ password: [UInt8]) {
        guard let old = account.password, old.parameters != options.parameters else { return }
        // Where it fails the old hash stays, and the next sign-in tries again.
        guard let new = try? passwords.hash(password) else { return }
        let directory = LocalDirectory(cache: principals)
        try? database.write { tx in
            try directory.replaceHash(tx, of: account.principal.id, account.storedPassword, by: new)
        }
    }
}

import Cryptography
import Database
import Locks

/// Sign-in of those whose passwords are checked by a directory elsewhere.
///
/// A password that was right is taken again without asking for `idleTime`, and while the directory is down for
/// `outageTime`. One that was wrong is not sent again for a minute, so that a telephone with an old password does not lock
/// its owner's account there.
final class DirectorySignIn: Sendable {
    enum Outcome: Sendable {
        case success(Principal)
        case failure
        case mustWait(Int64)
        case directoryUnavailable(DirectoryUnavailable)
        case unavailable(any Error)
        /// No directory has the name: it may be this database's.
        case nobody
    }

    /// What one directory says.
    private enum Answer: Sendable {
        case right(DirectoryEntry)
        case wrong, refused, nobody
        case mustWait(Int64)
        case unavailable(DirectoryUnavailable)
        /// It may well be there, but has more to do than it is given.
        case busy(DirectoryUnavailable)
    }

    private static let rejectionTime: Int64 = 60_000

    private let directories: Directories
    private let database: any Database
    private let principals: PrincipalCache
    private let local: LocalDirectory
    private let verified: VerifiedPasswords
    private let guessGuard: GuessGuard
    private let key: HMACSHA256
    private let idleTime: Int64
    private let outageTime: Int64
    private let noteRefusal: @Sendable (SignInName, String, String) -> Void
    private let gates: [String: VerificationGate<Answer>]
    private let rejected: Guarded<RecencyMap<[UInt8], Int64>>
    private let memberships: DirectoryMemberships?
    /// When somebody's entry was last found to be one that may sign in, for those who show an app password.
    private let standings: Guarded<RecencyMap<PrincipalID, Int64>>

    init(
        _ directories: Directories, database: any Database, principals: PrincipalCache, verified: VerifiedPasswords,
        guessGuard: GuessGuard, key: HMACSHA256, options: Authenticator.Options,
        memberships: DirectoryMemberships?
    ) {
        self.directories = directories
        self.database = database
        self.principals = principals
        local = LocalDirectory(cache: principals)
        self.verified = verified
        self.guessGuard = guessGuard
        self.key = key
        idleTime = options.idleTime
        outageTime = max(options.idleTime, options.outageTime)
        noteRefusal = options.noteRefusal
        // A directory that hangs holds its own threads only.
        gates = Dictionary(directories.sources.map {
            ($0.backend.name, VerificationGate(permits: $0.concurrency, maximumWaiting: $0.concurrency))
        }) { first, _ in first }
        rejected = Guarded(RecencyMap(capacity: options.capacity))
        self.memberships = memberships
        standings = Guarded(RecencyMap(capacity: options.capacity))
    }

    /// - Parameter code: the password's, under the account's seal.
    func signIn(
        _ name: SignInName, _ account: Account?, _ password: [UInt8], code: [UInt8], peer: String, now: Int64
    ) -> Outcome {
        let sources = directories.sources(for: name, account)
        if sources.isEmpty { return .nobody }
        if account?.principal.isDisabled == true { return .failure }
        var age: Int64?
        if let account, account.link != nil {
            // What was seen since counts more than what was right before.
            let isShut = memberships?.isShut(account.principal.id) == true
            age = isShut ? nil : verified.age(account.principal.id, code: code, now: now, limit: outageTime)
            if let age, age < idleTime { return .success(account.principal) }
        }
        if isRejected(code, now: now) { return .failure }

        var unavailable: DirectoryUnavailable?
        for source in sources {
            switch ask(source, name, account, password, code: code, peer: peer, now: now) {
            case .right(let entry): return signedIn(name, entry, source, account, password, now: now)
            case .wrong:
                // It may be what was right before it was changed there.
                if let account { verified.forget(account.principal.id) }
                rejected.withLock { $0.set(code, now) }
                return .failure
            case .refused:
                // What was right before must not be taken any more.
                if let account { forget(account) }
                rejected.withLock { $0.set(code, now) }
                return .failure
            case .mustWait(let wait): return .mustWait(wait)
            case .busy(let reason): return .directoryUnavailable(reason)
            case .unavailable(let reason): unavailable = unavailable ?? reason
            case .nobody:
                // Who is gone there cannot sign in here, whatever is remembered.
                if let account, account.link != nil {
                    forget(account)
                    return .failure
                }
            }
        }
        guard let unavailable else { return .nobody }
        if let account {
            if age != nil { return .success(account.principal) }
            // A local account's own password is still its own.
            if account.link == nil { return .nobody }
        }
        return .directoryUnavailable(unavailable)
    }

    private func ask(
        _ source: Directories.Source, _ name: SignInName, _ account: Account?, _ password: [UInt8], code: [UInt8],
        peer: String, now: Int64
    ) -> Answer {
        let backend = source.backend
        let answer = gates[backend.name]?.run(code) { () -> Answer in
            // While this one waited, others may have failed.
            if let wait = guessGuard.wait(peer, name, now: now) { return .mustWait(wait) }
            do throws(DirectoryUnavailable) {
                // By name first: the name may be another's by now. Whose is nobody's any more is found by the id.
                var found = try backend.find(name)
                if found == nil, let link = account?.link { found = try backend.entry(id: link.entryID) }
                guard let entry = found, entry.kind == .user, Self.isStorable(entry.id) else { return .nobody }
                guard entry.state == .active else {
                    noteRefusal(name, backend.name, entry.state.rawValue)
                    return .refused
                }
                switch try backend.verify(password, of: entry) {
                case .right: return .right(entry)
                case .wrong: return .wrong
                case .refused(let reason):
                    noteRefusal(name, backend.name, reason)
                    return .refused
                }
            } catch {
                return .unavailable(error)
            }
        }
        // A directory that has much to do is not one that is down: nothing that is remembered counts for it.
        return answer ?? .busy(Self.busy(backend.name))
    }

    private func signedIn(
        _ name: SignInName, _ entry: DirectoryEntry, _ source: Directories.Source, _ account: Account?,
        _ password: [UInt8], now: Int64
    ) -> Outcome {
        do {
            let principal = try directories.principal(of: entry, source, known: account, database, local, now: now)
            if principal.isDisabled { return .failure }
            // A name that this database does not know, or knows as another's: or it would be asked for at each request.
            let isKnown = account.map { $0.principal.id == principal.id }
                ?? ([principal.signInText] + principal.addresses).contains(name.description)
            if !isKnown { principals.remember(name, principal.id) }
            // The account may be another than was asked for, or new: its seal is another.
            let link = DirectoryLink(directory: source.backend.name, entryID: entry.id)
            memberships?.noteSignIn(principal.id)
            followGroups(of: principal, entry, source, now: now)
            let sealed = Account(principal, storedPassword: nil, link: link)
            verified.insert(principal.id, code: key.code(sealed.seal, password), now: now)
            return .success(principal)
        } catch DirectoryRefusal.notAUser {
            return .failure
        } catch {
            return .unavailable(error)
        }
    }

    /// Whether who has shown a right app password may sign in: whether the entry is there, and not disabled or expired. What
    /// it was is taken again for `idleTime`, and while the directory is down for `outageTime`, as a password is.
    ///
    /// - Parameter code: the app password's, under the account's seal.
    func standing(
        of account: Account, _ name: SignInName, code: [UInt8], now: Int64
    ) -> Outcome {
        guard let link = account.link else { return standing(ofLocal: account, name, code: code, now: now) }
        guard let source = directories.sources(for: name, account).first else { return .nobody }
        let age = age(ofStanding: account, now: now)
        if let age, age < idleTime { return .success(account.principal) }
        if isRejected(code, now: now) { return .failure }
        let answer = look(source, code) { backend throws(DirectoryUnavailable) in try backend.entry(id: link.entryID) }
        switch answer {
        case .right(let entry):
            do {
                let principal = try directories.principal(of: entry, source, known: account, database, local, now: now)
                memberships?.noteSignIn(principal.id)
                followGroups(of: principal, entry, source, now: now)
                standings.withLock { $0.set(principal.id, now) }
                return .success(principal)
            } catch DirectoryRefusal.notAUser {
                return .failure
            } catch {
                return .unavailable(error)
            }
        case .wrong, .refused, .nobody:
            forget(account)
            rejected.withLock { $0.set(code, now) }
            return .failure
        case .mustWait(let wait): return .mustWait(wait)
        case .unavailable(let reason):
            if let age, age < outageTime { return .success(account.principal) }
            return .directoryUnavailable(reason)
        case .busy(let reason): return .directoryUnavailable(reason)
        }
    }

    /// The same of one who is no entry's yet: where a directory comes first, whom it has disabled is refused with the own
    /// password, and so with any other.
    private func standing(ofLocal account: Account, _ name: SignInName, code: [UInt8], now: Int64) -> Outcome {
        let sources = directories.sources(for: name, account)
        if sources.isEmpty { return .success(account.principal) }
        if let age = age(ofStanding: account, now: now), age < idleTime { return .success(account.principal) }
        if isRejected(code, now: now) { return .failure }
        var isSure = true
        asking: for source in sources {
            switch look(source, code, { backend throws(DirectoryUnavailable) in try backend.find(name) }) {
            case .right: break asking
            case .nobody: continue
            case .wrong, .refused:
                forget(account)
                rejected.withLock { $0.set(code, now) }
                return .failure
            case .mustWait(let wait): return .mustWait(wait)
            case .busy(let reason): return .directoryUnavailable(reason)
            // Its outage refuses nobody whose password is of this database.
            case .unavailable: isSure = false
            }
        }
        if isSure { standings.withLock { $0.set(account.principal.id, now) } }
        return .success(account.principal)
    }

    private func age(ofStanding account: Account, now: Int64) -> Int64? {
        if memberships?.isShut(account.principal.id) == true { return nil }
        return standings.withLock { $0.use(account.principal.id) }.flatMap { now >= $0 ? now - $0 : nil }
    }

    /// What an entry is, without its password.
    private func look(
        _ source: Directories.Source, _ code: [UInt8],
        _ find: (any DirectoryBackend) throws(DirectoryUnavailable) -> DirectoryEntry?
    ) -> Answer {
        let answer = gates[source.backend.name]?.run(code) { () -> Answer in
            do throws(DirectoryUnavailable) {
                guard let entry = try find(source.backend), entry.kind == .user, Self.isStorable(entry.id)
                else { return .nobody }
                return entry.state == .active ? .right(entry) : .refused
            } catch {
                return .unavailable(error)
            }
        }
        return answer ?? .busy(Self.busy(source.backend.name))
    }

    // MARK: Names

    /// Whether a directory is asked for the password of who signs in under this name.
    func hasSources(for name: SignInName, _ account: Account?) -> Bool { !directories.sources(for: name, account).isEmpty }

    /// Finds whose a name is that only a directory knows, of those who are known here: `success` where it is somebody's, and
    /// the cache has it from then on. No password is sent.
    ///
    /// - Parameter code: the app password's, under the name's seal.
    func owner(of name: SignInName, code: [UInt8], now: Int64) -> Outcome {
        let sources = directories.sources(for: name, nil)
        if sources.isEmpty || isRejected(code, now: now) { return .nobody }
        var unavailable: DirectoryUnavailable?
        for source in sources {
            switch look(source, code, { backend throws(DirectoryUnavailable) in try backend.find(name) }) {
            case .right(let entry):
                let link = DirectoryLink(directory: source.backend.name, entryID: entry.id)
                do {
                    guard let principal = try database.read({ tx in try DirectoryAccounts.principal(tx, of: link) }),
                        principal.kind == .user
                    else { break }
                    principals.remember(name, principal.id)
                    return .success(principal)
                } catch {
                    return .unavailable(error)
                }
            case .wrong, .refused, .nobody: continue
            case .mustWait(let wait): return .mustWait(wait)
            case .busy(let reason): return .directoryUnavailable(reason)
            case .unavailable(let reason): unavailable = unavailable ?? reason
            }
        }
        if let unavailable { return .directoryUnavailable(unavailable) }
        rejected.withLock { $0.set(code, now) }
        return .nobody
    }

    /// After the gate is left: a walk through groups must not keep others from signing in.
    ///
    /// Where it fails (two of a group sign in for the first time at once, say) nobody is refused: `refresh` does it soon.
    private func followGroups(
        of principal: Principal, _ entry: DirectoryEntry, _ source: Directories.Source, now: Int64
    ) {
        guard let memberships, let groups = memberships.ask(source, entry, now: now) else { return }
        let link = DirectoryLink(directory: source.backend.name, entryID: entry.id)
        try? memberships.note(groups, of: principal.id, link, source, now: now)
    }

    /// Nothing is remembered any more of who may not sign in.
    private func forget(_ account: Account) {
        verified.forget(account.principal.id)
        _ = standings.withLock { $0.remove(account.principal.id) }
    }

    private static func busy(_ directory: String) -> DirectoryUnavailable {
        DirectoryUnavailable(directory: directory, reason: "too many sign-ins wait for it", retryAfter: 1)
    }

    private func isRejected(_ code: [UInt8], now: Int64) -> Bool {
        rejected.withLock { rejected in
            guard let at = rejected.use(code) else { return false }
            return now >= at && now - at < Self.rejectionTime
        }
    }

    /// An id is a key in the database and part of a seal.
    static func isStorable(_ id: String) -> Bool { 1...255 ~= id.utf8.count && !id.utf8.contains(0) }
}

package import Database
import Locks

/// Principals by their sign-in names, so that a request does not need the database to know who asks.
///
/// A change made in this process (through a `LocalDirectory` that knows the cache) is seen at once; one made by another
/// process as soon as its notice is heard (`forget(_:)`), and after `lifetime` in any case.
package final class PrincipalCache: Sendable {
    private struct Entry: Sendable {
        var account: Account
        var loaded: Int64
    }

    private struct State {
        var entries: RecencyMap<SignInName, Entry>
        // When a name was found to be nobody's. Apart, as anybody can ask for any number of names; kept at all, so
        // that the time of an answer does not tell whether a name exists.
        var absent: RecencyMap<SignInName, Int64>
        // Names that a directory elsewhere says are a principal's, and that this database does not know as such: a login
        // that is neither the name here nor an address.
        var aliases: RecencyMap<SignInName, PrincipalID>
        // Counts what was forgotten: what was read before must not be kept after.
        var generation = 0
    }

    private let state: Guarded<State>
    private let database: any Database
    private let lifetime: Int64
    private let clock: @Sendable () -> Int64

    /// - Parameters:
    ///   - lifetime: milliseconds for which a principal is taken as it was read.
    ///   - capacity: principals at most.
    package init(
        database: any Database, lifetime: Int64 = 5_000, capacity: Int = 20_000, clock: @escaping @Sendable () -> Int64
    ) {
        self.database = database
        self.lifetime = lifetime
        self.clock = clock
        state = Guarded(State(
            entries: RecencyMap(capacity: capacity), absent: RecencyMap(capacity: capacity),
            aliases: RecencyMap(capacity: capacity)))
    }

    /// The principal of this name, as the cache has it or else as the transaction sees it. Both in lower case.
    ///
    /// Nothing is kept of what the transaction sees: it may have begun before the latest change.
    package func find(_ tx: borrowing ReadTransaction, domain: String, name: String) throws -> Principal? {
        if let signInName = SignInName(name: name, domain: domain), let account = cached(signInName, now: clock()) {
            if account.principal.domain == domain && account.principal.name == name { return account.principal }
        }
        return try LocalDirectory.find(tx, domain: domain, name: name)
    }

    /// The account that signs in under this name, or has it as a mail address. Opens a transaction where it must.
    func account(_ signInName: SignInName, now: Int64) throws -> Account? {
        if let account = cached(signInName, now: now) { return account }
        let (isAbsent, alias, generation) = state.withLock { state in
            (isFresh(state.absent.use(signInName), now: now), state.aliases.use(signInName), state.generation)
        }
        if isAbsent { return nil }
        let loaded = try database.read { tx -> Account? in
            if let alias, let principal = try LocalDirectory.find(tx, alias),
                let link = try DirectoryAccounts.link(tx, of: alias) {
                return Account(
                    principal, storedPassword: nil, link: link, appPasswords: try AppPasswords.valid(tx, of: alias, at: now))
            }
            let found = try LocalDirectory.find(tx, signInName)
                ?? LocalDirectory.find(tx, address: signInName.description)
            guard let principal = found else { return nil }
            // Who is an entry's has no password here, also where one from before is still stored.
            let link = try DirectoryAccounts.link(tx, of: principal.id)
            let stored = link == nil ? try LocalDirectory.storedPassword(tx, of: principal.id) : (hash: nil, scram: nil)
            return Account(
                principal, storedPassword: stored.hash, scram: stored.scram, link: link,
                appPasswords: principal.kind == .user ? try AppPasswords.valid(tx, of: principal.id, at: now) : [])
        }
        state.withLock { state in
            guard state.generation == generation else { return }
            if let loaded {
                state.entries.set(signInName, Entry(account: loaded, loaded: now))
            } else {
                state.absent.set(signInName, now)
            }
        }
        return loaded
    }

    /// A directory elsewhere says that the name is this principal's, whoever it seems to be here.
    func remember(_ signInName: SignInName, _ id: PrincipalID) {
        state.withLock { state in
            state.generation &+= 1
            state.absent.remove(signInName)
            state.entries.remove(signInName)
            state.aliases.set(signInName, id)
        }
    }

    private func cached(_ signInName: SignInName, now: Int64) -> Account? {
        state.withLock { state in
            guard let entry = state.entries.use(signInName), isFresh(entry.loaded, now: now) else { return nil }
            return entry.account
        }
    }

    private func isFresh(_ loaded: Int64?, now: Int64) -> Bool {
        guard let loaded else { return false }
        return now >= loaded && now - loaded < lifetime
    }

    /// The principal was added, changed or removed.
    package func forget(_ id: PrincipalID) { forget([id]) }

    private func forget(_ ids: Set<PrincipalID>) {
        if ids.isEmpty { return }
        state.withLock { state in
            state.generation &+= 1
            state.absent.removeAll()
            state.entries.removeAll { ids.contains($1.account.principal.id) }
        }
    }

    /// What other processes tell.
    package func forget(_ changes: ChangesElsewhere) {
        switch changes {
        case .unknown: forgetAll()
        case .notices(let notices):
            forget(Set(notices.filter { $0.topic == .principal }.map { PrincipalID(rawValue: $0.id) }))
        }
    }

    package func forgetAll() {
        state.withLock { state in
            state.generation &+= 1
            state.entries.removeAll()
            state.absent.removeAll()
        }
    }
}

extension ChangeNotice.Topic {
    /// A principal, with all that is kept of it.
    static let principal = Self(letter: UInt8(ascii: "p"))
}

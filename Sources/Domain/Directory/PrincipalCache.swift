package import Database
import Synchronization

/// Principals by their sign-in names, so that a request does not need the database to know who asks.
///
/// A change made in this process (through a `LocalDirectory` that knows the cache) is seen at once; one made by another
/// process (the command line) after `lifetime`.
package final class PrincipalCache: Sendable {
    private struct Entry: Sendable {
        var account: Account
        var loaded: Int64
    }

    private struct State {
        var entries: RecencyMap<SignInName, Entry>
        // Counts what was forgotten: what was read before must not be kept after.
        var generation = 0
    }

    private let state: Mutex<State>
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
        state = Mutex(State(entries: RecencyMap(capacity: capacity)))
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
        let generation = state.withLock { $0.generation }
        let loaded = try database.read { tx -> Account? in
            let found = try LocalDirectory.find(tx, signInName)
                ?? LocalDirectory.find(tx, address: signInName.description)
            guard let principal = found else { return nil }
            return Account(principal, storedPassword: try LocalDirectory.storedPassword(tx, of: principal.id))
        }
        // Names that do not exist are not kept, for anybody can ask for any number of them.
        guard let loaded else { return nil }
        state.withLock { state in
            if state.generation == generation { state.entries.set(signInName, Entry(account: loaded, loaded: now)) }
        }
        return loaded
    }

    private func cached(_ signInName: SignInName, now: Int64) -> Account? {
        state.withLock { state in
            guard let entry = state.entries.use(signInName), now >= entry.loaded, now - entry.loaded < lifetime else {
                return nil
            }
            return entry.account
        }
    }

    /// The principal was changed or removed.
    package func forget(_ id: PrincipalID) {
        state.withLock { state in
            state.generation &+= 1
            state.entries.removeAll { $1.account.principal.id == id }
        }
    }

    package func forgetAll() {
        state.withLock { state in
            state.generation &+= 1
            state.entries.removeAll { _, _ in true }
        }
    }
}

package import Database
package import Directory
import Locks

/// Which homes' mounts were found to be what the grants say, and for how long: a look at a home then costs one small question,
/// and nothing is written where nothing changed.
package final class MountFreshness: Sendable {
    private struct Entry: Sendable {
        var generation: Int64
        var until: Milliseconds?
    }

    private let entries = Guarded<[CollectionID: Entry]>([:])
    private let capacity: Int

    package init(capacity: Int = 50_000) { self.capacity = max(1, capacity) }

    /// Whether the mounts in the asker's home are what the grants say. Where not, `Mounts.refresh` writes it down.
    package func isFresh(
        _ tx: borrowing ReadTransaction, _ home: Collection, _ memberships: MembershipCache, of principal: Principal,
        now: Milliseconds
    ) throws -> Bool {
        let generation = try RightsGeneration.current(tx)
        let known = entries.withLock { $0[home.id] }
        if let known, known.generation == generation, known.until.map({ now < $0 }) ?? true { return true }
        let asker = Asker(principal, closure: try memberships.closure(tx, of: principal.id))
        let differences = try Mounts.differences(tx, in: home, for: asker, now: now)
        guard differences.isEmpty else { return false }
        entries.withLock { entries in
            // All anew: what is still asked for is back soon.
            if entries.count >= capacity { entries.removeAll() }
            entries[home.id] = Entry(generation: generation, until: differences.nextExpiry)
        }
        return true
    }
}

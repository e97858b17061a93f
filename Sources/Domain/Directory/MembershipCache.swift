package import Database
import Synchronization

/// Principals with the groups that they are in, as of a state of the groups: a change counts from the next request on, in
/// every process.
package final class MembershipCache: Sendable {
    private struct Entry: Sendable {
        var generation: Int64
        var closure: Set<PrincipalID>
    }

    private let entries: Mutex<RecencyMap<PrincipalID, Entry>>

    package init(capacity: Int = 20_000) { entries = Mutex(RecencyMap(capacity: capacity)) }

    /// The principal itself and all groups that it is in, as the transaction sees them.
    package func closure(_ tx: borrowing ReadTransaction, of id: PrincipalID) throws -> Set<PrincipalID> {
        let generation = try RightsGeneration.ofMemberships(tx)
        if let entry = entries.withLock({ $0.use(id) }), entry.generation == generation { return entry.closure }
        let closure = try Groups.closure(tx, of: id)
        entries.withLock { $0.set(id, Entry(generation: generation, closure: closure)) }
        return closure
    }
}

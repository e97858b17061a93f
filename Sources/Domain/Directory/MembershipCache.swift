package import Database
import Locks

/// Principals with the groups that they are in, as of a state of the groups: a change counts from the next request on, in
/// every process.
package final class MembershipCache: Sendable {
    private struct Entry: Sendable {
        var generation: Int64
        var closure: Set<PrincipalID>
        /// Asked for since `takeUsed`.
        var isUsed = true
    }

    private let entries: Guarded<RecencyMap<PrincipalID, Entry>>
    /// Who is at work without that their groups were needed: a client that waits for mail.
    private let others = Guarded<Set<PrincipalID>>([])

    package init(capacity: Int = 20_000) { entries = Guarded(RecencyMap(capacity: capacity)) }

    /// The principal itself and all groups that it is in, as the transaction sees them.
    package func closure(_ tx: borrowing ReadTransaction, of id: PrincipalID) throws -> Set<PrincipalID> {
        let generation = try RightsGeneration.ofMemberships(tx)
        let known = entries.withLock { entries -> Entry? in
            guard var entry = entries.use(id), entry.generation == generation else { return nil }
            if !entry.isUsed {
                entry.isUsed = true
                entries.set(id, entry)
            }
            return entry
        }
        if let known { return known.closure }
        let closure = try Groups.closure(tx, of: id)
        entries.withLock { $0.set(id, Entry(generation: generation, closure: closure)) }
        return closure
    }

    /// As if they had been asked for since `takeUsed`.
    package func noteUsed(_ ids: [PrincipalID]) {
        entries.withLock { entries in
            for id in ids {
                guard var entry = entries.look(id), !entry.isUsed else { continue }
                entry.isUsed = true
                entries.setValue(id, entry)
            }
        }
    }

    /// They are at work, though their groups were not asked for.
    package func noteAtWork(_ ids: [PrincipalID]) { others.withLock { $0.formUnion(ids) } }

    /// Whose groups were asked for since this was last called: who is at work here, by whatever protocol.
    package func takeUsed() -> [PrincipalID] {
        entries.withLock { entries in
            var used = others.withLock { others in
                defer { others = [] }
                return Array(others)
            }
            let known = Set(used)
            entries.forEach { id, entry in if entry.isUsed, !known.contains(id) { used.append(id) } }
            for id in used {
                guard var entry = entries.look(id), entry.isUsed else { continue }
                entry.isUsed = false
                entries.setValue(id, entry)
            }
            return used
        }
    }
}

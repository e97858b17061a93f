import CollectionStore
import Directory
import Locks

/// The latest snapshots of the mailboxes that are used, so many that their messages are not more than a limit.
final class SnapshotCache: Sendable {
    struct Key: Hashable, Sendable {
        var mailbox: MailboxID
        /// Whose \Seen it has; nil: the shared one.
        var seenOwner: PrincipalID?
    }

    private struct Entry: Sendable {
        var snapshot: MailboxSnapshot
        var lastUse: UInt64
        /// A mailbox without messages takes room too.
        var weight: Int { snapshot.count + 64 }
    }

    private struct State: Sendable {
        var entries: [Key: Entry] = [:]
        var clock: UInt64 = 0
        var weight = 0
    }

    private let capacity: Int
    private let state = Guarded(State())

    init(messages: Int) {
        capacity = messages
        // Swift makes a table's type when it is first filled, which takes as long as the rest of a SELECT: that is not left to the first client.
        state.withLock { $0.entries.reserveCapacity(64) }
    }

    func find(_ key: Key) -> MailboxSnapshot? {
        state.withLock { state in
            state.clock += 1
            state.entries[key]?.lastUse = state.clock
            return state.entries[key]?.snapshot
        }
    }

    /// Keeps `snapshot`, but for a younger one that is there.
    func keep(_ snapshot: MailboxSnapshot, _ key: Key) {
        state.withLock { state in
            if let old = state.entries[key] {
                if old.snapshot.modseq > snapshot.modseq { return }
                state.weight -= old.weight
            }
            state.clock += 1
            let entry = Entry(snapshot: snapshot, lastUse: state.clock)
            state.weight += entry.weight
            state.entries[key] = entry
            guard state.weight > capacity else { return }
            // A quarter goes at once, the longest unused first, so that this is not done each time.
            let target = capacity / 4 * 3
            for (old, entry) in state.entries.sorted(by: { $0.value.lastUse < $1.value.lastUse }) where state.weight > target {
                state.weight -= entry.weight
                state.entries[old] = nil
            }
        }
    }
}

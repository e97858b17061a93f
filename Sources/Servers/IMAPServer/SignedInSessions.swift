import Directory
import Locks

/// The sessions on which somebody is signed in: each ends when that with which it was signed in is worth nothing any more.
final class SignedInSessions: Sendable {
    private struct Entry: Sendable {
        var proof: SessionProof
        var end: @Sendable () -> Void
    }

    private struct State {
        var entries: [UInt64: Entry] = [:]
        var last: UInt64 = 0
    }

    private let state = Guarded(State())

    /// - Parameter end: may be called from any thread.
    func enter(_ proof: SessionProof, end: @escaping @Sendable () -> Void) -> UInt64 {
        state.withLock { state in
            state.last += 1
            state.entries[state.last] = Entry(proof: proof, end: end)
            return state.last
        }
    }

    func leave(_ key: UInt64) { state.withLock { _ = $0.entries.removeValue(forKey: key) } }

    /// Ends those that are to end. Blocks its thread, for the database.
    func look(_ authenticator: Authenticator, _ memberships: MembershipCache, now: Int64) throws {
        let entries = state.withLock { Array($0.entries.values) }
        if entries.isEmpty { return }
        // Who only waits for mail is at work too: their directory is to be asked for them.
        memberships.noteAtWork(entries.filter(\.proof.isOfDirectory).map(\.proof.principal))
        let ended = try authenticator.ended(of: entries.map(\.proof), now: now)
        if ended.isEmpty { return }
        for entry in entries where ended.contains(entry.proof) { entry.end() }
    }
}

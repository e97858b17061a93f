import Directory
import Locks

/// Counts the connections that each user has signed in on, and refuses those above a limit: each may hold a view of a large mailbox.
///
/// Invariant: each `admit` that answers true is followed by exactly one `release` of the same user.
final class UserConnections: Sendable {
    private let counts = Guarded<[PrincipalID: Int]>([:])
    private let limit: Int

    init(limit: Int) { self.limit = limit }

    func admit(_ user: PrincipalID) -> Bool {
        counts.withLock { counts in
            let count = counts[user, default: 0]
            guard count < limit else { return false }
            counts[user] = count + 1
            return true
        }
    }

    func release(_ user: PrincipalID) {
        counts.withLock { counts in
            guard let count = counts[user] else { return }
            counts[user] = count > 1 ? count - 1 : nil
        }
    }
}

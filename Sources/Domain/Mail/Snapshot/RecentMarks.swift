import Directory
import Locks

/// Up to which message the sessions of this process have been told of those in the mailboxes that they have selected, so that each new one
/// is \Recent in one session alone (RFC 3501 §2.3.2). It costs no write for each message: the mailbox's row has the mark when a mailbox
/// is selected and when it is left; what comes between is known here.
///
/// Several nodes may each have a session that tells the same message, where it came while both had the mailbox selected: which one does is
/// left open there, and one that cannot know whether it is the first is to tell it.
final class RecentMarks: Sendable {
    private struct Entry {
        /// The first message of which nobody was told.
        var next: UID
        var sessionCount: Int
    }

    private let state = Guarded<[MailboxID: Entry]>([:])

    init() {
        // As in SnapshotCache.
        state.withLock { $0.reserveCapacity(64) }
    }

    /// A session has selected the mailbox and may change it.
    func enter(_ mailbox: MailboxID) {
        state.withLock { $0[mailbox, default: Entry(next: 1, sessionCount: 0)].sessionCount += 1 }
    }

    /// To be called when what `next` tells is stored.
    func leave(_ mailbox: MailboxID) {
        state.withLock { state in
            guard var entry = state[mailbox] else { return }
            entry.sessionCount -= 1
            state[mailbox] = entry.sessionCount > 0 ? entry : nil
        }
    }

    /// - Parameter stored: what the mailbox's row says.
    func next(_ mailbox: MailboxID, stored: UID) -> UID { state.withLock { max($0[mailbox]?.next ?? 1, stored) } }

    /// The first message before `end` of which nobody was told; from now on somebody was of all of them. Nil: there is none.
    func claim(_ mailbox: MailboxID, stored: UID, before end: UID) -> UID? {
        state.withLock { state in
            let first = max(state[mailbox]?.next ?? 1, stored)
            guard first < end else { return nil }
            state[mailbox]?.next = end
            return first
        }
    }
}

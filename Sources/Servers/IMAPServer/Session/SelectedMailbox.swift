import CollectionStore
import Directory
import IMAPGrammar
import Mail
import Synchronization

/// The mailbox that a session has selected, and what of it the client was told.
struct SelectedMailbox {
    var mailbox: Mailbox
    var owner: Principal
    var rights: MailRights
    var isReadOnly: Bool
    /// What the client knows: message number n is index n - 1 of it.
    var view: MailboxSnapshot
    /// The latest that was read. What it lacks of the view has been expunged, and was not told yet.
    var latest: MailboxSnapshot
    /// How many keywords the client knows of: they are never fewer.
    var toldKeywords: Int
    /// Changes that the client was told of in the answer to its own command, by their modseqs.
    var told: [Int64: UIDSet] = [:]
    /// Searches that are kept up to date.
    var contexts: [SearchContext] = []
    /// What `$` stands for (RFC 9051 §6.4.4.1).
    var saved = UIDSet()
    /// Messages that this session was the first to tell of (RFC 3501 §2.3.2).
    var recent = UIDSet()
    /// Whether it is among those that are \Recent in one session alone, and what of it is not stored.
    var claimsRecent = false
    var hasUnstoredRecent = false
    /// RFC 9586: message numbers mean nothing in this session.
    var isUIDOnly: Bool
    let news: News
    let watch: MailHub.WatchID

    /// Set by whoever commits a change, from any thread.
    final class News: Sendable {
        private let flag = Atomic<Bool>(false)
        /// Whether there were none before.
        func arrive() -> Bool { !flag.exchange(true, ordering: .acquiringAndReleasing) }
        var isThere: Bool { flag.load(ordering: .acquiring) }
        func take() -> Bool { flag.exchange(false, ordering: .acquiringAndReleasing) }
    }

    var id: MailboxID { mailbox.id }

    /// The UIDs that a set of a command names, of messages that the client knows. Throws where a message number is none (RFC 9051 §9:
    /// seq-number), but in a search, which finds nothing by it: Dovecot and Cyrus answer so, and suites of tests ask for it.
    func uids(of set: SequenceSet, isUID: Bool, isSearch: Bool = false) throws -> UIDSet {
        if set.isSavedResult { return view.existing(saved) }
        if isUID {
            // RFC 9051 §9: `*` is the highest UID there is.
            let last = view.count > 0 ? view.uid(at: view.count - 1) : 0
            return view.existing(UIDSet(ranges: set.resolved(last: last).ranges))
        }
        let count = UInt32(clamping: view.count)
        if isUIDOnly { throw Session.uidRequired }
        // `1:*` in an empty mailbox is what clients ask that do not look at EXISTS.
        guard isSearch || set.highest ?? 0 <= count else { throw Refused.bad("no such message") }
        var uids = UIDSet()
        for range in set.resolved(last: count).ranges {
            let set = view.uidSet(of: Int(range.lowerBound) - 1..<Int(range.upperBound))
            for range in set.ranges { uids.append(range) }
        }
        return uids
    }

    /// The number of a message that the client knows.
    func number(of uid: UID) -> UInt32? { view.index(of: uid).map { UInt32(clamping: $0 + 1) } }

    /// The numbers, or the UIDs, of messages, as the answer to a command names them.
    func numbers(of uids: UIDSet, isUID: Bool) -> NumberSet {
        if isUID { return NumberSet(ranges: uids.ranges) }
        var numbers = NumberSet()
        for range in uids.ranges {
            let indices = view.indices(of: range)
            if !indices.isEmpty { numbers.append(UInt32(indices.lowerBound + 1)...UInt32(indices.upperBound)) }
        }
        return numbers
    }
}

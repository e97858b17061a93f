import CollectionStore
import DAVGrammar
import Database
import Directory
import HTTPServer
import XML

/// RFC 4918 §7: a change of something locked needs the lock's token, from the principal that took it.
enum LockGuard {
    enum Change {
        /// Content or properties of what is at the location.
        case content
        /// It is made, or something else comes into its place.
        case creation
        /// It goes, with all that is in it.
        case removal
    }

    /// Throws `Reply` 423 with DAV:lock-token-submitted and the roots of the locks that are missing.
    static func check(
        _ tx: borrowing ReadTransaction, _ exchange: Exchange, _ location: Location, _ change: Change
    ) throws {
        guard try Locks.isAnyHeld(tx) else { return }
        var locks = try LockScope.covering(tx, location, now: exchange.now)
        if change != .content, let parent = location.parent {
            locks += try LockScope.ofMembership(tx, of: parent, now: exchange.now)
        }
        if change == .removal, let collection = location.collection {
            locks += try LockScope.inside(tx, collection, now: exchange.now)
        }
        let submitted = exchange.submittedTokens
        var missing: [Lock] = []
        for lock in locks where !missing.contains(where: { isSameRoot($0, lock) }) {
            // Of several shared locks on one root, one is enough.
            let isHeld = locks.contains {
                isSameRoot($0, lock) && $0.owner == exchange.principal.id && submitted.contains($0.token)
            }
            if !isHeld { missing.append(lock) }
        }
        missing = try LockScope.effective(tx, missing, exchange)
        guard missing.isEmpty else {
            let roots = try missing.map { try ActiveLock.shownRoot(tx, $0, location.access, to: exchange) }
            throw Reply(.locked, condition: .dav(.lockTokenSubmitted), hrefs: roots, "It is locked.")
        }
    }

    private static func isSameRoot(_ a: Lock, _ b: Lock) -> Bool {
        a.collection == b.collection
            && (a.memberName.map { [UInt8]($0.utf8) } == b.memberName.map { [UInt8]($0.utf8) })
    }
}

extension Exchange {
    /// RFC 4918 §10.4.1: a token anywhere in the If header is submitted; Lock-Token only means something to UNLOCK.
    var submittedTokens: Set<String> {
        guard let text = head.headers.joined("if"), let header = try? IfHeader.parse([UInt8](text.utf8)) else { return [] }
        return Set(header.submittedTokens)
    }
}

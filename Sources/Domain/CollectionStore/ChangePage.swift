/// The changes of one answer as they are gathered from the log: none stands in it twice (RFC 6578 §3.5), and the last
/// one of a name tells what the name is.
struct ChangePage {
    private enum Told { case member, collection, removedMember, removedCollection }

    private(set) var changes: [ChangeLog.Change] = []
    /// By the bytes of the name.
    private var told: [[UInt8]: Told] = [:]

    /// False where the page is full and must end before `change`.
    mutating func add(_ change: ChangeLog.Change, limit: Int) -> Bool {
        let name = [UInt8](change.name.utf8)
        let kind = Self.kind(of: change)
        switch told[name] {
        case kind: return true
        // A member gave its name to a collection or the other way round: what was told before goes where it is told
        // again.
        case _?: changes.removeAll { Self.kind(of: $0) == kind && $0.name.utf8.elementsEqual(name) }
        case nil: break
        }
        if changes.count >= limit { return false }
        told[name] = kind
        changes.append(change)
        return true
    }

    private static func kind(of change: ChangeLog.Change) -> Told {
        switch change.state {
        case .member: .member
        case .collection, .mount: .collection
        case .removed(let isCollection): isCollection ? .removedCollection : .removedMember
        }
    }
}

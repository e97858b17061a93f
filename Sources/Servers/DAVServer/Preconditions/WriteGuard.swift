import CollectionStore
import XML

/// RFC 3744 §3: whether one may change what is at a location. A calendar whose members come from somewhere else (a
/// subscription, the birthdays) is read-only in its members, for its owner too; the calendar itself can be renamed, coloured,
/// moved and deleted.
enum WriteGuard {
    /// Throws `Reply` 403 with DAV:need-privileges.
    static func check(_ location: Location, _ change: LockGuard.Change) throws {
        guard location.collection == nil, let parent = location.parent, parent.isReadOnly else { return }
        switch change {
        case .content: throw Reply(needs: .dav(.writeContent), at: location.href)
        case .creation: throw Reply(needs: .dav(.bind), at: parentHref(location))
        case .removal: throw Reply(needs: .dav(.unbind), at: parentHref(location))
        }
    }

    /// RFC 3744 §3.9 and §3.10: of the collection.
    private static func parentHref(_ location: Location) -> Href {
        var parent = location
        parent.resource = parent.ancestors.popLast().map(Resource.collection)
        return parent.href
    }
}

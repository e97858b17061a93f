import CollectionStore
import XML

/// RFC 3744 §3 and appendix B: whether one may change what is at a location. A calendar whose members come from somewhere else
/// (a subscription, the birthdays) is read-only in its members, for its owner too; the calendar itself can be renamed, coloured,
/// moved and deleted.
enum WriteGuard {
    /// Throws `Reply` 403 with DAV:need-privileges.
    static func check(_ location: Location, _ change: LockGuard.Change) throws {
        guard let collection = location.collection else { return try checkMember(location, change) }
        switch change {
        case .content:
            if !location.access.rights.contains(.writeContent) { throw Reply(needs: .dav(.writeContent), at: location.href) }
        case .creation: try need(.bind, .dav(.bind), in: location)
        case .removal:
            // The list of a domain is in the homes of all whose right it is.
            if collection.origin?.isOfDirectories == true, location.access.isMountPoint(collection) {
                throw Reply(needs: .dav(.unbind), at: location.parentHref)
            }
            // Its place in the home is the sharee's own.
            if location.access.isMountPoint(collection) { return }
            try need(.unbind, .dav(.unbind), in: location)
        }
    }

    private static func checkMember(_ location: Location, _ change: LockGuard.Change) throws {
        guard let parent = location.parent else { return }
        let rights = location.access.rights.subtracting(parent.isReadOnly ? [.writeContent, .bind, .unbind] : [])
        switch change {
        case .content: if !rights.contains(.writeContent) { throw Reply(needs: .dav(.writeContent), at: location.href) }
        // RFC 3744 §3.9 and §3.10: of the collection.
        case .creation: if !rights.contains(.bind) { throw Reply(needs: .dav(.bind), at: location.parentHref) }
        case .removal: if !rights.contains(.unbind) { throw Reply(needs: .dav(.unbind), at: location.parentHref) }
        }
    }

    private static func need(_ right: Rights, _ privilege: XMLName, in location: Location) throws {
        if !location.parentRights.contains(right) { throw Reply(needs: privilege, at: location.parentHref) }
    }

    /// What a member's properties need; those of a collection are judged one by one (`PropertyChange`).
    static func checkProperties(_ location: Location) throws {
        guard location.member != nil else { return }
        guard location.access.rights.contains(.writeProperties) else {
            throw Reply(needs: .dav(.writeProperties), at: location.href)
        }
        if location.parent?.isReadOnly == true { throw Reply(needs: .dav(.writeContent), at: location.href) }
    }

    /// What comes into the place of something else: that goes, and this comes. RFC 3744 appendix B: an object that is copied over another
    /// changes it (`isCopyOfObject`).
    static func checkReplacement(_ location: Location, isCopyOfObject: Bool) throws {
        if location.mountPoint != nil { throw Reply(.forbidden, "What another shares keeps its place.") }
        guard location.resource != nil else { return try check(location, .creation) }
        if isCopyOfObject, location.member != nil {
            try check(location, .content)
            return try checkProperties(location)
        }
        try check(location, .removal)
        if location.collection == nil { try check(location, .creation) } else { try need(.bind, .dav(.bind), in: location) }
    }
}

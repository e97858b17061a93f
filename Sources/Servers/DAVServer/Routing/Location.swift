import CollectionStore
import Directory
import XML

/// Where a URL leads: what is there, and the collections on the way.
struct Location: Sendable {
    /// Whose it is, and what the asker may do with it; of a URL where nothing is, that of its parent.
    var access = Access.ofEverybody
    /// What the asker may do with the collection that holds it, or would.
    var parentRights = Rights.all
    /// The collections above it, the home first. Empty outside homes, and for a home itself.
    var ancestors: [Collection]
    /// The last segment, decoded.
    var name: String
    /// What is there; nil: nothing, but its parent is (RFC 4918 §5.1: an unmapped URL).
    var resource: Resource?

    /// The bytes of the member that is there, where they were read along with it.
    var storedBody: Blobs.Body?

    /// Whether there is an object all the same, of which the asker may not know (`Access.hidesPrivate`).
    var isConcealed = false

    /// Throws `Reply` 403 where something that the asker may not know of would be written over. It is asked when they have been found
    /// to have the right to put something there: who has not is told that, and nothing else.
    func checkIsFree() throws {
        if isConcealed { throw Reply(needs: .dav(.writeContent), at: href) }
    }

    /// Nil outside homes.
    var owner: Principal? { access.owner }

    /// The collection that holds it, or would.
    var parent: Collection? { ancestors.last }

    var member: Member? {
        if case .member(let member)? = resource { member } else { nil }
    }

    var collection: Collection? {
        if case .collection(let collection)? = resource { collection } else { nil }
    }

    /// The mount, where it is one and not something in one.
    var mountPoint: Mount? { collection.map(access.isMountPoint) == true ? access.mount : nil }

    /// The home that it is in, or is.
    var home: Collection? { ancestors.first ?? collection }

    /// Its href as this server writes it.
    var href: Href {
        var href = Href()
        switch resource {
        case .root?: break
        case .container(let container)?: href.appendCollection(container.rawValue)
        case .principal(let principal)?: href = .principal(principal)
        case .proxy(let proxy)?: href = proxy.href
        case .collection, .member, nil:
            guard let tree = access.tree, let home, let container = Container(homeKind: home.kind) else { break }
            href = .home(container, of: tree)
            for collection in ancestors.dropFirst() { href.appendCollection(access.segment(of: collection)) }
            if let collection, !collection.kind.isHome { href.appendCollection(access.segment(of: collection)) }
            if resource == nil || member != nil { href.appendMember(name) }
        }
        return href
    }

    /// Of the collection that holds it.
    var parentHref: Href {
        var parent = self
        parent.resource = parent.ancestors.popLast().map(Resource.collection)
        return parent.href
    }
}

import CollectionStore
import DAVGrammar
import Database
import Directory
import GlobalAddressList
import XML

/// Finds what a path names, for one who asks. What the asker may not see is not found.
struct Locator: Sendable {
    let principals: PrincipalCache
    let memberships: MembershipCache
    let seenMounts: SeenMounts
    let listed: ListedPrincipals?
    let asker: Principal
    let defaultDomain: String
    let now: Milliseconds

    /// Throws `Reply` 404 where nothing is there that the asker may know of, and 409 with `missingParent` where the
    /// parent of the last segment is missing (RFC 4918 §9.7.1, §9.3.1).
    ///
    /// - Parameters:
    ///   - needed: the right without which what is there is not shown. Who may see when somebody is busy knows that there
    ///     is a calendar: they are told what they lack (RFC 3744 §7.1.1), and learn of nothing in it.
    ///   - withBytes: whether an object's bytes will be asked for too.
    func locate(
        _ tx: borrowing ReadTransaction, _ path: [String], missingParent: HTTPStatus = .notFound, needed: Rights = .read,
        withBytes: Bool = false
    ) throws -> Location {
        guard let first = path.first else { return Location(ancestors: [], name: "", resource: .root) }
        guard let container = Container(rawValue: first) else { throw Reply(.notFound) }
        guard path.count > 1 else { return Location(ancestors: [], name: first, resource: .container(container)) }
        guard let kind = container.homeKind else {
            guard path.count <= 3, let principal = try self.principal(tx, path[1]) ?? listed(tx, path[1])?.principal else {
                throw Reply(.notFound)
            }
            guard path.count == 3 else { return Location(ancestors: [], name: path[1], resource: .principal(principal)) }
            guard let proxy = Proxy(principal, segment: path[2]) else { throw Reply(.notFound) }
            return Location(ancestors: [], name: path[2], resource: .proxy(proxy))
        }
        // Of any domain: what is granted decides.
        guard let principal = try anyPrincipal(tx, path[1]) else { throw Reply(.notFound) }
        if principal.id == asker.id { return try locate(tx, path, inOwnHomeOf: kind, missingParent: missingParent, withBytes: withBytes) }
        guard let home = try Collections.home(tx, of: principal.id, kind: kind) else { throw Reply(.notFound) }
        let asker = try view(tx)
        let rights = try Grants.rights(tx, on: [home.id], of: principal, for: asker, now: now)
        let access = Access.inHome(of: principal, rights: rights)
        let start = Location(access: access, parentRights: [], ancestors: [], name: path[1], resource: .collection(home))
        let location = try walk(tx, path.dropFirst(2), from: start, as: asker, missingParent: missingParent)
        return try shown(location, needed)
    }

    /// The same for somebody else.
    func asSeen(by other: Principal) -> Locator {
        Locator(
            principals: principals, memberships: memberships, seenMounts: seenMounts, listed: listed, asker: other,
            defaultDomain: defaultDomain, now: now)
    }

    /// The asker with their groups.
    func view(_ tx: borrowing ReadTransaction) throws -> Asker {
        Asker(asker, closure: try memberships.closure(tx, of: asker.id))
    }

    /// In the asker's own home: for what is their own no right is looked up.
    private func locate(
        _ tx: borrowing ReadTransaction, _ path: [String], inOwnHomeOf kind: CollectionKind, missingParent: HTTPStatus, withBytes: Bool
    ) throws -> Location {
        let home: Collection
        var first: Collection?
        var second = Collections.Found.notAsked
        // In a home of files a name may be a file's.
        let isFirstCollection = path.count > 2 && !kind.holdsMembers
        if isFirstCollection {
            let found = try Collections.home(
                tx, of: asker.id, kind: kind, child: path[2], member: path.count > 3 ? path[3] : nil, withBytes: withBytes && path.count == 4)
            guard let found else { throw Reply(.notFound) }
            (home, first, second) = found
        } else {
            guard let found = try Collections.home(tx, of: asker.id, kind: kind) else { throw Reply(.notFound) }
            home = found
        }
        let access = home.kind == .notifications ? Access.ofNotifications(of: asker) : .own(asker)
        var location = Location(
            access: access, parentRights: access.rights, ancestors: [], name: path[1], resource: .collection(home))
        for (index, name) in path.enumerated().dropFirst(2) {
            guard let parent = location.collection else { throw Reply(missingParent) }
            location.ancestors.append(parent)
            location.name = name
            // In a calendar or a book a name is a member's; in a home it is a collection's: one look-up for most requests.
            if index == 3, case .asked(let member, let body) = second, parent.kind.holdsMembers, parent.kind.childKinds.isEmpty {
                (location.resource, location.storedBody) = (member.map(Resource.member), body)
            } else {
                location.resource = try index == 2 && isFirstCollection ? first.map(Resource.collection) : child(tx, of: parent, name)
            }
            guard index == 2, location.resource == nil, let place = try Mounts.place(tx, in: home.id, name: name) else { continue }
            let asker = try view(tx)
            guard let (collection, access) = try shared(tx, place.mount, place.collection, as: asker) else { throw Reply(.notFound) }
            (location.resource, location.access) = (.collection(collection), access)
            return try walk(tx, path.dropFirst(3), from: location, as: asker, missingParent: missingParent)
        }
        return location
    }

    /// What the asker may do with a collection, wherever it stands.
    func rights(_ tx: borrowing ReadTransaction, on id: CollectionID) throws -> Rights {
        try Collections.find(tx, id).map { try rights(tx, on: $0) } ?? []
    }

    func rights(_ tx: borrowing ReadTransaction, on collection: Collection) throws -> Rights {
        if collection.owner == asker.id { return .all }
        return try reach(tx, collection, as: view(tx))?.rights ?? []
    }

    /// Whom the address lists of the domain keep from the asker.
    func listVisibility(_ tx: borrowing ReadTransaction) throws -> ListVisibility {
        try ListVisibility(tx, for: asker) { try rights(tx, on: $0).contains(.read) }
    }

    /// Since when the asker may read what is another's (`Grants.readableSince`); nil for what is their own.
    func readableSince(_ tx: borrowing ReadTransaction, _ collection: Collection) throws -> Milliseconds? {
        guard collection.owner != asker.id, let path = try Collections.reachedBy(tx, collection),
            let owner = try LocalDirectory.find(tx, collection.owner) else { return nil }
        return try Grants.readableSince(tx, on: path, of: owner, for: view(tx), now: now)
    }

    /// What a mount shows; nil where it may not be read any more.
    func shared(
        _ tx: borrowing ReadTransaction, _ mount: Mount, as asker: Asker
    ) throws -> (collection: Collection, access: Access)? {
        guard let collection = try Collections.find(tx, mount.collection) else { return nil }
        return try shared(tx, mount, collection, as: asker)
    }

    private func shared(
        _ tx: borrowing ReadTransaction, _ mount: Mount, _ collection: Collection, as asker: Asker
    ) throws -> (collection: Collection, access: Access)? {
        guard let (owner, rights) = try reach(tx, collection, as: asker), rights.contains(.read) else { return nil }
        let access = Access(tree: PrincipalReference(self.asker), owner: PrincipalReference(owner), rights: rights, mount: mount)
        return (collection, access)
    }

    /// Whose a collection is, and what the asker may do with it; nil where it is gone.
    private func reach(
        _ tx: borrowing ReadTransaction, _ collection: Collection, as asker: Asker
    ) throws -> (owner: Principal, rights: Rights)? {
        guard let path = try Collections.reachedBy(tx, collection),
            let owner = try LocalDirectory.find(tx, collection.owner) else { return nil }
        return (owner, try Grants.rights(tx, on: path, of: owner, for: asker, now: now))
    }

    /// Down through what is another's: what is granted above holds below (RFC 3744 §5.5.5).
    private func walk(
        _ tx: borrowing ReadTransaction, _ names: ArraySlice<String>, from start: Location, as asker: Asker,
        missingParent: HTTPStatus
    ) throws -> Location {
        var location = start
        for name in names {
            guard let parent = location.collection else {
                throw Reply(location.access.rights.contains(.read) ? missingParent : .notFound)
            }
            location.ancestors.append(parent)
            location.name = name
            location.parentRights = location.access.rights
            // Whether there is an object of this name is told only to those who may read it.
            let isReadable = location.access.rights.contains(.read)
            location.resource = try isReadable
                ? child(tx, of: parent, name) : Collections.child(tx, of: parent.id, name: name).map(Resource.collection)
            if let member = location.member, keepsOwnAlarms(in: parent) {
                let visibility = Visibility.ofAll(for: self.asker.id, hidesPrivate: location.access.hidesPrivate(in: parent))
                if let seen = try visibility.seen(tx, member) {
                    location.resource = .member(seen)
                    // What one sees is not what is there: it is not changed, moved or deleted by it.
                    if seen.isMasked { location.access.rights.formIntersection(.ofMasked) }
                } else {
                    (location.resource, location.isConcealed) = (nil, true)
                }
            }
            // One that is for searches for principals alone.
            if location.collection?.origin == .addressIndex { throw Reply(.notFound) }
            if let collection = location.collection, let owner = location.owner {
                location.access.rights.formUnion(
                    try Grants.rights(tx, on: [collection.id], of: owner, for: asker, now: now))
            }
        }
        return location
    }

    /// Whether the asker has alarms of their own in a collection, and not those of its owner.
    func keepsOwnAlarms(in collection: Collection) -> Bool { collection.kind == .calendar && collection.owner != asker.id }

    /// Throws `Reply` unless the location may be shown.
    private func shown(_ location: Location, _ needed: Rights) throws -> Location {
        if location.access.rights.isSuperset(of: needed) { return location }
        guard location.access.rights.contains(.readFreeBusy) else { throw Reply(.notFound) }
        throw Reply(needs: .dav(.read), at: location.collection == nil ? location.parentHref : location.href)
    }

    private func child(_ tx: borrowing ReadTransaction, of parent: Collection, _ name: String) throws -> Resource? {
        if parent.kind.holdsMembers, let member = try Members.find(tx, in: parent.id, name: name) { return .member(member) }
        if !parent.kind.childKinds.isEmpty, let child = try Collections.child(tx, of: parent.id, name: name) {
            return .collection(child)
        }
        return nil
    }

    /// The principal that a segment names, of the asker's own domain: those of others are not told of.
    func principal(_ tx: borrowing ReadTransaction, _ segment: String) throws -> Principal? {
        guard let found = try anyPrincipal(tx, segment), found.domain == asker.domain else { return nil }
        return found
    }

    /// The same of any domain: to be told of only where something is granted.
    func anyPrincipal(_ tx: borrowing ReadTransaction, _ segment: String) throws -> Principal? {
        if segment == asker.signInText { return asker }
        guard let name = SignInName(segment, defaultDomain: defaultDomain) else { return nil }
        // By a name of theirs; hrefs have the one that they sign in with.
        return try principals.find(tx, domain: name.domain, name: name.name) ?? LocalDirectory.find(tx, address: name.description)
    }
}

extension Locator {
    init(_ server: DAVServer, asker: Principal, now: Milliseconds) {
        self.init(
            principals: server.principals, memberships: server.memberships, seenMounts: server.seenMounts, listed: server.listed,
            asker: asker, defaultDomain: server.configuration.defaultDomain, now: now)
    }
}

import CollectionStore
import DAVGrammar
import Database
import Directory

/// Finds what a path names, for one who asks. What the asker may not see is not found.
struct Locator {
    let principals: PrincipalCache
    let asker: Principal
    let defaultDomain: String

    /// Throws `Reply` 404 where nothing is there that the asker may know of, and 409 with `missingParent` where the
    /// parent of the last segment is missing (RFC 4918 §9.7.1, §9.3.1).
    func locate(_ tx: borrowing ReadTransaction, _ path: [String], missingParent: HTTPStatus = .notFound) throws -> Location {
        guard let first = path.first else { return Location(ancestors: [], name: "", resource: .root) }
        guard let container = Container(rawValue: first) else { throw Reply(.notFound) }
        guard path.count > 1 else { return Location(ancestors: [], name: first, resource: .container(container)) }
        guard let principal = try self.principal(tx, path[1]) else { throw Reply(.notFound) }
        guard let kind = container.homeKind else {
            guard path.count == 2 else { throw Reply(.notFound) }
            return Location(ancestors: [], name: path[1], resource: .principal(principal))
        }
        guard principal.id == asker.id, let home = try Collections.home(tx, of: principal.id, kind: kind) else {
            throw Reply(.notFound)
        }
        return try locate(tx, path, in: home, of: principal, missingParent: missingParent)
    }

    private func locate(
        _ tx: borrowing ReadTransaction, _ path: [String], in home: Collection, of owner: Principal, missingParent: HTTPStatus
    ) throws -> Location {
        var location = Location(owner: owner, ancestors: [], name: path[1], resource: .collection(home))
        for name in path.dropFirst(2) {
            guard let parent = location.collection else { throw Reply(missingParent) }
            location.ancestors.append(parent)
            location.name = name
            // In a calendar or a book a name is a member's; in a home it is a collection's: one look-up for most requests.
            location.resource = try child(tx, of: parent, name)
        }
        return location
    }

    private func child(_ tx: borrowing ReadTransaction, of parent: Collection, _ name: String) throws -> Resource? {
        if parent.kind.holdsMembers, let member = try Members.find(tx, in: parent.id, name: name) { return .member(member) }
        if !parent.kind.childKinds.isEmpty, let child = try Collections.child(tx, of: parent.id, name: name) {
            return .collection(child)
        }
        return nil
    }

    /// The principal that a segment names, of the asker's own domain.
    func principal(_ tx: borrowing ReadTransaction, _ segment: String) throws -> Principal? {
        if segment == asker.signInName { return asker }
        guard let name = SignInName(segment, defaultDomain: defaultDomain),
            let found = try principals.find(tx, domain: name.domain, name: name.name), found.domain == asker.domain else {
            return nil
        }
        return found
    }
}

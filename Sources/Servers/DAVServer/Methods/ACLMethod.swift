import CollectionStore
import DAVGrammar
import Database
import Directory
import HTTPServer
import XML

/// ACL (RFC 3744 §8.1): what is granted on a collection becomes what the body says. The owner's entry is protected, those from above
/// are inherited, and both stay; rights are only ever granted, so an order of entries and conflicts between them cannot be.
enum ACLMethod {
    static func respond(_ exchange: Exchange) throws -> HTTPResponse {
        let body = try ACLBody.parse(try exchange.bodyBytes())
        try exchange.write { tx in
            let (location, resource) = try exchange.find(tx.read)
            let collection: Collection
            switch resource {
            case .collection(let found): collection = found
            case .member:
                try need(location)
                throw Reply(
                    .forbidden, condition: .dav(.noInheritedAceConflict), "What is granted on an object is that of its collection.")
            case .root, .container, .principal, .proxy: throw Reply(needs: .dav(.writeACL), at: location.href)
            }
            try need(location)
            try Conditional.check(tx.read, exchange, location)
            // RFC 3744 §8.1: a lock protects the access list too.
            try LockGuard.check(tx.read, exchange, location, .content)
            let (grants, new) = try grants(tx.read, exchange, body, on: collection, location)
            try set(tx, grants, on: collection, exchange)
            try new.check()
        }
        return HTTPResponse(status: 200)
    }

    private static func need(_ location: Location) throws {
        if !location.access.rights.contains(.writeACL) { throw Reply(needs: .dav(.writeACL), at: location.href) }
    }

    /// What the body grants to whom. Throws `Reply` with the precondition of RFC 3744 §8.1.1 that it breaks.
    private static func grants(
        _ tx: borrowing ReadTransaction, _ exchange: Exchange, _ body: ACLBody, on collection: Collection, _ location: Location
    ) throws -> (grants: [Grantee: Rights], new: NewGrantees) {
        if body.entries.count > Grants.maximumPerCollection {
            throw Reply(
                .forbidden, condition: .dav(.limitedNumberOfAces), "There are at most \(Grants.maximumPerCollection) entries.")
        }
        let present = try AccessList(tx, of: collection)
        let inherited = present.entries.filter { $0.inheritedFrom != nil }
        var grants: [Grantee: Rights] = [:]
        var new = NewGrantees()
        for entry in body.entries {
            if entry.isInverted { throw Reply(.forbidden, condition: .dav(.noInvert), "An entry cannot be inverted.") }
            if !entry.isGrant { throw Reply(.forbidden, condition: .dav(.grantOnly), "Nothing can be denied.") }
            let rights = try rights(entry)
            let grantee = try self.grantee(tx, exchange, entry.principal, of: collection, present, &new)
            // Clients send the whole list back: what cannot be changed may stand in it as it is.
            if entry.isProtected {
                guard grantee == .principal(collection.owner) else {
                    throw Reply(.forbidden, condition: .dav(.noProtectedAceConflict), "There is no such protected entry.")
                }
            } else if entry.isInherited {
                guard inherited.contains(where: { $0.grantee == grantee && $0.rights == rights }) else {
                    throw Reply(.forbidden, condition: .dav(.noInheritedAceConflict), "There is no such inherited entry.")
                }
            } else if grantee != .principal(collection.owner) {
                grants[grantee, default: []].formUnion(rights)
            }
        }
        grants[.principal(.ofNobody)] = nil
        return (grants, new)
    }

    private static func rights(_ entry: ACLBody.Entry) throws -> Rights {
        try entry.privileges.reduce(into: []) { rights, name in
            guard let known = Privileges.rights(of: name) else {
                throw Reply(.forbidden, condition: .dav(.notSupportedPrivilege), "There is no privilege \(name.local).")
            }
            rights.formUnion(known)
        }
    }

    private static func grantee(
        _ tx: borrowing ReadTransaction, _ exchange: Exchange, _ principal: ACLBody.Principal, of collection: Collection,
        _ present: AccessList, _ new: inout NewGrantees
    ) throws -> Grantee {
        switch principal {
        case .all: return .everybody
        case .authenticated: return .signedIn
        case .property(.dav(.owner)): return .principal(collection.owner)
        case .property, .myself, .unauthenticated:
            throw Reply(.forbidden, condition: .dav(.allowedPrincipal), "Such a principal cannot be granted anything here.")
        case .href(let text):
            guard let name = (try? RequestPath(text))?.principalSegment else { throw unknown(text) }
            guard let found = try exchange.locator.anyPrincipal(tx, name) else {
                guard let listed = try exchange.locator.listed(tx, name) else { throw unknown(text) }
                new.add(listed)
                return .principal(.ofNobody)
            }
            // One of another domain is nobody here, unless an administrator has put them into the list.
            guard found.domain == exchange.principal.domain || present.entries.contains(where: { $0.grantee == .principal(found.id) })
            else { throw unknown(text) }
            return .principal(found.id)
        }
    }

    private static func unknown(_ href: String) -> Reply {
        Reply(.forbidden, condition: .dav(.recognizedPrincipal), "There is no principal \(href).")
    }

    /// A grantee who keeps something keeps its end too; what has ended is in no list that a client was told.
    private static func set(
        _ tx: borrowing WriteTransaction, _ wanted: [Grantee: Rights], on collection: Collection, _ exchange: Exchange
    ) throws {
        var wanted = wanted
        for grant in try Grants.all(tx.read, on: collection.id) {
            guard grant.isValid(at: exchange.now), let rights = wanted.removeValue(forKey: grant.grantee) else {
                try Grants.remove(tx, grant.grantee, on: collection, now: exchange.now)
                continue
            }
            if rights == grant.rights { continue }
            var grant = grant
            grant.rights = rights
            try Grants.set(tx, grant, on: collection, now: exchange.now)
        }
        for (grantee, rights) in wanted.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            try Grants.set(
                tx, Grant(collection: collection.id, grantee: grantee, rights: rights), on: collection, now: exchange.now)
        }
    }
}

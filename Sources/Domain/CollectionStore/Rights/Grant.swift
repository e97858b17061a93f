package import Directory

/// To whom something is granted.
package enum Grantee: Hashable, Sendable {
    /// A user, or all who are in a group, also through others.
    case principal(PrincipalID)
    /// Who is signed in and of the owner's mail domain.
    case signedIn
    /// Everybody.
    case everybody

    package var rawValue: Int64 {
        switch self {
        case .principal(let id): id.rawValue
        case .signedIn: 0
        case .everybody: -1
        }
    }

    package init(rawValue: Int64) {
        switch rawValue {
        case 0: self = .signedIn
        case ..<0: self = .everybody
        default: self = .principal(PrincipalID(rawValue: rawValue))
        }
    }
}

/// What one grantee may do with one collection and what is in it.
package struct Grant: Sendable, Equatable {
    package var collection: CollectionID
    package var grantee: Grantee
    package var rights: Rights
    /// From then on it counts for nothing; nil: never.
    package var expires: Milliseconds?

    package init(collection: CollectionID, grantee: Grantee, rights: Rights, expires: Milliseconds? = nil) {
        self.collection = collection
        self.grantee = grantee
        self.rights = rights
        self.expires = expires
    }

    package func isValid(at now: Milliseconds) -> Bool { expires.map { now < $0 } ?? true }
}

/// Who asks, with all by which something may be granted to them.
package struct Asker: Sendable, Equatable {
    package var id: PrincipalID
    /// The mail domain, in lower case.
    package var domain: String
    /// The principal and the groups that it is in (`Groups.closure`).
    package var closure: Set<PrincipalID>

    package init(_ principal: Principal, closure: Set<PrincipalID>) {
        id = principal.id
        domain = principal.domain
        self.closure = closure
    }

    /// Whether a grant by an owner of `ownerDomain` reaches the asker.
    package func isReached(by grantee: Grantee, ownerDomain: String) -> Bool {
        switch grantee {
        case .principal(let id): closure.contains(id)
        case .signedIn: domain == ownerDomain
        case .everybody: true
        }
    }
}
